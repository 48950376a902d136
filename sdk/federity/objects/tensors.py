"""Tensors and vectors that are not in memory: each part is read or made when it is asked for."""

import math
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

import numpy as np

from .dtypes import Array

__all__ = ["PART_ELEMENTS", "LazyTensor", "Tensor", "bytes_of", "flat", "part_of", "parts_of"]

PART_ELEMENTS: Final = 1 << 22
"""Elements that are held at a time: as many as a chunk has."""


class LazyTensor:
    """Looks like an array as far as `shape`, `dtype`, `size` and `reshape(-1)[start:stop]` go.

    `numpy.asarray` gives all of it. A vector of a model is one with a single dimension.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any], read: Callable[[slice], Array]) -> None:
        """Take a function from a slice of the row-major elements to a flat array of them."""
        self.shape, self.dtype, self._read = shape, dtype, read
        self.size = math.prod(shape)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    def __len__(self) -> int:
        """Length of the first dimension."""
        return self.shape[0]

    def reshape(self, shape: Literal[-1]) -> "LazyTensor":
        """Return the flat tensor; there is no other shape to be had."""
        return LazyTensor((self.size,), self.dtype, self._read) if shape == -1 else self

    def __getitem__(self, part: slice) -> Array:
        """Return the elements of a slice without a step, of a flat tensor."""
        if self.ndim != 1:
            raise TypeError("only a flat tensor has slices: use reshape(-1)")
        start, stop, _ = part.indices(self.size)
        if start >= stop:
            return np.empty(0, self.dtype)
        return self._read(slice(start, stop))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        """Return all elements as a new array."""
        found = np.empty(self.size, self.dtype)
        for part in parts_of(self.size):
            found[part] = self._read(part)
        return found.reshape(self.shape).astype(dtype or self.dtype, copy=False)


def flat(data: Any, dtype: str, elements: int) -> LazyTensor:
    """Return a vector over anything whose slices are bytes: its elements, of a numpy type, in order."""
    kind = np.dtype(dtype)
    return LazyTensor(
        (elements,),
        kind,
        lambda part: np.frombuffer(data[kind.itemsize * part.start : kind.itemsize * part.stop], kind),
    )


Tensor = Array | LazyTensor
"""A tensor of which parts can be had."""


def parts_of(size: int) -> Iterator[slice]:
    """Return slices of at most `PART_ELEMENTS` that cover so many elements."""
    for start in range(0, size, PART_ELEMENTS):
        yield slice(start, min(start + PART_ELEMENTS, size))


def bytes_of(part: Array) -> memoryview:
    """Return the bytes of a flat array, without a copy where it is contiguous."""
    return np.ascontiguousarray(part).view(np.uint8).data


def part_of(tensor: Tensor, part: slice) -> Array:
    """Return a slice of the row-major elements, flat; a view where that is possible."""
    if isinstance(tensor, LazyTensor) or tensor.flags.c_contiguous:
        return tensor.reshape(-1)[part]
    return tensor.flat[part]
