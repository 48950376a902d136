"""Operations in the plain model: sums of heads and updates, their bounds, votes, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from model.people import People, require
from model.records import (
    FRACTION_BITS,
    ONE,
    REJECT,
    TRAVEL_BITS,
    Commit,
    Head,
    Operation,
    Round,
    Rules,
    Term,
    Vector,
)

__all__ = ["Operations"]

LIMIT = 1 << 60


@dataclass
class _Part:
    """A summand with its coefficient, over `2^m` of a head."""

    term: Term
    coefficient: int
    pair: int | None


class Operations(People):
    """What a branch's operations do to it."""

    chunks: int
    elements: int
    rules: Rules
    rounds: list[Round]
    commits: list[Commit | None]
    heads: list[Head]
    line: list[int]
    operations: list[Operation | None]
    votes: dict[tuple[object, str], tuple[int, int]]

    def waits(self) -> bool:
        """Whether anyone may lock the branch's open round now."""
        raise NotImplementedError

    def operate(self, who: str, m: int, terms: Sequence[Term]) -> None:
        self.acts(who, 2 if self.rules.protected else 4)
        self._spelled(m, terms)
        for term in terms:
            if term.update:
                c = self.commits[term.of]
                require(
                    c and c.state == "accepted" and c.verdict != REJECT and c.held_by is not None,
                    "not merged",
                )
                assert c is not None and c.held_by is not None
                require(self.rounds[c.held_by].state == "merged", "not merged")
        fine = [self.heads[t.of].bits for t in terms if not t.update and not self.heads[t.of].genesis]
        bits, head = max([FRACTION_BITS, *fine]) + m, self.line[-1]
        require(bits <= 40, "too fine")
        bound, step = self.reach(head, m, terms, bits)
        require(bound < LIMIT, "too large")
        weights = [abs(t.factor) for t in terms if t.update and abs(t.factor) > ONE]
        made = Operation(who, head, m, tuple(terms), self.slot, bits, bound, self.heads[head].travel + step)
        made = replace(made, weight=max(weights, default=0))
        require(self.rules.protected or made.weight <= self.rules.max_weight, "weight")
        require(all(o is None or o.name != made.name for o in self.operations), "there is one")
        made.sums = [[0] * self.elements for _ in range(self.chunks)]
        self._pass(made, 0)
        self.operations.append(made)

    def _spelled(self, m: int, terms: Sequence[Term]) -> None:
        require(1 <= len(terms) <= 8, "how many")
        zero = [not t.update and self.heads[t.of].genesis for t in terms]
        odd = any(t.factor % 2 and not t.update and not none for t, none in zip(terms, zero, strict=True))
        require(m == 0 or odd, "lowest terms")
        for number, (term, none) in enumerate(zip(terms, zero, strict=True)):
            other = None if term.pair is None else terms[term.pair]
            if other is not None:
                require(other.pair == number and other.factor * term.factor < 0, "pair")
                require(not term.update and not other.update, "pair")
            fits = term.factor == 1 if len(terms) == 1 else other and abs(other.factor) == abs(term.factor)
            require(not none or fits, "a genesis")
        counted = [t for t, none in zip(terms, zero, strict=True) if not none]
        same = len(counted) == 1 and m == 0 and counted[0].factor == 1 and not counted[0].update
        require(not same or counted[0].of != self.line[-1], "the head as it is")

    def reach(self, head: int, m: int, terms: Sequence[Term], bits: int) -> tuple[int, int]:
        """The largest value, and how far it is from the head."""
        parts = [_Part(term, term.factor, term.pair) for term in terms]
        unit = TRAVEL_BITS + m
        bound = _over(self._total(parts, unit), unit - bits)
        found = [n for n, part in enumerate(parts) if not part.term.update and part.term.of == head]
        if not found:
            found = [len(parts)]
            parts.append(_Part(Term(head, 0), 0, None))
        mine = parts[found[0]]
        mine.coefficient -= 1 << m
        if mine.pair is None:
            for n, part in enumerate(parts):
                free = part.pair is None and not part.term.update
                if free and part.coefficient * mine.coefficient < 0:
                    part.pair, mine.pair = found[0], n
                    break
        return bound, _over(self._total(parts, unit), m)

    def _total(self, parts: Sequence[_Part], unit: int) -> int:
        total = 0
        for number, part in enumerate(parts):
            rest = abs(part.coefficient)
            if part.term.update:
                c = self.commits[part.term.of]
                assert c is not None
                total += 128 * rest << unit - 16 - c.shift
                continue
            head = self.heads[part.term.of]
            other = None if part.pair is None else parts[part.pair]
            if other is not None and other.coefficient * part.coefficient < 0:
                assert part.pair is not None
                shared = min(rest, abs(other.coefficient))
                total += shared * self._apart(part.term.of, other.term.of) if number < part.pair else 0
                rest -= shared
            total += rest * _size(head)
        return total

    def _apart(self, a: int, b: int) -> int:
        one, other = self.heads[a], self.heads[b]
        sizes = _size(one) + _size(other)
        if one.line == other.line:
            return min(sizes, abs(one.travel - other.travel))
        if one.start == b:
            return min(sizes, one.travel)
        if other.start == a:
            return min(sizes, other.travel)
        return min(sizes, one.travel + other.travel) if one.start == other.start else sizes

    def _operation(self, number: int) -> Operation:
        found = self.operations[number]
        require(found is not None, "closed")
        assert found is not None
        return found

    def _open(self, number: int) -> Operation:
        found = self._operation(number)
        require(found.state == "open", "over")
        return found

    def _pass(self, o: Operation, chunk: int) -> None:
        """Go past geneses; a chunk that nothing is left of is whole."""
        at = o.added.setdefault(chunk, 0)
        while at < len(o.terms) and not o.terms[at].update and self.heads[o.terms[at].of].genesis:
            at += 1
        o.added[chunk] = at
        if at == len(o.terms):
            o.complete.add(chunk)

    def extend_operation(self, number: int) -> None:
        o = self._open(number)
        require(self.chunks == 2 and not o.extended, "no chunk to extend")
        o.extended = True
        self._pass(o, 1)

    def add_terms(self, number: int, chunk: int, picks: Sequence[int], honest: bool) -> None:
        o = self._open(number)
        require(picks and chunk < self.chunks and (not chunk or o.extended), "nothing to add to")
        before = chunk in o.complete
        for pick in picks:
            require(pick <= o.added[chunk], "out of order")
            if pick == o.added[chunk]:
                added = zip(o.sums[chunk], self._scaled(o, o.terms[pick], chunk), strict=True)
                o.sums[chunk] = [a + b for a, b in added]
                o.added[chunk] += 1
                self._pass(o, chunk)
        require(before or chunk not in o.complete or honest, "not the sum")

    def _scaled(self, o: Operation, term: Term, chunk: int) -> list[int]:
        if term.update:
            c = self.commits[term.of]
            assert c is not None
            values = c.delta[chunk] if chunk in c.declared else (0,) * self.elements
            scale = o.bits - 16 - c.shift
        else:
            values = self.heads[term.of].value[chunk]
            scale = o.bits - self.heads[term.of].bits - o.m
        return [(term.factor << scale) * value for value in values]

    def approve(self, number: int, who: str) -> None:
        self.acts(who, 4)
        o = self._open(number)
        attempt, slot = self.votes.get((o.name, who), (-1, 0))
        require(attempt != o.made or slot < self.joined[who], "approved already")
        self.votes[o.name, who] = (o.made, self.slot)

    def finish_operation(self, number: int) -> None:
        o = self._open(number)
        require(len(o.complete) == self.chunks, "incomplete")
        self.acts(o.author, 2 if self.rules.protected else 4)
        count = sum(
            attempt == o.made and self.stands_behind(who, slot)
            for (name, who), (attempt, slot) in self.votes.items()
            if name == o.name
        )
        require(not self.rules.protected or count >= 1, "votes")
        require(self.rules.protected or o.weight <= self.rules.max_weight, "weight")
        require(not self.waits() and self.locked_by is None and self.line[-1] == o.head, "not now")
        value: Vector = tuple(map(tuple, o.sums))
        o.state = "done"
        self.line.append(len(self.heads))
        self.heads.append(Head(value, o.bits, o.bound, o.travel, 0, 0))

    def close_operation(self, number: int, who: str, shown: bool, chunk: int) -> None:
        o = self._operation(number)
        require(not shown or self.power(who), "no member")
        right = shown and (who == o.author or self.power(who) >= 4)
        stale = o.state == "abandoned" or self.line[-1] != o.head
        require(o.state != "done" and (stale or right), "stays")
        require(o.extended == bool(chunk), "no points, or points remain")
        if chunk:
            o.extended, o.state = False, "abandoned"
        else:
            self.operations[number] = None

    def fork(self, at: int, line: int) -> None:
        """A stranger's line that begins at a head, and its first own: twice that one."""
        start = self.heads[at]
        require(not start.genesis, "nothing to double")
        bound, step = self.reach(at, 0, [Term(at, 2)], start.bits)
        require(bound < LIMIT, "too large")
        doubled: Vector = tuple(tuple(2 * v for v in chunk) for chunk in start.value)
        self.heads.append(Head(doubled, start.bits, bound, step, line, at))


def _size(head: Head) -> int:
    return head.bound << TRAVEL_BITS - head.bits


def _over(value: int, bits: int) -> int:
    """A number over `2^bits`, rounded up."""
    return -(-value >> bits)
