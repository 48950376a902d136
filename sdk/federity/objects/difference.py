"""How two models differ, tensor by tensor: lengths, angle, share, signs, and how large the changes are."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ..errors import NonFiniteWeights
from .tensors import Tensor, part_of, parts_of

__all__ = ["DECADES", "Difference", "difference", "together"]

DECADES: Final = (-8, 2)
"""Powers of ten between which changes are counted; the first and the last bin have all that are beyond."""

_BINS: Final = DECADES[1] - DECADES[0] + 1


@dataclass(frozen=True)
class Difference:
    """What changed of `elements` values, in float64.

    `squares`, `before` and `after` are sums of squares of the change and of either side, `product` that of
    both sides' products, `largest` the largest change. `flips` counts values that went through zero to the
    other sign. `counts` has the changes that are not zero by magnitude: below 10^-8, then from each power of
    ten on, the last bin being 10 and more.
    """

    elements: int = 0
    changed: int = 0
    squares: float = 0.0
    largest: float = 0.0
    before: float = 0.0
    after: float = 0.0
    product: float = 0.0
    flips: int = 0
    counts: tuple[int, ...] = (0,) * _BINS

    @property
    def l2(self) -> float:
        """Euclidean length of the change."""
        return math.sqrt(self.squares)

    @property
    def cosine(self) -> float | None:
        """Cosine of the angle between the two sides; None when one is all zero."""
        lengths = math.sqrt(self.before) * math.sqrt(self.after)
        return max(-1.0, min(1.0, self.product / lengths)) if lengths else None


def difference(name: str, before: Tensor, after: Tensor) -> Difference:
    """Compare two tensors of one shape and `name`, a part at a time.

    Raises NonFiniteWeights for NaN and infinity, which no difference can be told of.
    """
    return together(
        _of(name, part_of(before, part).astype(np.float64), part_of(after, part).astype(np.float64))
        for part in parts_of(before.size)
    )


def together(parts: Iterable[Difference]) -> Difference:
    """The difference of parts, or of tensors, as that of one vector."""
    total = Difference()
    for part in parts:
        total = Difference(
            total.elements + part.elements,
            total.changed + part.changed,
            total.squares + part.squares,
            max(total.largest, part.largest),
            total.before + part.before,
            total.after + part.after,
            total.product + part.product,
            total.flips + part.flips,
            tuple(a + b for a, b in zip(total.counts, part.counts, strict=True)),
        )
    return total


def _of(name: str, before: npt.NDArray[np.float64], after: npt.NDArray[np.float64]) -> Difference:
    if not (np.isfinite(before).all() and np.isfinite(after).all()):
        raise NonFiniteWeights(f"tensor {name!r} holds NaN or infinity")
    change = after - before
    moved = np.abs(change[change != 0])
    decades = np.clip(np.floor(np.log10(moved)), DECADES[0] - 1, DECADES[1] - 1).astype(np.int64)
    counts = np.bincount(decades - (DECADES[0] - 1), minlength=_BINS)
    return Difference(
        elements=change.size,
        changed=moved.size,
        squares=float(change @ change),
        largest=float(moved.max(initial=0.0)),
        before=float(before @ before),
        after=float(after @ after),
        product=float(before @ after),
        flips=int(np.count_nonzero(before * after < 0)),
        counts=tuple(int(count) for count in counts),
    )
