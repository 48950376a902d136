"""Operations: a head as a stated sum of stated commits, and what each is known by."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["Term", "operation_id", "spelled"]

UNPAIRED: Final = 255
_DOMAIN: Final = b"federity/operation/v1"
_ADDRESS: Final = 32


@dataclass(frozen=True, slots=True)
class Term:
    """`factor` times a commit, or `-factor` times: over `2^m` of a head, in Q16 (65536 is one) of an update.

    `commit` is the 32 bytes of its address. `pair` is the address of a head that this one is near and stands
    against: the program then counts how far the two are apart, in place of how large each may be.
    """

    commit: bytes
    factor: int
    pair: bytes | None = None

    @property
    def negative(self) -> bool:
        """Whether it is taken away."""
        return self.factor < 0


def spelled(terms: Sequence[Term]) -> list[tuple[Term, int]]:
    """The terms in the one order that the program takes, each with the number of the term it is paired with.

    Raises ValueError for an address that is not 32 bytes, and for a pair that is no term.
    """
    if any(len(term.commit) != _ADDRESS for term in terms):
        raise ValueError("the address of a commit has 32 bytes")
    ordered = sorted(terms, key=lambda term: term.commit)
    places = {term.commit: number for number, term in enumerate(ordered)}
    if any(term.pair is not None and term.pair not in places for term in ordered):
        raise ValueError("a term is paired with another term")
    return [(term, UNPAIRED if term.pair is None else places[term.pair]) for term in ordered]


def operation_id(head: bytes, author: bytes, m: int, terms: Sequence[Term]) -> bytes:
    """The sha256 that an operation's address is made of; the sum of `terms` is over `2^m`.

    Raises ValueError as `spelled` does.
    """
    named = b"".join(
        term.commit + bytes([term.negative]) + abs(term.factor).to_bytes(4, "little") + bytes([pair])
        for term, pair in spelled(terms)
    )
    return hashlib.sha256(_DOMAIN + head + author + bytes([m]) + named).digest()
