"""Shares of heads that a sum can name: whole numbers over a power of two."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from federity._generated.constants import MAX_SUM_BITS, TERM_FACTOR_LIMIT
from federity.errors import ConfigError

Share: TypeAlias = "Fraction | int | float | str"

_NUMBER = re.compile(
    r"[+-]?(?:\d{1,18}/\d{1,18}|(?:\d{1,18}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?)"
)

FINEST = 1 << MAX_SUM_BITS


def number_of(value: Share) -> Fraction:
    """Read a number as it is written: 0.3 is three tenths, `1/3` a third. Raises ValueError.

    Exponents have at most two digits, as powers of ten are written out.
    """
    text = str(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no number")
    try:
        return Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(f"{text[:40]!r} is divided by 0") from error


def share_of(value: Share) -> Fraction:
    """Read a share: a fraction like `3/4`, a number like `-0.25`. Raises ConfigError."""
    try:
        found = number_of(value)
    except ValueError as error:
        raise ConfigError(f"{value!r} is not a share, which is a number like 3/4 or -0.25.") from error
    if FINEST % found.denominator or abs(found.numerator) > TERM_FACTOR_LIMIT:
        near = Fraction(round(found * FINEST), FINEST)
        raise ConfigError(
            f"{value} of a head is no exact sum: shares are whole numbers of {FINEST}ths.",
            hint=f"The nearest is {near}." if abs(near.numerator) <= TERM_FACTOR_LIMIT else None,
        )
    return found


def equal(count: int) -> list[Fraction]:
    """One, in so many equal shares. Raises ConfigError, naming the nearest, where these are no exact sum."""
    if FINEST % count:
        near = " ".join(str(share) for share in nearest([Fraction(1, count)] * count))
        raise ConfigError(
            f"{count} equal shares are no exact sum: shares are whole numbers of {FINEST}ths.",
            hint=f"Name those to be taken, `--weight COMMIT=SHARE` for each; the nearest are {near}.",
        )
    return [Fraction(1, count)] * count


def nearest(shares: Sequence[Fraction]) -> list[Fraction]:
    """The nearest shares with the same sum that a sum of heads can have, by largest remainders.

    The sum of `shares` is a whole number of 256ths.
    """
    whole = [share * FINEST // 1 for share in shares]
    left = int(sum(shares, Fraction(0)) * FINEST - sum(whole))
    by_rest = sorted(range(len(shares)), key=lambda number: whole[number] - shares[number] * FINEST)
    for number in by_rest[:left]:
        whole[number] += 1
    return [Fraction(number, FINEST) for number in whole]
