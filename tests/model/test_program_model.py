"""The built program against the plain model: random instructions, the same verdicts, the same state.

Invariants: the head's commitment is the commitment of the integers that its history adds up to; a branch has
at most one locked round; a commit is merged once; lamports change hands but neither appear nor vanish, fees
aside.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from solders.pubkey import Pubkey

from federity._generated import constants
from federity.chain import pda
from model.model import ONE, OPEN_ROUND, PAYER, SERVER, SOLO, Vector
from model.model import Rules as ModelRules
from model.owner_play import OwnerPlay
from model.play import ELEMENTS, PEOPLE, Play, point, stored
from model.roles_play import names, numbers

pytestmark = pytest.mark.svm

COMMIT_STATES = {1: "open", 2: "complete", 3: "accepted", 5: "abandoned"}
ROUND_STATES = {1: "open", 2: "locked", 3: "merged", 4: "expired"}

# How many random instructions a run plays at least, possible and impossible ones.
INSTRUCTIONS = 20_000
# Each is possible now and then: most of them 50 times a run, the most seldom ones mostly more than ten.
TRANSITIONS = (
    "open_round", "propose", "create_points", "declare", "review", "void", "accept", "lock", "write_weights",
    "begin", "extend", "add", "finish", "expire", "cancel", "close", "close_points", "close_round",
    "new_base", "protect", "add_member", "set_role", "offer", "accept_offer", "archive", "tag", "move_tag",
    "close_tag", "fork", "operate", "extend_operation", "add_terms", "approve", "finish_operation",
    "close_operation",
)  # fmt: skip

closers = st.sampled_from([PAYER, PAYER, "alice", "stranger"])
reaches = st.sampled_from([6, 6, 6, 0, 1, 2, 3, 4, 5])
deltas = st.lists(st.integers(-128, 127), min_size=2 * ELEMENTS, max_size=2 * ELEMENTS)


class Program(OwnerPlay, RuleBasedStateMachine):
    """Each rule asks the model, then the program."""

    @initialize(
        chunks=st.sampled_from([2, 1]),
        weighting=st.integers(0, 2),
        pushes=st.sampled_from([2, 1, 3, 0]),
        values=deltas,
    )
    def start(self, chunks: int, weighting: int, pushes: int, values: list[int]) -> None:
        """A branch on which something was pushed, mostly."""
        self.begin_play(chunks, weighting)
        for k in range(pushes):
            self.work(SOLO, ["alice"], values[k:] + values[:k], 0, 0, False, 6)

    # --- rules

    @rule(who=names, kind=st.sampled_from([OPEN_ROUND, OPEN_ROUND, SOLO, SERVER]))
    def open_round(self, who: str, kind: int) -> None:
        address = self.world.next_round()
        if self.both(lambda m: m.open_round(who, kind), lambda: self.world.open_round(PEOPLE[who], kind)):
            self.rounds.append(address)

    @precondition(lambda self: self.rounds)
    @rule(
        who=st.sampled_from(["owner", "alice", "bob", "alice", "bob", "stranger", "keeper"]),
        n=numbers,
        lag=st.sampled_from([0, 0, 0, 1, 2]),
        shift=st.integers(0, 8),
        samples=st.sampled_from([0, 1, 100, 2**32 - 1]),
        sparse=st.booleans(),
        values=deltas,
        fill=st.sampled_from([True, True, True, False]),
    )
    def propose(
        self,
        who: str,
        n: int,
        lag: int,
        shift: int,
        samples: int,
        sparse: bool,
        values: list[int],
        fill: bool,
    ) -> None:
        d: Vector = tuple(tuple(values[k * ELEMENTS : (k + 1) * ELEMENTS]) for k in range(self.model.chunks))
        self.propose_in(self.round_at(n), who, d, lag, shift, samples, sparse, fill)

    @precondition(lambda self: self.addresses and self.model.chunks == 2)
    @rule(n=numbers)
    def create_points(self, n: int) -> None:
        self.create_further(self.commit_at(n))

    @precondition(lambda self: self.addresses)
    @rule(n=numbers, chunk=st.integers(0, 1))
    def declare(self, n: int, chunk: int) -> None:
        self.declare_part(self.commit_at(n), chunk)

    @precondition(lambda self: self.addresses)
    @rule(n=numbers, verdict=st.integers(1, 3))
    def review(self, n: int, verdict: int) -> None:
        self.judge(self.undecided(n), verdict)

    @precondition(lambda self: self.addresses)
    @rule(n=numbers, k=numbers)
    def accept(self, n: int, k: int) -> None:
        self.accept_one(self.round_at(n), self.commit_at(k))

    @precondition(lambda self: self.rounds)
    @rule(n=numbers, who=names, as_member=st.booleans())
    def lock(self, n: int, who: str, as_member: bool) -> None:
        self.lock_round(self.round_at(n), who, as_member)

    @precondition(lambda self: self.rounds)
    @rule(
        n=numbers,
        who=st.sampled_from(["keeper", "keeper", "keeper", "alice"]),
        weights=st.lists(st.sampled_from([0, 1, ONE // 3, ONE // 2, ONE, ONE + 1]), min_size=1, max_size=3),
        restart=st.booleans(),
    )
    def write_weights(self, n: int, who: str, weights: list[int], restart: bool) -> None:
        self.weigh(self.round_at(n), who, weights, restart)

    @precondition(lambda self: self.rounds)
    @rule(n=numbers, who=names)
    def begin(self, n: int, who: str) -> None:
        self.begin_merge(self.round_at(n), who)

    @precondition(lambda self: self.rounds)
    @rule(n=numbers)
    def extend(self, n: int) -> None:
        self.extend_merge(self.round_at(n))

    @precondition(lambda self: self.addresses)
    @rule(
        n=numbers,
        picks=st.lists(numbers, max_size=3),
        chunk=st.integers(0, 1),
        honest=st.sampled_from([True, True, False]),
    )
    def add(self, n: int, picks: list[int], chunk: int, honest: bool) -> None:
        round_ = self.round_at(n)
        accepted = self.model.rounds[round_].accepted
        # Mostly the round's own commits; now and then anybody's.
        chosen = [accepted[k % len(accepted)] if accepted and k % 7 else self.commit_at(k) for k in picks]
        self.add_all(round_, chosen, chunk, honest)

    @precondition(lambda self: self.rounds)
    @rule(n=numbers, who=names)
    def finish(self, n: int, who: str) -> None:
        self.finish_merge(self.round_at(n), who)

    @precondition(lambda self: self.rounds)
    @rule(n=numbers, reach=reaches)
    def carry_on(self, n: int, reach: int) -> None:
        """The next useful steps of a round, so that random play gets as far as merges."""
        self.steps_of(self.round_at(n), reach)

    @rule(
        kind=st.sampled_from([OPEN_ROUND, OPEN_ROUND, SOLO, SERVER]),
        authors=st.lists(st.sampled_from(["owner", "alice", "bob"]), min_size=1, max_size=3, unique=True),
        values=deltas,
        lag=st.sampled_from([0, 0, 1]),
        shift=st.integers(0, 8),
        sparse=st.booleans(),
        reach=reaches,
    )
    def work(
        self, kind: int, authors: list[str], values: list[int], lag: int, shift: int, sparse: bool, reach: int
    ) -> None:
        """A whole round, or the beginning of one."""
        number = len(self.rounds)
        self.open_round(authors[0] if kind == SOLO else self.model.owner, kind)
        if len(self.rounds) == number:
            if self.model.current is None:
                return
            number = self.model.current
        for k, who in enumerate(authors):
            d = tuple(tuple(values[c * ELEMENTS :][:ELEMENTS]) for c in range(self.model.chunks))
            self.propose_in(number, who, d, lag, (shift + k) % 9, 100 * k, sparse, True)
            values = values[1:] + values[:1]
        self.steps_of(number, reach)

    @precondition(lambda self: self.rounds)
    @rule(n=numbers)
    def expire(self, n: int) -> None:
        round_ = self.round_at(n)
        self.both(lambda m: m.expire(round_), lambda: self.world.expire(self.rounds[round_]))

    @precondition(lambda self: self.addresses)
    @rule(n=numbers, k=numbers, points=st.booleans(), who=closers)
    def close(self, n: int, k: int, points: bool, who: str) -> None:
        self.close_one(self.commit_of(self.expired_at(n), k), points, who)

    @precondition(lambda self: self.rounds)
    @rule(n=numbers)
    def close_round(self, n: int) -> None:
        self.close_expired(self.expired_at(n))

    @precondition(lambda self: self.addresses and not all(r.over for r in self.model.rounds))
    @rule(n=numbers, k=numbers, again=st.booleans(), who=closers, reach=reaches)
    def give_up(self, n: int, k: int, again: bool, who: str, reach: int) -> None:
        """Let a round expire, close or half close a commit, and go on in the next round."""
        round_ = self.round_at(n)
        commit = self.commit_of(round_, k)
        self.world.pass_slots(61)
        self.both(lambda m: m.expire(round_), lambda: self.world.expire(self.rounds[round_]))
        self.close_one(commit, True, who)
        if again:
            self.create_further(commit)
        else:
            self.close_one(commit, False, who)
        self.close_expired(round_)
        self.work(OPEN_ROUND, ["owner"], list(range(2 * ELEMENTS)), 0, 0, False, reach)

    @rule(slots=st.sampled_from([1, 2, 3, 5, 21, 61]))
    def wait(self, slots: int) -> None:
        self.world.pass_slots(slots)

    @rule(
        protected=st.sampled_from([False, False, True]),
        weighting=st.integers(0, 2),
        approvals=st.sampled_from([0, 0, 1]),
        server=st.booleans(),
        staleness=st.integers(0, 2),
        cap=st.sampled_from([ONE, ONE // 2, 1]),
    )
    def protect(
        self, protected: bool, weighting: int, approvals: int, server: bool, staleness: int, cap: int
    ) -> None:
        rules = ModelRules(protected, weighting, approvals, server, staleness, cap)
        owner = self.model.owner
        self.both(lambda m: m.protect(owner, rules), lambda: self.world.protect(stored(rules), PEOPLE[owner]))

    # --- invariants

    @invariant()
    def the_head_is_the_sum(self) -> None:
        branch = self.world.account(self.world.branch)
        held = [branch.head, branch.head_seq, branch.bound]
        assert held == [self.heads[-1], self.model.seq, self.model.head.bound]
        if self.model.seq and branch.head != self.proved:
            self.proved = branch.head
            for chunk, values in enumerate(self.model.head.value):
                where = self.world.account(pda.points(branch.head, chunk) if chunk else branch.head)
                assert where.chunk.point == point(values, np.int64)

    @invariant()
    def rounds_and_commits_are_the_models(self) -> None:
        nowhere = Pubkey.default()
        branch = self.world.account(self.world.branch)
        for held, number in (
            (branch.current_round, self.model.current),
            (branch.locked_by, self.model.locked_by),
        ):
            assert held == (nowhere if number is None else self.rounds[number])
        locked = 0
        for address, wanted in zip(self.rounds, self.model.rounds, strict=True):
            if wanted.closed:
                assert self.world.data(address) is None
                continue
            found = self.world.account(address)
            locked += found.state == constants.ROUND_STATE_LOCKED
            assert (ROUND_STATES[found.state], found.accepted) == (wanted.state, len(wanted.accepted))
        assert locked <= 1
        for address, made in zip(self.addresses, self.model.commits, strict=True):
            if made is None:
                assert self.world.data(address) is None
                continue
            commit = self.world.account(address)
            holder = nowhere if made.held_by is None else self.rounds[made.held_by]
            assert (COMMIT_STATES[commit.state], commit.held_by, commit.index, commit.weight) == (
                made.state,
                holder,
                made.index,
                made.weight,
            )

    @invariant()
    def nothing_merges_twice(self) -> None:
        assert len(set(self.model.merged)) == len(self.model.merged)

    @invariant()
    def branches_that_were_left_stay_as_they_were(self) -> None:
        assert all(self.world.data(branch) == data for branch, data in self.left)

    @invariant()
    def lamports_are_conserved(self) -> None:
        assert self.world.lamports() + self.world.fees == self.world.total


Program.TestCase.settings = settings(
    max_examples=300,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
test_the_program_does_what_the_model_says = Program.TestCase


def test_that_was_enough() -> None:
    if not Play.played:
        pytest.skip("the play was not chosen")
    assert Play.played >= INSTRUCTIONS
    assert [name for name in TRANSITIONS if not Play.possible[name]] == []
