"""The rule by which a history is read off its sums, in plain sets and fractions, and the golden histories.

A slow reference of what the crate `history` computes, written after docs/protocol.md section 9 alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

__all__ = ["GOLDEN", "Head", "History", "Reading", "written"]

# Of ("head", number) or ("update", number), a factor.
Term = tuple[str, int, int]
ONE = Fraction(1)


@dataclass(frozen=True)
class Head:
    """A genesis, a round's merge on a parent or, with terms, an operation over `2^m`."""

    parent: int | None = None
    terms: tuple[Term, ...] | None = None
    m: int = 0

    @property
    def given(self) -> Any:
        """As the native module takes it."""
        terms = (
            None
            if self.terms is None
            else [(at, kind == "update", factor) for kind, at, factor in self.terms]
        )
        return self.parent, None if terms is None else (self.m, terms)


@dataclass(frozen=True)
class Reading:
    """What is read of one head."""

    past: frozenset[int]
    sides: tuple[int, ...]
    label: str | None
    holds: Mapping[tuple[str, int], Fraction]


@dataclass
class History:
    """Heads and what is read of them, each as it is added."""

    heads: list[Head] = field(default_factory=list)
    read: list[Reading] = field(default_factory=list)

    @classmethod
    def of(cls, heads: Iterable[Head]) -> History:
        found = cls()
        for head in heads:
            found.add(head)
        return found

    def add(self, head: Head) -> int:
        number, parent = len(self.heads), head.parent
        past = {number} | (set() if parent is None else self.read[parent].past)
        taken: Sequence[int] = ()
        label = None
        if parent is not None and head.terms is not None:
            taken, label = self._operation(parent, head.terms, head.m)
            past |= {at for side in taken for at in self.read[side].past}
        new = tuple(at for at in taken if parent is None or at not in self.read[parent].past)
        self.heads.append(head)
        self.read.append(Reading(frozenset(past), new, label, self._holds(number, head)))
        return number

    def _holds(self, number: int, head: Head) -> dict[tuple[str, int], Fraction]:
        found: dict[tuple[str, int], Fraction] = {}
        if head.parent is not None and head.terms is None:
            found = {**self.read[head.parent].holds, ("head", number): ONE}
        for kind, at, factor in head.terms or ():
            update = {(kind, at): Fraction(1, 1 << 16)}
            parts = (
                update if kind == "update" else {k: v / (1 << head.m) for k, v in self.read[at].holds.items()}
            )
            for name, share in parts.items():
                found[name] = found.get(name, Fraction(0)) + factor * share
        return {name: share for name, share in found.items() if share}

    def sum(self, among: Iterable[int]) -> dict[int, Fraction]:
        """Each counts one less what those before it, that contain it, count: the newest first."""
        found: dict[int, Fraction] = {}
        for at in sorted(among, reverse=True):
            found[at] = 1 - sum(
                (count for of, count in found.items() if at in self.read[of].past), Fraction(0)
            )
        return found

    def added(self, *parts: tuple[Mapping[int, Fraction], Fraction | int]) -> dict[int, Fraction]:
        """A sum of sums, without geneses."""
        found: dict[int, Fraction] = {}
        for factors, share in parts:
            for at, factor in factors.items():
                found[at] = found.get(at, Fraction(0)) + factor * share
        return {at: factor for at, factor in found.items() if factor and self.heads[at].parent is not None}

    def merging(self, head: int, shares: Mapping[int, Fraction]) -> dict[int, Fraction] | None:
        """The head and a share of what each side did that it lacks."""
        known = self.read[head].past
        lacked = [self.read[side].past - known for side in shares]
        if len(set(shares.values())) == 1:
            together = self.sum(known.union(*lacked))
            (share,) = set(shares.values())
            return self.added(({head: ONE}, 1), (together, share), ({head: ONE}, -share))
        if len(frozenset().union(*lacked)) < sum(map(len, lacked)):
            return None
        parts: list[tuple[Mapping[int, Fraction], Fraction | int]] = [({head: ONE}, 1)]
        for side, share in shares.items():
            parts += [({side: ONE}, share), (self.sum(self.read[side].past & known), -share)]
        return self.added(*parts)

    def averaging(self, factors: Mapping[int, Fraction]) -> dict[int, Fraction] | None:
        """Heads at their factors, and what they have in common at the rest of one."""
        common = frozenset.intersection(*(self.read[at].past for at in factors))
        if not common:
            return None
        return self.added((factors, 1), (self.sum(common), 1 - sum(factors.values())))

    def _operation(self, parent: int, terms: Sequence[Term], m: int) -> tuple[Sequence[int], str]:
        factors = {at: Fraction(factor, 1 << m) for kind, at, factor in terms if kind == "head"}
        updates = [factor for kind, _, factor in terms if kind == "update"]
        zero = self.heads[parent].parent is None
        if updates:
            alone = len(updates) == 1 and (factors == {parent: ONE} or (zero and not factors))
            return (), ("pick" if updates[0] > 0 else "revert") if alone else "combination"
        known = self.read[parent].past
        if len(factors) == 1 and set(factors.values()) == {ONE}:
            (at,) = factors
            over = parent in self.read[at].past
            return (at,), "restore" if at in known else "fast-forward" if over else "reset"
        positive = {at for at, factor in factors.items() if factor > 0 and at not in known}
        newest = [at for at in positive if not any(at in self.read[of].past for of in positive - {at})]
        sides = sorted(newest, reverse=True)
        if sides:
            shares, wanted = {at: factors[at] for at in sides}, self.added((factors, 1))
            if self.merging(parent, shares) == wanted:
                return sides, "merge"
            if self.averaging({parent: factors.get(parent, Fraction(0)), **shares}) == wanted:
                return sides, "average"
        # What is left beside the head as it is, geneses that are named among it.
        left = {**factors, parent: factors.get(parent, Fraction(0)) - (0 if zero else 1)}
        left = {at: factor for at, factor in left.items() if factor}
        if len(left) == 2 and not sum(left.values()):
            more, less = sorted(left, key=lambda at: left[at], reverse=True)
            if less in self.read[more].past:
                return (), "pick"
            if more in self.read[less].past:
                return (), "revert"
        return (), "combination"


