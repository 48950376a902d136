"""How running statistics are sent: which values go all of their way, and how finely each of them is told.

Statistics go as far as the weights go, since they were measured with them. But a value whose scale moved
tells of the data and not of the weights, and with a third of the way between 1 and 5,000, or 1 and a
millionth, no weights fit. So what a fresh layer has, 0 and 1, and what changes by more than four times, up or
down, goes all of its way, in steps of a part of its own change, or of what it becomes if that is less.

The others go in steps of a part of the tensor's spread. Where bytes allow it, none of them is larger than a
part of the value's own scale, for columns of one tensor differ as an income and a share do: of what it was or
becomes, and of a mean also of the deviation beside it, since one near zero has no scale of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .manifest import Manifest
from .tensors import Tensor, part_of, parts_of

__all__ = ["FINENESS", "Statistic", "Way", "statistics_of"]

_Vector = npt.NDArray[np.float64]

FINENESS: Final = (4, 3, 2, 1, 0)
"""No step is larger than a value's own scale divided by two to this, where bytes allow it."""

_OWN, _COARSE = 3, 4
"""Steps of what moved in scale are smaller by another two to this, and by the second where bytes are few."""

_TIMES = 4.0

_PAIRS: Final = {"running_mean": "running_var", "moving_mean": "moving_variance"}


@dataclass(frozen=True, slots=True)
class Statistic:
    """What a buffer was and becomes. `positive`: it holds nothing negative, such as a running variance.

    A step of a delta may be larger than a small variance, and one rounded to below zero makes a model that
    answers NaN, one rounded to nearly zero one that explodes. So what is sent of these leaves at least half
    of the smaller of what was and what is to be, and so does any average of such deltas. `variance`: of
    means, those of the same layer, before and after.
    """

    was: Tensor
    becomes: Tensor
    positive: bool
    variance: tuple[Tensor, Tensor] | None = None


def statistics_of(
    manifest: Manifest, current: Mapping[str, Tensor], head: Mapping[str, Tensor]
) -> dict[str, Statistic]:
    """Return what there is to know of each buffer that training took from `head` to `current`."""
    found: dict[str, Statistic] = {}
    for spec in manifest.tensors:
        if spec.kind == "buffer":
            name, tensor = spec.name, current[spec.name]
            positive = not any((part_of(tensor, part) < 0).any() for part in parts_of(spec.size))
            beside = _beside(name)
            fits = beside in current and current[beside].shape == tensor.shape
            pair = (head[beside], current[beside]) if fits else None
            found[name] = Statistic(head[name], tensor, positive, pair)
    return found


def _beside(name: str) -> str:
    """The name of the variance of a mean; of other tensors no name."""
    layer, dot, last = name.rpartition(".")
    return layer + dot + _PAIRS[last] if last in _PAIRS else ""


@dataclass(frozen=True, slots=True)
class Way:
    """How a buffer is sent: `share` of its way, `scale` of it where its scale moved; see `Statistic`.

    In steps of `size` of the delta's, and finer ones for values of a smaller scale where there is a
    `fineness`. Without a `statistic`, or where not even that `jumps` which moved in scale, all go their share
    in steps of the one size.
    """

    share: float
    scale: float
    size: float
    fineness: int | None = None
    statistic: Statistic | None = None
    jumps: bool = True

    def steps(self, there: slice, change: npt.NDArray[np.float32], unit: int, step: int) -> _Vector:
        """Return how many steps of `2^step` units the elements `there` are to be moved: whole numbers.

        `change` is theirs in units of `2^unit`; what is known of the tensor is more exact.
        """
        if self.statistic is None:
            return _whole(np.ldexp(change.astype(np.float64) * self.share, -step), np.asarray(self.size))
        of, power = self.statistic, -unit - step
        was, becomes = (np.ldexp(_part(tensor, there), power) for tensor in (of.was, of.becomes))
        before, after = np.abs(was), np.abs(becomes)
        if of.variance is not None:
            deviations = (np.ldexp(np.sqrt(np.maximum(_part(t, there), 0)), power) for t in of.variance)
            before, after = (np.maximum(m, d) for m, d in zip((before, after), deviations, strict=True))
        moved = (was == 0) | (was == np.ldexp(1.0, power))
        moved |= (after > _TIMES * before) | (_TIMES * after < before)
        moved &= self.jumps
        share = np.where(moved, self.scale, self.share)
        # As a sum of both, which is exactly what it becomes where that is next to nothing.
        wanted, goal = (becomes - was) * share, was * (1 - share) + becomes * share
        target = np.abs(goal)
        finer = _COARSE if self.fineness is None else _OWN + self.fineness
        own = _power(np.minimum(np.abs(wanted), np.maximum(target, after)), finer)
        # What becomes nothing becomes exactly that.
        own[target == 0] = 1
        size = np.full_like(own, self.size)
        if self.fineness is not None:
            size = np.minimum(size, _power(np.maximum(before, np.maximum(target, after)), self.fineness))
        size = np.maximum(np.where(moved, own, size), 1)
        found = _whole(wanted, size)
        if of.positive:
            found += np.where(was + found < np.minimum(was, goal) / 2, size, 0)
        return found


def _part(tensor: Tensor, there: slice) -> _Vector:
    return part_of(tensor, there).astype(np.float64)


def _power(values: _Vector, finer: int) -> _Vector:
    """The largest powers of two that are not larger, divided by two to `finer`."""
    found: _Vector = np.ldexp(1.0, np.frexp(values)[1] - 1 - finer)
    return found


def _whole(wanted: _Vector, size: _Vector) -> _Vector:
    """Round to multiples of `size`."""
    found: _Vector = np.rint(wanted / size) * size
    return found
