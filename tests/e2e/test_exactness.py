"""Any history gives the same bytes by a clone, by pulls on the way, and in a plain model of integers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, Tensors, trained, weights
from federity.errors import ConfigError, NothingToDo, ProgramError
from federity.repository.ledger import heads
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

BRANCHES = ("main", "one", "two")
# The member's fork of it all, as the owner calls it.
FORK = "fork/main"
# Where heads move by rounds of several people; on the others everybody pushes alone.
ROUNDS = "two"
FINEST = 40
WEIGHT_ONE = 1 << 16
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
    member: Repository
    fork: Repository
    random: random.Random
    plain: Plain = field(default_factory=Plain)
    done: Counter[str] = field(default_factory=Counter)

    async def head(self) -> str:
        return (await self.owner.show(self.branch)).address

    @property
    def branch(self) -> str:
        return self.owner.workspace.worktree.config().branch

    async def heads(self) -> list[str]:
        return [(await self.owner.show(name)).address for name in (*BRANCHES, FORK)]

    async def push(self) -> None:
        await self._alone()
        model = weights()
        await self.owner.pull(model)
        await self._commit(self.owner, model)
        await self._push(self.owner, self.branch)

    async def elsewhere(self) -> None:
        """The member's fork goes on; merges bring it in, as a side among others."""
        model = weights()
        await self.fork.pull(model)
        await self._commit(self.fork, model)
        await self._push(self.fork, FORK)

    async def restore(self) -> None:
        await self._alone()
        model = weights()
        await self.owner.restore(await self._some(), model)
        await self.owner.commit(model, "as it was", ratio=1)
        await self._push(self.owner, self.branch)

    async def _alone(self) -> None:
        if self.branch == ROUNDS:
            await self.owner.checkout(self.random.choice([name for name in BRANCHES if name != ROUNDS]))

    async def _push(self, person: Repository, branch: str) -> None:
        before = (await self.owner.show(branch)).address
        await person.push(level=0)
        after = (await self.owner.show(branch)).address
        moved = zip(await integers(self.owner, after), await integers(self.owner, before), strict=True)
        change = self._learnt([new - old for new, old in moved], Fraction(1))
        self.plain.add(after, before, plus((self.plain.heads[before].holds, 1), (change, 1)))

    async def round(self) -> None:
        """One of two people: each proposes, and the head gets so much of each as the chain has weights."""
        await self.owner.checkout(ROUNDS)
        before = await self.head()
        await self.owner.round_open()
        for person in (self.owner, self.member):
            model = weights()
            await person.checkout(ROUNDS, model, force=True)
            await self._commit(person, model)
            await person.push(level=0)
        report = await self.owner.merge()
        assert report.finished
        await self.owner.pull(weights())
        parts = [(self.plain.heads[before].holds, Fraction(1))]
        for part in report.commits:
            values, shift = await delta(self.owner, (await self.owner.show(part.id)).address)
            learnt = self._learnt(
                [value << FINEST - shift for value in values], Fraction(part.weight, WEIGHT_ONE)
            )
            parts.append((learnt, Fraction(1)))
        self.plain.add(await self.head(), before, plus(*parts))

    async def _commit(self, person: Repository, model: Tensors) -> None:
        seed = self.random.randrange(10**6)
        await person.commit(trained(model, seed), "training", ratio=self.random.choice([0.02, 1]))

    def _learnt(self, vector: list[int], share: Fraction) -> Sum:
        self.plain.pushes.append(vector)
        return Counter({len(self.plain.pushes) - 1: share})

    async def merge(self) -> None:
        here, before = self.plain.heads, await self.head()
        others = [name for name in (*BRANCHES, FORK) if name != self.branch]
        sides = self.random.sample(others, self.random.choice([1, 2]))
        at = [(await self.owner.show(side)).address for side in sides]
        report = await self._moved(await self.owner.merge_branch(*sides))
        together = frozenset[str]().union(*(here[one].past for one in (before, *at)))
        self.plain.add(report.head, before, self.plain.union(together), *at)

    async def average(self) -> None:
        before = await self.head()
        side = self.random.choice((*BRANCHES, FORK))
        at = (await self.owner.show(side)).address
        report = await self._moved(await self.owner.merge_branch(side, average=True))
        half = Fraction(1, 2)
        holds = plus((self.plain.heads[before].holds, half), (self.plain.heads[at].holds, half))
        self.plain.add(report.head, before, holds, at)

    async def revert(self) -> None:
        before = await self.head()
        at = await self._some()
        moved = self._change(at)
        report = await self._moved(await self.owner.revert(at))
        holds, start = self.plain.heads[before].holds, self.plain.heads[self.plain.heads[at].parent].holds
        # Of what was there before the commit, too, it changed a share: that counts from where it began.
        (share,) = {(holds[number] - start[number]) / times for number, times in moved.items()}
        self.plain.add(report.head, before, plus((holds, 1), (moved, -share)))

    async def pick(self) -> None:
        before, at = await self.head(), await self._some()
        report = await self._moved(await self.owner.cherry_pick(at))
        here, holds = self.plain.heads, plus((self.plain.heads[before].holds, 1), (self._change(at), 1))
        # A pick of the one commit that a side has more is that side's merge: the terms are the same.
        merged = here[before].past & here[at].past == here[here[at].parent].past
        self.plain.add(report.head, before, holds, *([at] if merged else []))

    async def reset(self) -> None:
        before, at = await self.head(), await self._some()
        report = await self._moved(await self.owner.branch_reset(self.branch, at))
        self.plain.add(report.head, before, self.plain.heads[at].holds, at)

    async def _moved(self, report: OperationReport) -> OperationReport:
        """The head is the operation's, after the vote that a protected branch asks for."""
        if not report.finished:
            await self.owner.operation_approve(report.operation)
        await self.owner.pull()
        return report

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


