"""Real factors of integer vectors: the same whole numbers on every machine.

No float takes part. A factor is rounded to 2^-32, and lengths and angles are ratios of whole numbers and
their roots.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

import numpy as np
import numpy.typing as npt

from ..errors import RangeError

__all__ = ["absolute", "scaled", "stock"]

Integers = npt.NDArray[np.int64]

_FACTOR_BITS = 32
_LOW = 24
_ROOT_BITS = 64
_LIMB = 20
_LIMBS = 3
_PIECE = 1 << 20


def scaled(values: Integers, factor: Fraction) -> Integers:
    """The values times a factor, each to the nearest whole number or, of large ones, within `|v| 2^-33 + 1`.

    Raises RangeError for results beyond 2^60.
    """
    times = round(factor * (1 << _FACTOR_BITS))
    high, low = values >> _LOW, values & ((1 << _LOW) - 1)
    most = int(np.abs(high).max(initial=0)) + 1
    if abs(times) >= 1 << 62 - _LOW or most * abs(times) >= 1 << 62:
        raise RangeError(f"a change is too large to be taken {float(factor):.3g} times")
    rest = _FACTOR_BITS - _LOW
    found: Integers = (high * times + (low * times >> _LOW) + (1 << rest - 1)) >> rest
    return found


def absolute(values: Integers) -> int:
    """The sum of the values' magnitudes, each below 2^60."""
    sizes = np.abs(values)
    return (int((sizes >> 30).sum()) << 30) + int((sizes & ((1 << 30) - 1)).sum())


def stock(changes: Sequence[Integers]) -> Fraction:
    """What share of the way to the mean of several changes of one tensor (or row) to go: Model Stock's `t`.

    `t = N c / (1 + (N - 1) c)` of N changes, c the mean cosine between two of them (Jang et al. 2024; of
    more than two they leave open which, and the mean is mergekit's reading). A change of nothing has the
    cosine 0. Where the changes point so far apart that there is no `t`, it is 0. Values are below 2^59.
    """
    count = len(changes)
    limbs = [_limbs(change) for change in changes]
    squares = [_dot(limb, limb) for limb in limbs]
    total = Fraction(0)
    for number, one in enumerate(limbs):
        for other in range(number):
            length = isqrt(squares[number] * squares[other] << 2 * _ROOT_BITS)
            if length:
                total += Fraction(_dot(one, limbs[other]) << _ROOT_BITS, length)
    cosine = total / (count * (count - 1) // 2)
    below = 1 + (count - 1) * cosine
    return count * cosine / below if abs(below) > Fraction(1, 10**6) else Fraction(0)


def _limbs(values: Integers) -> list[Integers]:
    """The values in parts of 20 bits, the highest signed, so that products of parts can be added up."""
    flat = values.reshape(-1)
    parts = [flat >> _LIMB * place & ((1 << _LIMB) - 1) for place in range(_LIMBS - 1)]
    return [*parts, flat >> _LIMB * (_LIMBS - 1)]


def _dot(one: list[Integers], other: list[Integers]) -> int:
    """The inner product, exact: sums of pieces stay within 64 bits."""
    return sum(
        int(np.dot(a[start : start + _PIECE], b[start : start + _PIECE])) << _LIMB * (i + j)
        for i, a in enumerate(one)
        for j, b in enumerate(other)
        for start in range(0, len(a), _PIECE)
    )
