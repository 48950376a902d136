"""How rounds and commits end in the plain model: late, cancelled, closed."""

from __future__ import annotations

from model.operations import Operations
from model.people import require
from model.records import OPEN_ROUND, PAYER, REJECT, SOLO, Commit, Round

__all__ = ["Closing"]


class Closing(Operations):
    """What frees a branch and gives rent back."""

    current: int | None

    def commit(self, number: int) -> Commit:
        found = self.commits[number]
        require(found is not None, "closed")
        assert found is not None
        return found

    def counting(self, r: Round) -> list[Commit]:
        """The accepted commits that do not stand rejected."""
        return [c for n in r.accepted if (c := self.commit(n)).verdict != REJECT]

    def expire(self, round_: int) -> None:
        r = self.rounds[round_]
        empty = r.state == "open" and not self.counting(r)
        require(not r.over and self.slot > r.deadline(2 if empty else 3), "not late")
        r.state = "expired"
        self._release(round_)

    def cancel(self, round_: int, who: str, as_member: bool) -> None:
        r = self.rounds[round_]
        held = self.joined[r.opener] <= r.opened and self.power(r.opener) >= (2 if r.kind == SOLO else 3)
        require(self.power(who) >= 4 if as_member else not held, "role")
        require(not r.over and not r.begun, "over, or merging")
        r.state = "expired"
        self._release(round_)

    def _release(self, round_: int) -> None:
        self.current = None if self.current == round_ else self.current
        self.locked_by = None if self.locked_by == round_ else self.locked_by

    def _closable(self, c: Commit, who: str) -> None:
        decider = self.rounds[c.decider]
        require(decider.over and (c.held_by is None or decider.state == "expired"), "stays")
        limits = [(self.seq, decider.rules), (self.seq, self.rules)]
        if self.current is not None and self.current != c.decider:
            limits.append((self.rounds[self.current].opened_seq, self.rounds[self.current].rules))
        fresh = any(seq - c.parent_seq <= rules.max_staleness for seq, rules in limits)
        alive = c.state != "abandoned" and c.verdict != REJECT and fresh
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