async def delta(person: Repository, at: str) -> tuple[list[int], int]:
    """The values of an update, and their shift."""
    address = Pubkey.from_string(at)
    commit = await person.workspace.commit(address)
    found, _ = await heads.delta(person.workspace, address, commit, heads.Fetch())
    return [int(value) for value in found.values[:]], found.shift


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
    await team.session("member")
    await owner.member_add(team.address("member"), "contributor")
    session = await team.session("member")
    forked = await Repository.fork(session, owner.url, name="fork")
    await owner.remote_add("fork", forked.spec)
    fork = await Repository.clone(session, forked.spec, team.path("fork"))
    story = Story(owner, await team.clone("member", owner.url), fork, random.Random(seed))
    story.plain.add(await story.head(), "", Counter())
    await story.push()
    for name in BRANCHES[1:]:
        await owner.branch_create(name)
    await owner.branch_protect(ROUNDS, {"protected": True})
    follower = await team.clone("follower", owner.url)
    verbs = [story.push, story.push, story.merge, story.merge]
    verbs += [story.revert, story.pick, story.reset, story.restore, story.round, story.elsewhere]
    deck: list[Callable[[], Awaitable[None]]] = []
    for _ in range(steps):
        if story.random.random() < 0.6:
            await owner.checkout(story.random.choice(BRANCHES))
        act = story.average if story.done["average"] < 3 and story.random.random() < 0.1 else None
        # Each verb has its turn before any comes again, in another order every time.
        deck = deck or story.random.sample(verbs, len(verbs))
        act = act or deck.pop()
        before = await story.heads()
        try:
            await act()
        except (ConfigError, NothingToDo):
            # Refused before anything changed: nothing of it to take out, or no exact sum.
            assert await story.heads() == before
            continue
        story.done[act.__name__] += 1
        if story.random.random() < 0.3:
            await follower.pull()
    assert len(story.done) > 4
    assert story.done["round"]
    assert story.done["restore"]
    assert story.done["elsewhere"]
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


async def test_a_head_without_room_goes_on_from_a_new_base(team: Team) -> None:
    """Each limit is told by name with what to do, before anything changes; and that does it."""
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    for name in ("fine", "large"):
        await owner.branch_create(name)
    model = weights()
    await owner.pull(model)
    await owner.commit(trained(model), "training", ratio=1)
    await owner.push(level=0)

    # Each halving makes the steps of a head finer, 16 times.
    await owner.checkout("fine")
    await _moved(owner, average={"main": "1/256", "HEAD": "255/256"})
    await _moved(owner, average={"main": "1/256", "HEAD": "255/256"})
    await _goes_on(owner, "finer", ConfigError, "41 fraction bits", average={"main": "1/2", "HEAD": "1/2"})

    # And the program counts how far a head may have moved at most.
    await owner.checkout("large")
    await _moved(owner, weights={"main": 65536})
    times = (1 << 60) // (await owner.workspace.branch_state()).bound + 1
    far = {"HEAD": times, "main": 1 - times}
    await _goes_on(owner, "nearer", ProgramError, "bound would reach", average=far)


async def _moved(owner: Repository, **how: dict[str, str | int]) -> None:
    sides = [name for shares in how.values() for name in shares if name != "HEAD"]
    await owner.merge_branch(*sides, weights=next(iter(how.values())), average="average" in how)
    await owner.pull()


async def _goes_on(
    owner: Repository, name: str, refusal: type[Exception], why: str, **how: dict[str, str | int]
) -> None:
    head = await owner.show("HEAD")
    with pytest.raises(refusal, match=why) as refused:
        await _moved(owner, **how)
    assert "`federity branch create NAME --model FILE`" in str(refused.value)
    assert (await owner.show("HEAD")).address == head.address
    model = dict(await owner.tensors("HEAD"))
    await owner.branch_create(name, model=model)
    await owner.branch_create(f"{name}-side", at=name)
    await owner.checkout(f"{name}-side")
    loaded = weights()
    await owner.pull(loaded)
    assert all(loaded[tensor].tobytes() == model[tensor].tobytes() for tensor in model)
    scale = float(loaded["layer.weight"].std()) / 10
    await owner.commit(trained(loaded, scale=scale), "goes on", ratio=1)
    await owner.push(level=0)
    await owner.checkout(name)
    report = await owner.merge_branch(f"{name}-side", average=True)
    assert report.finished
