"""The sums that bring heads together: one rule for who makes them and for who reads them off a history."""

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


def joining(pasts: Pasts, factors: Factors) -> Factors | None:
    """Heads at their factors, and of what all of them have in common what is lacking of one: averages, and
    what is counted from a common base. None when they have nothing in common.
    """
    common = -1
    for at in factors:
        common &= pasts.bits[at]
    if not common:
        return None
    found = dict(factors)
    _add(found, pasts.sum(common), 1 - sum(factors.values(), Fraction(0)))
    return found


def taken_in(pasts: Pasts, head: Pubkey, factors: Factors) -> list[Pubkey]:
    """The sides that a sum took into a head: a commit alone, or all that it adds and the head lacks, if it is
    one that `taking` or `joining` makes.

    Picks, reverts and other sums take in nothing: a later merge would lose or double work.
    """
    if len(factors) == 1:
        return list(factors)
    added = 0
    for at, factor in factors.items():
        if factor > 0 and at != head:
            added |= pasts.bits[at]
    sides = pasts.newest(added & ~pasts.bits[head])
    if not sides:
        return []
    shares = {side: factors[side] for side in sides}
    own = {head: factors.get(head, Fraction(0))}
    made = (taking(pasts, head, shares), joining(pasts, {**own, **shares}))
    wanted = pasts.adding(factors)
    return sides if any(sums is not None and pasts.adding(sums) == wanted for sums in made) else []


def _add(into: dict[Pubkey, Fraction], factors: Mapping[Pubkey, int], share: Fraction) -> None:
    for at, factor in factors.items():
        into[at] = into.get(at, Fraction(0)) + share * factor
