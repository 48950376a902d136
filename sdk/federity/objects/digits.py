"""Numbers that one value of a delta cannot hold: a buffer's change as digits, each an element of its own.

Running statistics go where the data are: from 1 to 5,000 for pixels, to 10^18 for the variance of an income,
to 10^-12 for that of a current. A value of a delta moves at most 127 steps of one unit. So a buffer has
several digits; digit k is counted in units `2^((q+1) k)` times the first one's, and the sum of what all
digits say is the change. Sums of digits are sums of changes, so merges and proofs know nothing of it.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from .manifest import Manifest, TensorSpec

__all__ = ["USUAL", "digit_of", "reach", "usual_digit"]

USUAL: Final = 3
"""The unit, as a power of two, of the digit in which statistics of ordinary layers move: by up to 8."""

_MANTISSA = 53


def reach(precision: int, digits: int, shift: int) -> float:
    """Return the largest change, in units of a tensor, that so many digits hold at this shift."""
    # A number below this may be rounded up, and its last digit is still one that deltas hold.
    limit = (1 << precision) - (2 if digits > 1 else 1)
    return float(np.ldexp(limit, (precision + 1) * (digits - 1) - precision - shift))


def usual_digit(manifest: Manifest, spec: TensorSpec) -> tuple[int, int]:
    """Return the first digit whose unit is not below 8, or else the last, and its unit in the first's.

    That is a power of two.
    """
    bits = manifest.precision + 1
    digit = min(max(-((spec.exponent - USUAL) // bits), 0), spec.digits - 1)
    return digit, digit * bits


def digit_of(steps: npt.NDArray[np.float64], digit: int, digits: int, precision: int) -> npt.NDArray[np.int8]:
    """Return one of so many digits of whole numbers, int8: from `-2^precision` to below `2^precision`."""
    bits, half = precision + 1, 1 << precision
    mantissa, power = np.frexp(steps)
    left = np.ldexp(mantissa, _MANTISSA).astype(np.int64) >> np.clip(_MANTISSA - power, 0, 63)
    # A number of 2^53 and more ends in zeros: whole digits of them, and some bits of one.
    zeros, lift = np.divmod(np.maximum(power - _MANTISSA, 0), bits)
    left <<= lift
    place, found = digit - zeros, np.zeros(len(steps), np.int8)
    for number in range(int(place.max(initial=-1)) + 1):
        value = left if digit == digits - 1 else ((left + half) & ((1 << bits) - 1)) - half
        found = np.where(place == number, value, found).astype(np.int8)
        left = (left + half) >> bits
    return found
