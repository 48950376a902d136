"""What training changed and a branch will not get: said of each tensor when it is committed.

What a delta drops is carried to the next one, and sooner or later large enough to be sent. Two things never
are. A tensor that leaves the scale it had at the genesis by far moves at most its unit in a delta. And rows
or columns that are far smaller than the others of their tensor change by so little beside them that not even
twenty times as much, the most that is ever carried, is a step.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from .cuts import Cut, Plan
from .digits import reach
from .manifest import TensorSpec
from .segments import segments
from .tensors import Tensor

__all__ = ["Unfit"]

_ROUNDS = 8
"""Commits that a tensor may take to where training has it."""

_CARRIED = 20.0
"""Times a change that is the most what adds up of it ever is (`feedback`)."""

_TOUCHED = 0.1
"""Of what a row or column is: a change of less is no loss if it does not arrive."""

_SMALLER = 20.0
"""Times that it is smaller than the others: one of their scale that hardly moves is about to be carried."""

_Vector = npt.NDArray[np.float32]


class Unfit:
    """Looks at a change part by part, and says at the end what of it a branch will not get."""

    def __init__(self, plan: Plan, current: Mapping[str, Tensor], stands: Mapping[str, Tensor]) -> None:
        """Take the plan, and the model after and before training."""
        self._plan, self._current, self._stands = plan, current, stands
        self._squares: dict[int, float] = {}
        self._peaks: dict[int, tuple[_Vector, _Vector]] = {}

    def add(self, part: slice, moved: _Vector) -> None:
        """Look at the elements `part`: what training `moved` them by, in units."""
        for place, spec, here, there in segments(self._plan.manifest, part):
            if spec.kind == "buffer":
                continue
            change = np.abs(moved[here])
            wide = change.astype(np.float64)
            self._squares[place.number] = self._squares.get(place.number, 0.0) + float(np.dot(wide, wide))
            if len(spec.shape) < 2:
                continue  # neither rows nor columns: a number for each of its elements would be held
            if place.number not in self._peaks:
                down, across = spec.shape[0], spec.shape[-1]
                self._peaks[place.number] = np.zeros(down, np.float32), np.zeros(across, np.float32)
            rows, columns = self._peaks[place.number]
            for first, block in _blocks(change, there.start, spec.size // len(rows)):
                into = slice(first[0], first[0] + len(block))
                rows[into] = np.maximum(rows[into], block.max(1))
            for first, block in _blocks(change, there.start, len(columns)):
                into = slice(first[1], first[1] + block.shape[1])
                columns[into] = np.maximum(columns[into], block.max(0))

    def said(self) -> tuple[str, ...]:
        """Return a sentence for each tensor of which something does not arrive, and why."""
        manifest = self._plan.manifest
        far, found = reach(manifest.precision, 1, 0), []
        for number, squares in self._squares.items():
            spec = manifest.tensors[number]
            spread = (squares / spec.size) ** 0.5
            if spread > _ROUNDS * far:
                moved, most = (float(np.ldexp(x, spec.exponent)) for x in (spread, far))
                found.append(
                    f"{spec.name!r} moved by {moved:.2g}, and one commit takes it {most:.2g} at most: it was "
                    "far smaller when the branch was made (`federity branch create NAME --model FILE` starts "
                    "one from here)"
                )
            elif (few := self._too_small(number, spec))[0]:
                found.append(
                    f"training changed {few[0]} of the {few[1]} {few[2]} of {spec.name!r} by too little "
                    "beside the others: that does not get into the branch (bring what the layer is fed to "
                    "one scale)"
                )
        return tuple(found)

    def _too_small(self, number: int, spec: TensorSpec) -> tuple[int, int, str]:
        """How many rows or columns never make a step, of how many."""
        cut = self._plan.cuts[number]
        if not isinstance(cut, Cut) or len(spec.shape) < 2 or not cut.scale:
            return 0, 0, ""
        step = np.ldexp(cut.multiple, -self._plan.manifest.precision - self._plan.shift) / 2
        least = max(cut.threshold, float(step)) / cut.scale
        for peaks, axis, name in zip(self._peaks[number], (0, -1), ("rows", "columns"), strict=True):
            mute = (peaks > 0) & (_CARRIED * peaks < least)
            if mute.any():
                before, after = (
                    _squares(tensors[spec.name], axis) for tensors in (self._stands, self._current)
                )
                change = _squares(np.asarray(self._current[spec.name]), axis, self._stands[spec.name])
                mute &= change > _TOUCHED**2 * np.maximum(before, after)
                mute &= _SMALLER**2 * np.maximum(before, after) < np.mean(before)
                if mute.any():
                    return int(mute.sum()), len(mute), name
        return 0, 0, ""


def _blocks(
    values: _Vector, start: int, width: int
) -> Iterator[tuple[tuple[int, int], npt.NDArray[np.float32]]]:
    """Cut elements from `start` on into whole rows of so many and what is left at either end.

    Yields row and column of the first element, and a matrix.
    """
    head = min(-start % width, len(values))
    whole = (len(values) - head) // width * width
    for first, stop in ((0, head), (head, head + whole), (head + whole, len(values))):
        if stop > first:
            place = divmod(start + first, width)
            yield place, values[first:stop].reshape(-1, min(width, stop - first))


def _squares(tensor: Tensor, axis: int, other: Tensor | None = None) -> npt.NDArray[np.float64]:
    """Sums of squares of a tensor's values, or of its differences to another, along all other dimensions."""
    values = np.asarray(tensor, np.float64)
    if other is not None:
        values = values - np.asarray(other, np.float64)
    moved = np.moveaxis(values, axis, 0)
    found: npt.NDArray[np.float64] = np.square(moved.reshape(len(moved), -1)).sum(1)
    return found
