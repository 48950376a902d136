"""A branch and its rounds in plain Python: what the program decides, with integer vectors in place of points.

No addresses, no bytes. A transition raises Impossible when the program would refuse it; `tried` works on a
copy, so that nothing is changed then.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from model.people import Impossible, People, require
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
    Commit,
    Round,
    Rules,
    Vector,
)

__all__ = ["ONE", "OPEN_ROUND", "PAYER", "ROLES", "SERVER", "SOLO", "Impossible", "Model", "Rules", "Vector"]


@dataclass
class Model(People):
    """One branch."""

    chunks: int
    elements: int
    slot: int
    rules: Rules = field(default_factory=Rules)
    rounds: list[Round] = field(default_factory=list)
    commits: list[Commit | None] = field(default_factory=list)  # None: closed
    roles: dict[str, int] = field(default_factory=lambda: dict(ROLES))
    head: Vector = ()
    seq: int = 0
    bound: int = 0
    current: int | None = None
    locked_by: int | None = None
    merged: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.head = tuple((0,) * self.elements for _ in range(self.chunks))

    def tried(self, transition: Callable[[Model], None]) -> Model | None:
        """The model after a transition, or None when it is impossible."""
        after = copy.deepcopy(self)
        try:
            transition(after)
        except Impossible:
            return None
        return after

    def commit(self, number: int) -> Commit:
        found = self.commits[number]
        require(found is not None, "closed")
        assert found is not None
        return found

    def _kind_allowed(self, kind: int) -> None:
        require(kind != SOLO or not self.rules.protected, "protected")
        require(kind != SERVER or self.rules.allow_server, "no server rounds")

    def new_base(self, who: str, from_head: bool) -> None:
        """Go on in a branch that begins at nothing; only a commit that was a head is an ancestor."""
        require(self.roles[who] >= 4 and from_head, "no base of yours, or no ancestor")
        self.head = tuple((0,) * self.elements for _ in range(self.chunks))
        self.rounds, self.commits, self.merged = [], [], []
        self.seq, self.bound, self.current, self.locked_by = 0, 0, None, None

    def open_round(self, who: str, kind: int) -> None:
        require(self.roles[who] >= (2 if kind == SOLO else 3), "role")
        self._kind_allowed(kind)
        require(kind == SOLO or self.current is None, "another round is open")
        if kind != SOLO:
            self.current = len(self.rounds)
        self.rounds.append(Round(kind, who, self.slot, copy.copy(self.rules)))

    def propose(
        self, who: str, round_: int, lag: int, shift: int, samples: int, parts: int, d: Vector
    ) -> None:
        r = self.rounds[round_]
        require(self.roles[who] >= (3 if r.kind == SERVER else 2), "role")
        require(r.state == "open" and self.slot <= r.deadline(1), "takes no proposals")
        require(r.kind == OPEN_ROUND or r.opener == who, "somebody else's round")
        require(lag <= (r.rules.max_staleness if r.kind == OPEN_ROUND else 0), "stale")
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
        require(self.roles[c.author] >= 2, "role")
        require(c.state == "open" and chunk not in c.declared, "declared")
        require(chunk < self.chunks and (chunk == 0 or c.points), "no points")
        c.declared.add(chunk)
        if len(c.declared) == c.parts:
            c.state = "complete"

    def review(self, number: int, verdict: int) -> None:
        c = self.commit(number)
        require(self.rounds[c.decider].state in ("open", "expired"), "decided")
        require(verdict != APPROVE or c.author != "owner", "own approval")
        require(verdict != APPROVE or c.state in ("complete", "accepted"), "it may still change")
        c.verdict = verdict

    def accept(self, round_: int, number: int) -> None:
        require(self.rounds[round_].kind == OPEN_ROUND, "not an open round")
        require(self.roles[self.commit(number).author] >= 2, "the author's role")
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
        require(c.verdict != REJECT and (c.verdict == APPROVE) >= needed, "reviews")
        staleness = r.rules.max_staleness if r.kind == OPEN_ROUND else 0
        require(self.seq - c.parent_seq <= staleness, "stale")
        c.state, c.held_by, c.index, c.weight = "accepted", round_, len(r.accepted), 0
        r.accepted.append(number)

    def lock(self, round_: int, who: str, as_member: bool) -> None:
        r = self.rounds[round_]
        hasty = self.roles[who] < 4 and not r.rules.approvals and self.slot <= r.deadline(1)
        if r.kind == OPEN_ROUND:
            require(self.roles[who] >= 3 if as_member else self.slot > r.deadline(2), "not yet, or not you")
            require(not as_member or not hasty, "a keeper waits")
        else:
            require(r.kind == SOLO or who == r.opener, "not your round")
            require(self.roles[r.opener] >= (2 if r.kind == SOLO else 3), "the author's role")
            require(r.kind == SOLO or not hasty, "a keeper waits")
            require(r.kind != SOLO or not self._waits(), "the open round comes first")
            mine = [n for n, c in enumerate(self.commits) if c is not None and c.round == round_]
            require(mine, "nothing proposed")
            self._accept(round_, mine[0])
        require(r.state == "open" and self.slot <= r.deadline(3) and self.counting(r), "cannot be locked")
        self._kind_allowed(r.kind)
        require(self.locked_by is None, "locked")
        self.locked_by, r.state = round_, "locked"
        r.sums = [list(chunk) for chunk in self.head]

    def write_weights(self, round_: int, who: str, weights: Sequence[int], restart: bool) -> None:
        r = self.rounds[round_]
        require(self.roles[who] >= 3 and r.state == "locked" and not r.begun, "no weighing")
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

    def counting(self, r: Round) -> list[Commit]:
        """The accepted commits that do not stand rejected."""
        return [c for n in r.accepted if (c := self.commit(n)).verdict != REJECT]

    def _waits(self) -> bool:
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
        c = self.commit(number)
        return self.weight(self.rounds[round_], c) << (FRACTION_BITS - 16 - c.shift)

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
        self.head = tuple(tuple(chunk) for chunk in r.sums)
        self.seq, self.bound = self.seq + 1, self.bound + 128 * r.scaled
        self.merged += r.accepted
        r.state = "merged"
        self._release(round_)

    def expire(self, round_: int) -> None:
        r = self.rounds[round_]
        empty = r.state == "open" and not self.counting(r)
        require(not r.over and self.slot > r.deadline(2 if empty else 3), "not late")
        r.state = "expired"
        self._release(round_)

    def cancel(self, round_: int, who: str) -> None:
        r = self.rounds[round_]
        require(self.roles[who] >= 4, "role")
        require(not r.over and not r.begun, "over, or merging")
        r.state = "expired"
        self._release(round_)

    def _release(self, round_: int) -> None:
        self.current = None if self.current == round_ else self.current
        self.locked_by = None if self.locked_by == round_ else self.locked_by

    def _closable(self, c: Commit, who: str) -> None:
        decider = self.rounds[c.decider]
        require(decider.over and (c.held_by is None or decider.state == "expired"), "stays")
        limits = [decider, self.rounds[self.current]] if self.current is not None else [decider]
        staleness = max(self.rules.max_staleness, *(r.rules.max_staleness for r in limits))
        alive = c.state != "abandoned" and c.verdict != REJECT and self.seq - c.parent_seq <= staleness
        awaited = alive and decider.kind == OPEN_ROUND and decider.state == "expired"
        require(who in (c.author, PAYER) or not awaited, "a later round may take it")

    def close_points(self, number: int, who: str) -> None:
        c = self.commit(number)
        require(c.points, "no points")
        self._closable(c, who)
        c.points, c.state = False, "abandoned"

    def close(self, number: int, who: str) -> None:
        c = self.commit(number)
        self._closable(c, who)
        require(not c.points, "points remain")
        self.commits[number] = None

    def close_round(self, round_: int) -> None:
        r = self.rounds[round_]
        require(not r.closed and r.state == "expired" and not r.begun, "stays")
        require(all(c is None or c.decider != round_ for c in self.commits), "commits remain")
        r.closed = True
