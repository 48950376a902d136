"""Vectors as the chunks that commitments and blobs hold."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from ..errors import BadBlob
from .dtypes import Array
from .manifest import CHUNK_ELEMENTS

__all__ = ["chunk_sizes", "chunk_tensors", "in_parallel", "slices"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_THREADS: Final = 8


def slices(elements: int) -> Iterator[slice]:
    """Return where each chunk of a vector of this length lies."""
    for start in range(0, elements, CHUNK_ELEMENTS):
        yield slice(start, min(start + CHUNK_ELEMENTS, elements))


def chunk_sizes(elements: int) -> list[int]:
    """Return the length of each chunk of a vector of this length."""
    return [part.stop - part.start for part in slices(elements)]


def chunk_tensors(tensors: Mapping[str, Array], dtype: str, elements: int) -> list[Array]:
    """Return the tensors `chunk.0`, ... of a blob; BadBlob unless they are all, flat and of `dtype`."""
    names = [f"chunk.{k}" for k in range(len(chunk_sizes(elements)))]
    if set(tensors) != set(names):
        raise BadBlob(f"a blob of this model holds {len(names)} chunks, this one {len(tensors)} tensors")
    found = [tensors[name] for name in names]
    if any(tensor.dtype.name != dtype or tensor.ndim != 1 for tensor in found):
        raise BadBlob(f"the blob's chunks are not flat {dtype}")
    return found


def in_parallel(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    """Apply native work, which releases the GIL, to all chunks; results in order, the first error raised."""
    items = list(items)
    if len(items) < 2:
        return [work(item) for item in items]
    with ThreadPoolExecutor(min(_THREADS, len(items))) as pool:
        return list(pool.map(work, items))
