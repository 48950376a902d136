"""How much of a change to send, and how coarsely: the best that fits a budget of bytes.

A vector sent in steps of `2^-(q+s)` with only its k largest values costs about its entropy, and what is
dropped or rounded away is its distortion. Over all s and k this picks the least distortion whose
cost is within the budget: the rate-distortion choice of transform coders, as DeepCABAC makes it for weights.
Coarse steps on many values usually beat fine steps on few. It works on a sample of magnitudes, so its time
does not grow with the model.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["SAMPLE", "Choice", "choose", "largest"]

SAMPLE: Final = 1 << 16
"""Elements looked at, evenly spread over the vector."""

_Sorted = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """Send the `share` (0 to 1) of elements with the largest magnitudes in steps of `2^(-q - fineness)`.

    A fineness from 0 up is a shift; -m stands for shift 0 and values that are multiples of 2^m.
    """

    fineness: int
    share: float


def choose(
    change: npt.NDArray[np.float32],
    finenesses: Iterable[int],
    *,
    precision: int,
    share: float,
    bits: float,
) -> Choice:
    """Return the fineness and share with the least distortion at no more than `bits` per element.

    `change` is in units, `share` the largest share allowed. Deterministic for the same input. With nothing to
    send the finest one is returned. When even one element costs more than the budget, one is sent all the
    same.
    """
    stride = max(1, len(change) // SAMPLE)
    magnitudes = np.sort(np.abs(change[::stride].astype(np.float64)))[::-1]
    most = max(1, int(share * len(magnitudes)))
    dropped = _sums_from(np.square(magnitudes))
    best: tuple[float, Choice] | None = None
    for fineness in sorted(finenesses, reverse=True):
        step = 2.0 ** -(precision + fineness)
        values = np.minimum(np.rint(magnitudes / step), largest(precision, fineness))
        k = _largest_within(values.astype(np.int64), most, bits * len(magnitudes))
        error = float(np.square(magnitudes[:k] - values[:k] * step).sum() + dropped[k])
        if best is None or error < best[0]:
            best = error, Choice(fineness, k / len(magnitudes))
    if best is None:
        raise ValueError("there is no fineness to choose from")
    return best[1]


def largest(precision: int, fineness: int) -> int:
    """Return the largest magnitude, counted in steps of this fineness."""
    return ((1 << precision) - 1) >> max(0, -fineness)


def _sums_from(values: _Sorted) -> _Sorted:
    """Return the sum of values[k:] for each k from 0 to the length."""
    return np.concatenate([np.cumsum(values[::-1])[::-1], np.zeros(1)])


def _largest_within(values: npt.NDArray[np.int64], most: int, budget: float) -> int:
    """Return the largest k, at least 1, at which the first k values, others zero, cost at most `budget`."""
    low, high = 1, most
    while low < high:
        k = (low + high + 1) // 2
        if _cost(values[:k], len(values)) <= budget:
            low = k
        else:
            high = k - 1
    return low


def _cost(values: npt.NDArray[np.int64], n: int) -> float:
    """Return the bits of n elements of which all but `values` are zero: their entropy and a sign for each."""
    counts: npt.NDArray[Any] = np.bincount(values)
    counts[0] += n - len(values)
    present = counts[counts > 0]
    return float((present * np.log2(n / present)).sum()) + float(n - counts[0])
