"""Where the chunks of a vector lie. No array is needed for it."""

from collections.abc import Iterator
from typing import Final

__all__ = ["CHUNK_ELEMENTS", "chunk_sizes", "slices", "within_chunks"]

CHUNK_ELEMENTS: Final = 1 << 22
"""Elements under one commitment: four lanes of 2^20 coefficients."""


def slices(elements: int) -> Iterator[slice]:
    """Return where each chunk of a vector of this length lies."""
    for start in range(0, elements, CHUNK_ELEMENTS):
        yield slice(start, min(start + CHUNK_ELEMENTS, elements))


def chunk_sizes(elements: int) -> list[int]:
    """Return the length of each chunk of a vector of this length."""
    return [part.stop - part.start for part in slices(elements)]


def within_chunks(part: slice) -> Iterator[tuple[int, slice]]:
    """Cut a slice of a vector at the chunks: for each its number and the slice inside it."""
    start = part.start
    while start < part.stop:
        number, first = divmod(start, CHUNK_ELEMENTS)
        last = min(CHUNK_ELEMENTS, first + part.stop - start)
        yield number, slice(first, last)
        start += last - first
