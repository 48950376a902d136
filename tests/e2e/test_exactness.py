"""Any history gives the same bytes by a clone, by pulls on the way, and in a plain model of integers."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, Tensors, trained, weights
from federity.errors import ConfigError, NothingToDo
from federity.repository.ledger import heads
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

BRANCHES = ("main", "one", "two")
FINEST = 40
Sum = Counter[int]


def plus(*parts: tuple[Sum, Fraction | int]) -> Sum:
    """A sum of sums; what cancels is not there."""
    total: Sum = Counter()
    for part, times in parts:
        for number, share in part.items():
            total[number] += share * times
    return Counter({number: share for number, share in total.items() if share})


@dataclass
class Head:
    """A head in the plain model: what it is the sum of, and the heads whose work it contains."""

    holds: Sum
    past: frozenset[str]
    parent: str


@dataclass
class Plain:
    """Heads by address, as sums of pushes; the vectors of pushes as Python integers, in units of 2^-40."""

    heads: dict[str, Head] = field(default_factory=dict)
    own: dict[str, Sum] = field(default_factory=dict)
    pushes: list[list[int]] = field(default_factory=list)

    def add(self, at: str, parent: str, holds: Sum, *contained: str) -> None:
        below = frozenset[str]().union(*(self.heads[one].past for one in (parent, *contained) if one))
        self.heads[at] = Head(holds, below | {at}, parent)
        # What a head changed is what it is more than the heads it contains.
        self.own[at] = plus((holds, 1), (self.union(below), -1))

    def union(self, past: frozenset[str]) -> Sum:
        return plus(*((self.own[one], 1) for one in past))

    def vector(self, at: str) -> list[int]:
        total = [Fraction(0)] * len(self.pushes[0])
        for number, share in self.heads[at].holds.items():
            total = [value + share * part for value, part in zip(total, self.pushes[number], strict=True)]
        assert all(value.denominator == 1 for value in total)
        return [int(value) for value in total]


@dataclass
class Story:
    """One who acts at random, and what must come of it."""

    owner: Repository
    random: random.Random
    plain: Plain = field(default_factory=Plain)
    done: Counter[str] = field(default_factory=Counter)

    async def head(self) -> str:
        return (await self.owner.show("HEAD")).address

    async def push(self) -> None:
        before, model = await self.head(), weights()
        await self.owner.pull(model)
        seed = self.random.randrange(10**6)
        await self.owner.commit(trained(model, seed), "training", ratio=self.random.choice([0.02, 1]))
        await self.owner.push(level=0)
        after = await self.head()
        moved = zip(await integers(self.owner, after), await integers(self.owner, before), strict=True)
        self.plain.pushes.append([new - old for new, old in moved])
        change: Sum = Counter({len(self.plain.pushes) - 1: Fraction(1)})
        self.plain.add(after, before, plus((self.plain.heads[before].holds, 1), (change, 1)))

    async def merge(self) -> None:
        here, before = self.plain.heads, await self.head()
        others = [name for name in BRANCHES if name != self.owner.workspace.worktree.config().branch]
        sides = self.random.sample(others, self.random.choice([1, 2]))
        at = [(await self.owner.show(side)).address for side in sides]
        report = await self.owner.merge_branch(*sides)
        await self.owner.pull()
        together = frozenset[str]().union(*(here[one].past for one in (before, *at)))
        self.plain.add(report.head, before, self.plain.union(together), *at)

    async def average(self) -> None:
        before = await self.head()
        side = self.random.choice(BRANCHES)
        at = (await self.owner.show(side)).address
        report = await self.owner.merge_branch(side, average=True)
        await self.owner.pull()
        half = Fraction(1, 2)
        holds = plus((self.plain.heads[before].holds, half), (self.plain.heads[at].holds, half))
        self.plain.add(report.head, before, holds, at)

    async def revert(self) -> None:
        before = await self.head()
        at = await self._some()
        moved = self._change(at)
        report = await self.owner.revert(at)
        await self.owner.pull()
        holds = self.plain.heads[before].holds
        (share,) = {holds[number] / times for number, times in moved.items()}
        self.plain.add(report.head, before, plus((holds, 1), (moved, -share)))

    async def pick(self) -> None:
        before, at = await self.head(), await self._some()
        report = await self.owner.cherry_pick(at)
        await self.owner.pull()
        here, holds = self.plain.heads, plus((self.plain.heads[before].holds, 1), (self._change(at), 1))
        # A pick of the one commit that a side has more is that side's merge: the terms are the same.
        merged = here[before].past & here[at].past == here[here[at].parent].past
        self.plain.add(report.head, before, holds, *([at] if merged else []))

    async def reset(self) -> None:
        before, at = await self.head(), await self._some()
        report = await self.owner.branch_reset(self.owner.workspace.worktree.config().branch, at)
        await self.owner.pull()
        self.plain.add(report.head, before, self.plain.heads[at].holds, at)

    async def _some(self) -> str:
        return self.random.choice(list(self.plain.heads))

    def _change(self, at: str) -> Sum:
        head = self.plain.heads[at]
        if not head.parent:
            raise NothingToDo("the genesis")
        return plus((head.holds, 1), (self.plain.heads[head.parent].holds, -1))


async def integers(person: Repository, at: str) -> list[int]:
    """The vector of a head, in units of 2^-40."""
    found = await heads.accumulator(person.workspace, Pubkey.from_string(at), heads.Fetch())
    return [int(value) << FINEST - found.fraction_bits for value in found.values[:]]


def floats(person: Repository, vector: list[int]) -> Tensors:
    """The weights that a vector stands for: base plus integer, each step rounded once."""
    manifest, base, found, offset = person.workspace.manifest, weights(), {}, 0
    for spec in manifest.tensors:
        own = np.array(vector[offset : offset + spec.size], np.float64).reshape(spec.shape)
        step = 2.0 ** (spec.exponent - manifest.precision - FINEST)
        found[spec.name] = (base[spec.name].astype(np.float64) + own * step).astype(np.float32)
        offset += spec.size
    return found


@pytest.mark.parametrize(
    ("seed", "steps"), [(3, 12), *(pytest.param(seed, 40, marks=pytest.mark.soak) for seed in range(20))]
)
async def test_random_histories_are_the_same_to_the_bit_whatever_way_they_come(
    team: Team, seed: int, steps: int
) -> None:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    story = Story(owner, random.Random(seed))
    genesis = await story.head()
    story.plain.add(genesis, "", Counter())
    await story.push()
    for name in BRANCHES[1:]:
        await owner.branch_create(name)
    follower = await team.clone("follower", owner.url)
    verbs = [story.push, story.push, story.merge, story.merge, story.revert, story.pick, story.reset]
    for _ in range(steps):
        if story.random.random() < 0.6:
            await owner.checkout(story.random.choice(BRANCHES))
        act = story.average if story.done["average"] < 3 and story.random.random() < 0.1 else None
        act = act or story.random.choice(verbs)
        before = await story.head()
        try:
            await act()
        except (ConfigError, NothingToDo):
            # Refused before anything changed: nothing of it to take out, or no exact sum.
            assert await story.head() == before
            continue
        story.done[act.__name__] += 1
        if story.random.random() < 0.3:
            await follower.pull()
    assert len(story.done) > 3
    newcomer = await team.clone("newcomer", owner.url)
    for name in BRANCHES:
        at = (await owner.show(name)).address
        wanted = story.plain.vector(at)
        expected = floats(owner, wanted)
        for person in (owner, follower, newcomer):
            assert await integers(person, at) == wanted
        model = weights(9)
        await newcomer.checkout(name, model)
        assert all(model[tensor].tobytes() == expected[tensor].tobytes() for tensor in model)
