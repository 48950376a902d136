"""Vectors as the chunks that commitments and blobs hold."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

import numpy as np

from ..errors import BadBlob
from .dtypes import Array
from .slices import CHUNK_ELEMENTS, chunk_sizes, within_chunks
from .tensors import LazyTensor, Tensor

__all__ = ["ahead", "chunk_tensors", "chunked", "joined"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_THREADS: Final = min(4, os.cpu_count() or 1)
"""Chunks that are worked on at once: memory grows with it, whatever the machine."""


def chunk_tensors(tensors: Mapping[str, Tensor], dtype: str, elements: int) -> list[Tensor]:
    """Return the tensors `chunk.0`, ... of a blob; BadBlob unless they are all, flat and of `dtype`."""
    names = [f"chunk.{k}" for k in range(len(chunk_sizes(elements)))]
    if set(tensors) != set(names):
        raise BadBlob(f"a blob of this model holds {len(names)} chunks, this one {len(tensors)} tensors")
    found = [tensors[name] for name in names]
    if any(tensor.dtype.name != dtype or tensor.ndim != 1 for tensor in found):
        raise BadBlob(f"the blob's chunks are not flat {dtype}")
    return found


def chunked(elements: int, dtype: Any, make: Callable[[int], Array]) -> Tensor:
    """Return the vector whose chunk k is `make(k)`, made when a part of it is asked for.

    Of a chunk that is asked for in smaller parts one is kept. A vector of a single chunk is made at once.
    """
    if elements <= CHUNK_ELEMENTS:
        return make(0)
    sizes = chunk_sizes(elements)
    kept: list[tuple[int, Array]] = []

    def one(number: int, part: slice) -> Array:
        for held, chunk in kept:
            if held == number:
                return chunk[part]
        found = make(number)
        found.flags.writeable = False
        if part.stop - part.start < sizes[number]:
            kept[:] = [(number, found)]
        return found[part]

    return joined(elements, dtype, one)


def joined(elements: int, dtype: Any, one: Callable[[int, slice], Array]) -> LazyTensor:
    """Return the vector that has the elements `one(k, part)` at `part` of chunk k."""

    def read(part: slice) -> Array:
        found = [one(number, inside) for number, inside in within_chunks(part)]
        return found[0] if len(found) == 1 else np.concatenate(found)

    return LazyTensor((elements,), np.dtype(dtype), read)


def ahead(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Apply native work, which releases the GIL, to items; yield results in order, the first error raised.

    A few items are worked on at once and no more are drawn before their results are taken.
    """
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: deque[Future[_Result]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= _THREADS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
