"""How much of a change to send, and how coarsely: the best that fits a budget of bytes.

A vector sent in steps of a certain size, its k largest values only, costs about its entropy, and what is
dropped or rounded away is its distortion. Over steps and k this picks the least distortion whose cost is
within the budget: the rate-distortion choice of transform coders, as DeepCABAC makes it for weights
(Wiedemann, Kirchhoffer et al. 2019). Coarse steps on many values usually beat fine steps on few. It works on
a sample of magnitudes, so its time does not grow with the model.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["SAMPLE", "Choice", "Step", "around", "choose", "sorted_sample", "steps"]

SAMPLE: Final = 1 << 16
"""Elements looked at, evenly spread over the vector."""

_TO_AN_OCTAVE = 4
"""Steps that are tried between a step and its double."""

_MULTIPLE = 7
"""Multiples up to here tell steps apart well enough, and magnitudes of few times them are soon learnt by a
coder that counts them in unary."""

_LEVELS = (1, 2, 3)
"""Levels that a step is tried with, beside as many as the largest magnitude needs. What exceeds the last one
is cut to it and waits for the next change; fewer levels leave finer steps to choose from."""

_Sorted = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """Values are multiples of `multiple` at this shift: a step of `multiple * 2^(-q - shift)` units."""

    shift: int
    multiple: int

    def size(self, precision: int) -> float:
        """Return the step in units."""
        return self.multiple * 2.0 ** -(precision + self.shift)

    def levels(self, precision: int) -> int:
        """Return the largest magnitude in steps: values keep to `2^q - 1`."""
        return ((1 << precision) - 1) // self.multiple


@dataclass(frozen=True, slots=True)
class Choice:
    """Send magnitudes of at least `threshold` units in these steps: about this share of the elements."""

    step: Step
    threshold: float
    share: float


def steps(precision: int, finest: int) -> Iterator[Step]:
    """Yield the powers of two, the finest first: shifts from `finest` to 0, then multiples."""
    yield from (Step(shift, 1) for shift in range(finest, -1, -1))
    yield from (Step(0, 1 << k) for k in range(1, precision - 1))


def around(choice: Choice, peak: float, precision: int, finest: int) -> Iterator[Step]:
    """Yield the chosen step, and others from a quarter to twice the smallest magnitude that it sends.

    Each leaves the levels that it is tried with, at a shift of `finest` at most; `peak` is the largest
    magnitude in units.
    """
    yield choice.step
    size, levels = choice.step.size(precision), choice.step.levels(precision)
    least = size * min(max(round(choice.threshold / size), 1), levels)
    limit, seen = (1 << precision) - 1, {choice.step}
    for number in range(-2 * _TO_AN_OCTAVE, _TO_AN_OCTAVE + 1):
        wanted = least * 2 ** (number / _TO_AN_OCTAVE)
        for levels in (*_LEVELS, min(max(math.ceil(peak / wanted), 1), limit)):
            step = _near(wanted, limit // levels, precision, finest)
            if step and step not in seen:
                seen.add(step)
                yield step


def _near(size: float, most: int, precision: int, finest: int) -> Step | None:
    """Return a step near `size` whose multiple is at most `most`, and at most `_MULTIPLE` if it can be."""
    for shift in range(finest, -1, -1):
        multiple = round(math.ldexp(size, precision + shift))
        if 1 <= multiple <= (min(most, _MULTIPLE) if shift else most):
            return Step(shift, multiple)
    return None


def sorted_sample(change: npt.NDArray[np.float32]) -> _Sorted:
    """Return the magnitudes of evenly spread elements, the largest first."""
    stride = max(1, len(change) // SAMPLE)
    return np.sort(np.abs(change[::stride].astype(np.float64)))[::-1]


def choose(
    magnitudes: _Sorted, candidates: Iterable[Step], *, precision: int, share: float, bits: float
) -> Choice:
    """Return the step and threshold with the least distortion at no more than `bits` per element.

    `magnitudes` are in units, the largest first; `share` is the largest share allowed. Deterministic; of
    equals the first candidate. With nothing to send that is the first one. When even one element costs more
    than the budget, one is sent all the same.
    """
    if not len(magnitudes):
        return Choice(next(iter(candidates)), 0.0, 1.0)
    most = max(1, int(share * len(magnitudes)))
    dropped = _sums_from(np.square(magnitudes))
    best: tuple[float, Choice] | None = None
    for step in candidates:
        size, levels = step.size(precision), step.levels(precision)
        if levels < 1:
            continue
        values = np.minimum(np.rint(magnitudes / size), levels)
        k = _largest_within(values.astype(np.int64), most, bits * len(magnitudes))
        error = float(np.square(magnitudes[:k] - values[:k] * size).sum() + dropped[k])
        if best is None or error < best[0]:
            best = error, Choice(step, float(magnitudes[k - 1]), k / len(magnitudes))
    if best is None:
        raise ValueError("there is no step to choose from")
    return best[1]


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