def _on(parent: int, m: int = 0, *updates: Term, **factors: int) -> Head:
    """An operation: `h3=-1` takes head 3 away once."""
    terms = tuple(("head", int(name[1:]), factor) for name, factor in factors.items())
    return Head(parent, (*terms, *updates), m)


# Genesis 0; 1, then 2, 3 on one branch and 4, 5 on another, and on each history what may be made of them.
_FORKED = (Head(), Head(0), Head(1), Head(2), Head(1), Head(4))
_MERGED = (*_FORKED, _on(3, h3=1, h4=1, h1=-1))
GOLDEN: dict[str, tuple[Head, ...]] = {
    "merges": (*_MERGED, _on(6, h6=1, h5=1, h4=-1), Head(7), Head(5), _on(8, h8=1, h9=1, h5=-1)),
    "a criss-cross has one base": (
        *_FORKED,
        _on(3, h3=1, h5=1, h1=-1),
        _on(5, h3=1, h5=1, h1=-1),
        Head(6),
        Head(7),
        _on(8, h8=1, h9=1, h3=-1, h5=-1, h1=1),
    ),
    "an octopus": (*_FORKED, Head(1), _on(3, h3=1, h5=1, h6=1, h1=-2), Head(5), _on(7, h7=1, h8=1, h5=-1)),
    "shares": (
        *_FORKED,
        Head(1),
        _on(3, 2, h3=4, h5=3, h1=-3),
        _on(3, 2, h3=4, h5=3, h6=1, h1=-4),
        _on(3, 2, h3=4, h5=-2, h1=2),
        _on(3, 1, h3=2, h5=1, h6=1, h1=-2),
    ),
    "averages": (
        *_FORKED,
        _on(3, 1, h3=1, h5=1),
        _on(3, 2, h3=1, h5=2, h1=1),
        _on(3, 2, h5=3, h1=1),
        _on(6, 1, h6=1, h3=1),
    ),
    "picks and reverts": (
        *_MERGED,
        _on(6, h6=1, h2=-1, h1=1),
        _on(3, h3=1, h5=1, h4=-1),
        _on(3, h3=1, h1=-1, h0=1),
        _on(3, h2=1),
        _on(3, 1, h3=2, h2=-1, h1=1),
        _on(3, 1, h3=1, h2=1),
        _on(3, h3=1, h5=1, h2=-1),
    ),
    "alone": (*_MERGED, _on(1, h3=1), _on(3, h1=1), _on(3, h5=1), _on(3, h0=1), _on(3, h5=2), _on(3, h5=-1)),
    "updates": (
        *_FORKED,
        _on(3, 0, ("update", 0, 32768), h3=1),
        _on(6, 0, ("update", 0, -32768), h6=1),
        _on(3, 0, ("update", 0, 1), ("update", 1, 3), h3=1),
        _on(0, 0, ("update", 2, 65536)),
        _on(3, 0, ("update", 2, 65536)),
        _on(3, 1, ("update", 2, 5), h3=1, h5=1),
    ),
    "geneses": (
        Head(),
        Head(0),
        Head(0),
        _on(1, h1=1, h2=1, h0=-1),
        _on(1, h1=1, h2=1),
        Head(),
        Head(5),
        _on(1, h1=1, h6=1),
        _on(1, 1, h1=1, h6=1),
        _on(0, h1=1),
        _on(3, h3=1, h1=-1, h0=1),
    ),
    "a factor on a factor": (
        *_FORKED,
        *(_on(at, **{f"h{at}": 1 << 24, f"h{at - 1}": -3}) for at in range(5, 14)),
    ),
}  # fmt: skip


def written() -> list[dict[str, Any]]:
    """The golden histories with what is read of them, as the file holds them."""
    cases = []
    for name, heads in GOLDEN.items():
        shown = []
        for head, read in zip(heads, History.of(heads).read, strict=True):
            entry: dict[str, Any] = {"parent": head.parent}
            if head.terms is not None:
                entry |= {"m": head.m, "terms": [list(term) for term in head.terms]}
            holds = [
                [kind, at, str(share.numerator), share.denominator.bit_length() - 1]
                for (kind, at), share in sorted(read.holds.items())
            ]
            entry["read"] = {
                "past": sorted(read.past),
                "sides": list(read.sides),
                "label": read.label,
                "holds": holds,
            }
            shown.append(entry)
        cases.append({"name": name, "heads": shown})
    return cases
