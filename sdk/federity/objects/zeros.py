"""Weights that are zero for good: those of a pruned model, where the manifest says so."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from .dtypes import DTYPES, Array
from .manifest import Manifest
from .tensors import LazyTensor, Tensor, part_of, parts_of

__all__ = ["filled_zeros", "keeping_zeros"]


def keeping_zeros(
    manifest: Manifest, current: Mapping[str, Tensor], base: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return a trained model whose weights are zero wherever they are fixed to be."""
    found = dict(current)
    for spec in manifest.tensors:
        if spec.zeros:
            read = partial(_kept, current[spec.name], base[spec.name])
            found[spec.name] = LazyTensor(spec.shape, DTYPES[spec.dtype], read)
    return found


def filled_zeros(manifest: Manifest, current: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> int:
    """Return how many weights training moved that are fixed to be zero."""
    return sum(
        int(((part_of(base[s.name], part) == 0) & (part_of(current[s.name], part) != 0)).sum())
        for s in manifest.tensors
        if s.zeros
        for part in parts_of(s.size)
    )


def _kept(current: Tensor, base: Tensor, part: slice) -> Array:
    found: Array = np.array(part_of(current, part))
    found[part_of(base, part) == 0] = 0
    return found
