"""The sum that brings heads together, as it is made; what a history's sums are, the native module reads."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from solders.pubkey import Pubkey

from federity.repository.ledger.pasts import Pasts

Factors = Mapping[Pubkey, Fraction]


def taking(pasts: Pasts, head: Pubkey, shares: Factors) -> Factors | None:
    """The head with a share of what each side did that it lacks; what sides have in common counts once.

    None when sides have work in common that the head lacks, and are to bring different shares of it.
    """
    known, new = pasts.bits[head], 0
    different = len(set(shares.values())) > 1
    found = {head: Fraction(1)}
    for side, share in shares.items():
        if different and new & pasts.bits[side]:
            return None
        if different:
            _add(found, {side: 1}, share)
            _add(found, pasts.sum(known & pasts.bits[side]), -share)
        new |= pasts.bits[side] & ~known
    if not different:
        (share,) = set(shares.values())
        found[head] -= share
        _add(found, pasts.sum(known | new), share)
    return found


def _add(into: dict[Pubkey, Fraction], factors: Mapping[Pubkey, int], share: Fraction) -> None:
    for at, factor in factors.items():
        into[at] = into.get(at, Fraction(0)) + share * factor
