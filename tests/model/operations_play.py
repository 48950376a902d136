"""Random operations, and lines that strangers fork off, in the model and on the built program."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from solders.pubkey import Pubkey

from federity import _native
from federity.chain import pda
from federity.objects.operation import Term as Named
from model.model import ONE
from model.play import PEOPLE, point
from model.records import Term
from model.roles_play import RolesPlay, names, numbers
from program import operations as o
from program.forking import branch_from, fork_repository

__all__ = ["OperationsPlay"]

STATES = {1: "open", 2: "done", 3: "abandoned"}
# Mostly whoever owns the repository now.
makers = st.sampled_from([None, None, None, None, "owner", "alice", "stranger"])
kinds = st.sampled_from(["merge", "merge", "revert", "restore", "average", "update", "any", "any"])


class OperationsPlay(RolesPlay):
    """The rules about sums."""

    def address_of(self, term: Term) -> Pubkey:
        return self.addresses[term.of] if term.update else self.head_at[term.of]

    def ordered(self, terms: Sequence[Term]) -> list[Term]:
        """In the program's order, pairs renumbered."""
        order = sorted(range(len(terms)), key=lambda k: bytes(self.address_of(terms[k])))
        return [
            replace(terms[k], pair=None if (pair := terms[k].pair) is None else order.index(pair))
            for k in order
        ]

    def create_operation(self, who: str, m: int, terms: Sequence[Term]) -> bool:
        if not terms or any(t.update and self.model.commits[t.of] is None for t in terms):
            return False
        spelled = self.ordered(terms)
        named = [
            Named(
                bytes(self.address_of(t)),
                t.factor,
                None if t.pair is None else bytes(self.address_of(spelled[t.pair])),
            )
            for t in spelled
        ]
        made: list[o.Made] = []
        done = self.both(
            lambda model: model.operate(who, m, spelled),
            lambda: made.append(o.create(self.world, PEOPLE[who], named, m)),
        )
        self.operations += made
        return done

    def extend_operation(self, n: int) -> None:
        if self.model.chunks == 2:
            self.both(lambda m: m.extend_operation(n), lambda: o.extend(self.world, self.operations[n], 1))

    def add_terms(self, n: int, chunk: int, picks: Sequence[int], honest: bool) -> None:
        if (made := self.model.operations[n]) is None:
            return
        heads = self.model.heads
        chosen = [k for k in picks if made.terms[k].update or not heads[made.terms[k].of].genesis]
        after = self.model.tried(lambda m: m.add_terms(n, chunk, chosen, True))
        found = after.operations[n] if after else None
        expected = point(found.sums[chunk], np.int64) if found else bytes(64)
        if not honest:
            expected = _native.point_add(expected, point([1], np.int8))
        operands = [self.address_of(made.terms[k]) for k in chosen]
        self.both(
            lambda m: m.add_terms(n, chunk, chosen, honest),
            lambda: o.add(
                self.world,
                self.operations[n],
                [pda.points(at, 1) for at in operands] if chunk else operands,
                chunk,
                expected,
            ),
        )

    def approve_operation(self, n: int, who: str) -> None:
        self.both(lambda m: m.approve(n, who), lambda: o.approve(self.world, self.operations[n], PEOPLE[who]))

    def finish_operation(self, n: int) -> None:
        if (made := self.model.operations[n]) is None:
            return
        operation = self.operations[n]
        voters = [who for (name, who), _ in self.model.votes.items() if name == made.name]
        shown = [
            pda.approval(operation.operation, PEOPLE[who].pubkey()) for who in voters if self.model.power(who)
        ]
        if self.both(
            lambda m: m.finish_operation(n),
            lambda: o.finish(self.world, operation, PEOPLE["stranger"], PEOPLE[made.author], votes=shown),
        ):
            self.moved_to(operation.result)

    def close_operation(self, n: int, who: str, shown: bool, chunk: int) -> None:
        if self.model.operations[n] is not None:
            self.both(
                lambda m: m.close_operation(n, who, shown, chunk),
                lambda: o.close(self.world, self.operations[n], PEOPLE[who], member=shown, chunk=chunk),
            )

    def terms_of(self, kind: str, picks: Sequence[int], factors: Sequence[int]) -> tuple[int, list[Term]]:
        """Mostly such as clients make them: over `2^m`, and the terms."""
        at, count = self.model.line[-1], len(self.model.heads)
        x, y, z = (count - 1 - pick % min(count, 6) for pick in picks[:3])
        if kind == "restore":
            return 0, [Term(x, 1)]
        if kind == "update":
            merged = self.model.merged or range(len(self.addresses))
            updates = (
                [Term(merged[picks[0] % len(merged)], factors[0] * ONE // 2, update=True)] if merged else []
            )
            return 0, [*([] if self.model.heads[at].genesis else [Term(at, 1)]), *updates]
        wanted: dict[int, int] = {}
        if kind == "any":
            given = list(zip((x, y, z), factors, strict=True))[: 1 + picks[3] % 3]
        else:
            one = -1 if kind == "revert" else 1
            given = [(at, 1), (x, 1)] if kind == "average" else [(at, 1), (x, one), (y, -one)]
        for head, factor in given:
            wanted[head] = wanted.get(head, 0) + factor
        terms = [Term(head, factor) for head, factor in wanted.items() if factor]
        if kind != "any":
            # A genesis is named where it is paired, and there alone.
            opposed = [k for k, t in enumerate(terms) if t.of != at or len(terms) == 2]
            if len(opposed) == 2 and terms[opposed[0]].factor == -terms[opposed[1]].factor:
                for k, other in (opposed, reversed(opposed)):
                    terms[k] = replace(terms[k], pair=other)
            else:
                terms = [t for t in terms if not self.model.heads[t.of].genesis]
        return {"average": 1, "any": picks[4] % 3}.get(kind, 0), terms

    def steps_of_operation(self, n: int, voters: Sequence[str], reach: int) -> None:
        """What is left to do, as far as `reach` says."""
        made = self.model.operations[n]
        if made is None:
            return
        steps: list[Callable[[], object]] = [
            lambda: [self.approve_operation(n, who) for who in voters],
            lambda: self.extend_operation(n),
            lambda: [
                self.add_terms(n, chunk, range(made.added.get(chunk, 0), len(made.terms)), True)
                for chunk in range(self.model.chunks)
            ],
            lambda: self.finish_operation(n),
        ]
        for step in steps[:reach]:
            step()

    def latest(self, number: int) -> int:
        """Mostly an operation of the present head."""
        count = len(self.operations)
        return number % count if number % 5 == 0 else count - 1 - number % min(count, 2)

    # --- rules

    @rule(
        who=makers,
        kind=kinds,
        picks=st.lists(numbers, min_size=5, max_size=5),
        factors=st.lists(st.sampled_from([1, 1, 2, 3, -1, -2]), min_size=3, max_size=3),
        voter=makers,
        reach=st.sampled_from([4, 4, 4, 4, 4, 4, 0, 1, 2, 3]),
    )
    def combine(
        self,
        who: str | None,
        kind: str,
        picks: list[int],
        factors: list[int],
        voter: str | None,
        reach: int,
    ) -> None:
        """A whole operation, or the beginning of one."""
        owner = self.model.owner
        if self.create_operation(who or owner, *self.terms_of(kind, picks, factors)):
            self.steps_of_operation(len(self.operations) - 1, [voter or owner], reach)

    @precondition(lambda self: self.operations)
    @rule(n=numbers, voters=st.lists(names, max_size=2, unique=True), reach=st.integers(1, 4))
    def go_on_with(self, n: int, voters: list[str], reach: int) -> None:
        number = self.latest(n)
        if self.model.operations[number] is not None:
            self.steps_of_operation(number, voters, reach)

    @precondition(lambda self: self.operations)
    @rule(
        n=numbers,
        chunk=st.integers(0, 1),
        picks=st.lists(numbers, min_size=1, max_size=3),
        honest=st.booleans(),
    )
    def add_some(self, n: int, chunk: int, picks: list[int], honest: bool) -> None:
        number = self.latest(n)
        made = self.model.operations[number]
        if made is not None:
            self.add_terms(number, chunk, [k % len(made.terms) for k in picks], honest)

    @precondition(lambda self: self.operations)
    @rule(n=numbers, who=makers, shown=st.booleans(), chunk=st.integers(0, 1), both=st.booleans())
    def give_up_sum(self, n: int, who: str | None, shown: bool, chunk: int, both: bool) -> None:
        number, by = self.latest(n), who or self.model.owner
        made = self.model.operations[number]
        chunk = int(made.extended) if made and chunk else 0
        self.close_operation(number, by, shown, chunk)
        if both:
            self.close_operation(number, by, shown, 0)

    @precondition(lambda self: self.model.seq and len(self.model.heads) < 40)
    @rule(n=numbers, who=names)
    def fork(self, n: int, who: str) -> None:
        """A repository of somebody's own that begins at a head; its first own one is twice that."""
        at, line = n % len(self.model.heads), 1 + len(self.model.heads)
        after = self.model.tried(lambda m: m.fork(at, line))
        if after is None:
            return
        beside = copy.copy(self.world)
        beside.owner = PEOPLE[who]
        fork_repository(beside, self.world.repository, f"fork-{len(self.left)}-{line}")
        branch_from(beside, self.head_at[at])
        made = o.create(beside, PEOPLE[who], [Named(bytes(self.head_at[at]), 2)])
        for chunk in range(self.model.chunks):
            if chunk:
                o.extend(beside, made, chunk)
            o.add(beside, made, None, chunk, point(after.heads[-1].value[chunk], np.int64))
        o.finish(beside, made, PEOPLE[who])
        self.world.fees, self.model = beside.fees, after
        self.head_at.append(made.result)
        self.possible["fork"] += 1
        RolesPlay.played += 4 + 2 * self.model.chunks

    # --- invariants

    @invariant()
    def operations_are_the_models(self) -> None:
        for made, wanted in zip(self.operations, self.model.operations, strict=True):
            if wanted is None:
                assert self.world.data(made.operation) is None
                assert self.world.data(made.result) is None
                continue
            found = self.world.account(made.operation)
            assert (STATES[found.state], found.chunks_done) == (wanted.state, len(wanted.complete))
            result = self.world.account(made.result)
            assert (result.bound, result.travel, result.fraction_bits) == (
                wanted.bound,
                wanted.travel,
                wanted.bits,
            )
            assert result.chunk.added == wanted.added[0]

    @invariant()
    def the_head_is_as_far_as_it_says(self) -> None:
        head = self.model.head
        found = self.world.account(self.heads[-1])
        assert (found.fraction_bits, found.bound, found.travel) == (head.bits, head.bound, head.travel)
        assert all(abs(value) <= head.bound for chunk in head.value for value in chunk)
