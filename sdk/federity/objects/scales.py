"""Which buffers have left the scale they had: first statistics of raw data, counts that start at zero."""

import math
from collections.abc import Mapping

import numpy as np

from .manifest import Manifest, TensorSpec
from .tensors import Tensor, part_of, parts_of

__all__ = ["moved_scale"]

_TIMES = 2.0
_LEAST = 1 / 16
"""Of the unit, which is 8 times the smallest value at the genesis, or more."""


def moved_scale(
    manifest: Manifest, current: Mapping[str, Tensor], head: Mapping[str, Tensor]
) -> frozenset[str]:
    """Return the buffers that training moved by more than twice what they were, and by no trifle.

    Statistics go as far as the weights go, since they were measured with them. But those that are new in
    scale tell of the data, and with a third of the way between 1 and 5,000 no weights fit.
    """
    return frozenset(
        spec.name
        for spec in manifest.tensors
        if spec.kind == "buffer" and _moved(spec, current[spec.name], head[spec.name])
    )


def _moved(spec: TensorSpec, current: Tensor, head: Tensor) -> bool:
    changed = was = 0.0
    for part in parts_of(spec.size):
        now, before = (np.ldexp(part_of(t, part).astype(np.float64), -spec.exponent) for t in (current, head))
        changed += float(np.square(now - before).sum())
        was += float(np.square(before).sum())
    size = max(spec.size, 1)
    return math.sqrt(changed / size) > max(_TIMES * math.sqrt(was / size), _LEAST)
