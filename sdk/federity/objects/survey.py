"""What a delta is planned from: a sample of a change, and a few figures of each tensor."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..progress import each
from .manifest import Manifest
from .segments import segments
from .slices import slices

__all__ = ["Survey", "survey"]

_RUN = 1 << 12
_RUNS = 1 << 8
"""A sample is this many runs of neighbours, for the coder learns from neighbours."""

_Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Survey:
    """`sample`: runs of a change and where they lie; `peaks`, `spreads`: of each tensor the largest magnitude
    and the root mean square; `further`: a sample of the digits beyond the first, none if there are none. All
    in units of the tensors.
    """

    sample: tuple[tuple[slice, _Vector], ...]
    peaks: tuple[float, ...]
    spreads: tuple[float, ...]
    further: tuple[tuple[slice, _Vector], ...] = ()


def survey(manifest: Manifest, change: Callable[[slice], _Vector]) -> Survey:
    """Go over a change once, chunk by chunk. A model of up to 2^20 elements is its own sample."""
    n = manifest.weights
    runs = _runs(0, n)
    sample: list[tuple[slice, _Vector]] = []
    peaks, squares = np.zeros(len(manifest.tensors)), np.zeros(len(manifest.tensors))
    for part in each("surveying the change", list(slices(n)), "chunks"):
        vector = change(part)
        for place, _, here, _ in segments(manifest, part):
            wide = vector[here].astype(np.float64)
            peaks[place.number] = np.maximum(peaks[place.number], np.abs(wide).max())
            squares[place.number] += np.dot(wide, wide)
        for run in runs:
            start, stop = max(run.start, part.start), min(run.stop, part.stop)
            if start < stop:
                sample.append((slice(start, stop), vector[start - part.start : stop - part.start].copy()))
    means = (
        square / max(spec.size, 1) for spec, square in zip(manifest.tensors, squares.tolist(), strict=True)
    )
    return Survey(
        tuple(sample),
        tuple(peaks.tolist()),
        tuple(math.sqrt(mean) for mean in means),
        tuple((run, change(run)) for run in _runs(n, manifest.elements)),
    )


def _runs(first: int, end: int) -> list[slice]:
    if end - first <= _RUN * _RUNS:
        return [slice(first, end)] if end > first else []
    starts = (first + i * (end - first - _RUN) // (_RUNS - 1) for i in range(_RUNS))
    return [slice(start, start + _RUN) for start in starts]
