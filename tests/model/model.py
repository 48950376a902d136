"""A branch, its rounds and its operations in plain Python: what the program decides, with vectors for points.

No addresses, no bytes. A transition raises Impossible when the program would refuse it; `tried` works on a
copy, so that nothing is changed then.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from model.closing import Closing
from model.people import Impossible, require
from model.records import (
    APPROVE,
    FRACTION_BITS,
    KEEPER,
    ONE,
    OPEN_ROUND,
    PAYER,
    REJECT,
    ROLES,
    SAMPLES,
    SERVER,
    SOLO,
    TRAVEL_BITS,
    Commit,
    Head,
    Operation,
    Round,
    Rules,
    Vector,
)

__all__ = ["ONE", "OPEN_ROUND", "PAYER", "ROLES", "SERVER", "SOLO", "Impossible", "Model", "Rules", "Vector"]


@dataclass
class Model(Closing):
    """One branch."""

    chunks: int
    elements: int
    slot: int
    rules: Rules = field(default_factory=Rules)
    rounds: list[Round] = field(default_factory=list)
    commits: list[Commit | None] = field(default_factory=list)  # None: closed
    roles: dict[str, int] = field(default_factory=lambda: dict(ROLES))
    heads: list[Head] = field(default_factory=list)
    line: list[int] = field(default_factory=list)  # the heads of the branch, by moves
    operations: list[Operation | None] = field(default_factory=list)  # None: closed
    votes: dict[tuple[object, str], tuple[int, int]] = field(default_factory=dict)
    current: int | None = None
    locked_by: int | None = None
    locked_elsewhere: int = 0
    merged: list[int] = field(default_factory=list)
    owner: str = "owner"
    epoch: int = 0
    epochs: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROLES, 0))
    joined: dict[str, int] = field(default_factory=dict)
    offered: tuple[str, int] | None = None
    archived: bool = False
    tags: dict[str, tuple[Any, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.joined = dict.fromkeys(ROLES, self.slot)
        self._begin()

    def _begin(self) -> None:
        zero: Vector = tuple((0,) * self.elements for _ in range(self.chunks))
        self.heads, self.line = [Head(zero, FRACTION_BITS, 0, 0, 0, 0, genesis=True)], [0]

    @property
    def head(self) -> Head:
        return self.heads[self.line[-1]]

    @property
    def seq(self) -> int:
        return len(self.line) - 1

    def tried(self, transition: Callable[[Model], None]) -> Model | None:
        """The model after a transition, or None when it is impossible."""
        # A deep copy, several times as fast.
        after: Model = pickle.loads(pickle.dumps(self))  # noqa: S301
        try:
            transition(after)
        except Impossible:
            return None
        return after

    def _kind_allowed(self, kind: int) -> None:
        require(kind != SOLO or not self.rules.protected, "protected")
        require(kind != SERVER or self.rules.allow_server, "no server rounds")

    def new_base(self, who: str, from_head: bool) -> None:
        """Go on in a branch that begins at nothing; only a commit that was a head is an ancestor."""
        self.acts(who, 4)
        require(from_head, "no ancestor")
        self.locked_elsewhere += self.locked_by is not None
        self._begin()
        self.rounds, self.commits, self.merged, self.operations = [], [], [], []
        self.current, self.locked_by = None, None
        self.votes = {}

    def protect(self, who: str, rules: Rules) -> None:
        self.acts(who, 5)
        self.rules = rules

    def open_round(self, who: str, kind: int) -> None:
        self.acts(who, 2 if kind == SOLO else 3)
        self._kind_allowed(kind)
        require(kind == SOLO or self.current is None, "another round is open")
        if kind != SOLO:
            self.current = len(self.rounds)
        self.rounds.append(Round(kind, who, self.slot, copy.copy(self.rules), self.seq))

    def _stale(self, r: Round, parent_seq: int) -> bool:
        """Whether a parent lags by too much: an open round counts from the head at its opening."""
        if r.kind == OPEN_ROUND:
            return r.opened_seq - parent_seq > r.rules.max_staleness
        return self.seq > parent_seq

    def propose(
        self, who: str, round_: int, lag: int, shift: int, samples: int, parts: int, d: Vector
    ) -> None:
        r = self.rounds[round_]
        self.acts(who, 3 if r.kind == SERVER else 2)
        require(r.state == "open" and self.slot <= r.deadline(1), "takes no proposals")
        require(r.kind == OPEN_ROUND or r.opener == who, "somebody else's round")
        require(not self._stale(r, self.seq - lag), "stale")
        require(
            all(c is None or (c.round, c.author) != (round_, who) for c in self.commits), "second proposal"
        )
        require(1 <= parts <= self.chunks, "parts")
        self.commits.append(Commit(round_, who, self.seq - lag, shift, samples, parts, d))

    def create_points(self, number: int) -> None:
        c = self.commit(number)
        require(self.chunks == 2 and not c.points and c.state in ("open", "complete"), "no further chunk")
        c.points = True

    def declare(self, number: int, chunk: int) -> None:
        c = self.commit(number)
        self.acts(c.author, 2)
        require(c.state == "open" and chunk not in c.declared, "declared")
        require(chunk < self.chunks and (chunk == 0 or c.points), "no points")
        c.declared.add(chunk)
        if len(c.declared) == c.parts:
            c.state = "complete"

    def review(self, number: int, verdict: int) -> None:
        c = self.commit(number)
        self.acts("owner", 4)
        require(self.rounds[c.decider].state in ("open", "expired"), "decided")
        require(verdict != APPROVE or c.author != "owner", "own approval")
        require(verdict != APPROVE or c.state in ("complete", "accepted"), "it may still change")
        c.verdict, c.judged = verdict, self.slot

    def void(self, number: int, who: str, as_owner: bool) -> None:
        """Take back a veto: the owner any, anybody one of who is no maintainer any more."""
        c = self.commit(number)
        require(not self.archived and c.verdict == REJECT, "archived, or no veto")
        require(self.rounds[c.decider].state in ("open", "expired"), "decided")
        if as_owner:
            require(who == self.owner, "role")
        else:
            require(not self.stands_behind("owner", c.judged), "somebody stands behind it")
        c.verdict = 0

    def accept(self, round_: int, number: int) -> None:
        require(self.rounds[round_].kind == OPEN_ROUND, "not an open round")
        self.acts(self.commit(number).author, 2)
        self._accept(round_, number)

    def _accept(self, round_: int, number: int) -> None:
        r, c = self.rounds[round_], self.commit(number)
        require(r.state == "open" and self.slot <= r.deadline(2), "accepts nothing now")
        require(c.held_by != round_, "accepted")
        if c.decider != round_:
            before = self.rounds[c.decider]
            require(before.kind == OPEN_ROUND and before.state == "expired", "held")
        require(c.state in ("complete", "accepted"), "incomplete")
        require(c.points == (self.chunks == 2), "points missing")
        needed = 0 if r.kind == SOLO else r.rules.approvals
        approved = c.verdict == APPROVE and self.stands_behind("owner", c.judged)
        require(c.verdict != REJECT and approved >= needed, "reviews")
        require(not self._stale(r, c.parent_seq), "stale")
        c.state, c.held_by, c.index, c.weight = "accepted", round_, len(r.accepted), 0
        r.accepted.append(number)

    def lock(self, round_: int, who: str, as_member: bool) -> None:
        r = self.rounds[round_]
        require(not self.archived, "archived")
        hasty = self.power(who) < 4 and not r.rules.approvals and self.slot <= r.deadline(1)
        if r.kind == OPEN_ROUND:
            require(self.power(who) >= 3 if as_member else self.slot > r.deadline(2), "not yet, or not you")
            require(not as_member or not hasty, "a keeper waits")
        else:
            require(r.kind == SOLO or who == r.opener, "not your round")
            require(self.power(r.opener) >= (2 if r.kind == SOLO else 3), "the author's role")
            require(r.kind == SOLO or not hasty, "a keeper waits")
            require(r.kind != SOLO or not self.waits(), "the open round comes first")
            mine = [n for n, c in enumerate(self.commits) if c is not None and c.round == round_]
            require(mine, "nothing proposed")
            self._accept(round_, mine[0])
        require(r.state == "open" and self.slot <= r.deadline(3) and self.counting(r), "cannot be locked")
        self._kind_allowed(r.kind)
        require(self.locked_by is None, "locked")
        self.locked_by, r.state, r.bits = round_, "locked", self.head.bits
        r.sums = [list(chunk) for chunk in self.head.value]

    def write_weights(self, round_: int, who: str, weights: Sequence[int], restart: bool) -> None:
        r = self.rounds[round_]
        self.acts(who, 3)
        require(r.state == "locked" and not r.begun, "no weighing")
        require(r.kind == OPEN_ROUND and r.rules.weighting == KEEPER, "not the keeper's")
        if restart:
            r.written = []
        for weight in weights:
            require(len(r.written) < len(r.accepted), "more weights than commits")
            c = self.commit(r.accepted[len(r.written)])
            require(weight <= (0 if c.verdict == REJECT else r.rules.max_weight), "weight")
            require(sum(r.written) + weight <= ONE, "sum of weights")
            c.weight = weight
            r.written.append(weight)

    def waits(self) -> bool:
        """Whether anyone may lock the branch's open round now."""
        if self.current is None:
            return False
        r = self.rounds[self.current]
        due = r.deadline(2) < self.slot <= r.deadline(3)
        return r.state == "open" and due and bool(self.counting(r))

    def weight(self, r: Round, c: Commit) -> int:
        """The Q16 weight of an accepted commit."""
        if r.kind != OPEN_ROUND:
            return ONE
        if c.verdict == REJECT:
            return 0
        if r.rules.weighting == KEEPER:
            return c.weight
        if r.rules.weighting == SAMPLES:
            total = sum(other.samples for other in self.counting(r))
            return min(c.samples * ONE // total if total else 0, r.rules.max_weight)
        return min(ONE // len(self.counting(r)), r.rules.max_weight)

    def factor(self, round_: int, number: int) -> int:
        """`w'` of an accepted commit."""
        c, r = self.commit(number), self.rounds[round_]
        return self.weight(r, c) << (r.bits - 16 - c.shift)

    def begin(self, round_: int) -> None:
        r = self.rounds[round_]
        require(r.state == "locked" and not r.begun, "no merge to begin")
        weighs = r.kind == OPEN_ROUND and r.rules.weighting == KEEPER
        require(not weighs or len(r.written) == len(r.accepted), "weights missing")
        r.begun = True

    def extend(self, round_: int) -> None:
        r = self.rounds[round_]
        require(r.state == "locked" and r.begun and not r.extended and self.chunks == 2, "no chunk to extend")
        r.extended = True

    def add(self, round_: int, numbers: Sequence[int], chunk: int, honest: bool) -> None:
        r = self.rounds[round_]
        require(r.state == "locked" and numbers and (r.extended if chunk else r.begun), "nothing to add to")
        require(chunk < self.chunks, "no such chunk")
        for number in numbers:
            c = self.commit(number)
            require(c.held_by == round_ and c.state == "accepted", "not accepted")
            require(c.index <= r.counts.get(chunk, 0), "out of order")
            if c.index < r.counts.get(chunk, 0):
                continue
            factor = self.factor(round_, number)
            given = c.delta[chunk] if chunk in c.declared else (0,) * self.elements
            r.sums[chunk] = [a + factor * d for a, d in zip(r.sums[chunk], given, strict=True)]
            r.counts[chunk] = r.counts.get(chunk, 0) + 1
            r.scaled += factor if chunk == 0 else 0
        if r.counts.get(chunk) == len(r.accepted) and chunk not in r.complete:
            require(honest, "not the sum")
            r.complete.add(chunk)

    def finish(self, round_: int) -> None:
        r = self.rounds[round_]
        require(r.state == "locked" and r.begun and len(r.complete) == self.chunks, "incomplete")
        value, before, grown = tuple(map(tuple, r.sums)), self.head, 128 * r.scaled
        travel = before.travel + (grown << TRAVEL_BITS - r.bits)
        self.line.append(len(self.heads))
        self.heads.append(Head(value, r.bits, before.bound + grown, travel, 0, 0))
        self.merged += r.accepted
        r.state = "merged"
        self._release(round_)
