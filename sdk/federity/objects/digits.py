"""Numbers that one value of a delta cannot hold: a buffer's change as digits, each an element of its own.

Running statistics go where the data are: from 1 to 5,000 for pixels, to 10^9 for the variance of an income.
A value of a delta moves at most 127 steps of one unit. So a buffer has several digits; digit k is counted in
units `2^((q+1) k)` times the first one's, and the sum of what all digits say is the change. Sums of digits
are sums of changes, so merges and proofs know nothing of it.

A change is rounded to its own first eight bits: of columns that differ by 10^6 each arrives to half a per
cent at once, in two or three digits, and the next changes bring the rest.
"""

import numpy as np
import numpy.typing as npt

__all__ = ["digit_of", "reach", "steps_of"]

_Integers = npt.NDArray[np.int64]
_Vector = npt.NDArray[np.float64]

_BITS = 8

_ROUNDING = 2.0**-22
"""Of a change, more than float32 may have rounded away of it."""


def reach(precision: int, digits: int, shift: int) -> float:
    """Return the largest change, in units of a tensor, that so many digits hold at this shift."""
    # A number below this may be rounded up, and its last digit is still one that deltas hold.
    limit = (1 << precision) - (2 if digits > 1 else 1)
    return float(np.ldexp(limit, (precision + 1) * (digits - 1) - precision - shift))


def steps_of(change: _Vector, scale: float, step: int, becomes: _Vector | None = None) -> _Integers:
    """Return `scale * change` in steps of 2^step, each rounded to its first eight bits.

    With `becomes`, the values of a buffer that holds nothing negative: where rounding would leave less than
    half of the smaller of what was and what is to be, more bits are kept and the rest is rounded up.
    """
    wanted = np.ldexp(change * scale, -step)
    exact: _Vector = np.rint(wanted)
    cut = np.maximum(np.frexp(exact)[1] - _BITS, 0)
    found: _Vector = np.ldexp(np.rint(np.ldexp(exact, -cut)), cut)
    if becomes is not None:
        was = becomes - change
        least = np.minimum(was, was + change * scale) / 2
        low = np.ceil(np.ldexp(change * scale - least + _ROUNDING * np.abs(change), -step))
        found = np.where(found < low, np.maximum(exact, low), found)
    return found.astype(np.int64)


def digit_of(steps: _Integers, digit: int, digits: int, precision: int) -> npt.NDArray[np.int8]:
    """Return one of so many digits of integers, int8: from `-2^precision` to below `2^precision`."""
    bits, half = precision + 1, 1 << precision
    left = steps
    for _ in range(digit):
        left = (left + half) >> bits
    if digit < digits - 1:
        left = ((left + half) & ((1 << bits) - 1)) - half
    return left.astype(np.int8)
