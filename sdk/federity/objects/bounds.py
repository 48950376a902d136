"""How large the blobs of a model can be: what is larger is refused before it is read, fetched or parsed.

A stranger names the blob of an update, and everybody who looks at the update reads it.
"""

from dataclasses import dataclass
from typing import Final

from .slices import chunk_sizes

__all__ = ["BASE", "MAX_HEADER", "MAX_RANK", "MAX_TENSORS", "Limit", "accumulator", "code", "delta"]

MAX_TENSORS: Final = 100_000
MAX_RANK: Final = 8

MAX_HEADER: Final = 1 << 26
"""Bytes of a header; that of a base with 100,000 tensors, which holds the manifest too, has about 40 MB."""

# The texts beside a delta have 64 kB, each character at most twelve bytes in JSON.
_TEXTS: Final = 1 << 20
# A header names each chunk.
_PER_CHUNK: Final = 128


@dataclass(frozen=True, slots=True)
class Limit:
    """The most bytes of a blob, and of its header."""

    size: int
    header: int


BASE: Final = Limit(1 << 62, MAX_HEADER)
"""A base has as many constants as its maker likes: who opens a repository trusts its maker with the size."""


def code(elements: int) -> int:
    """Return the most bytes of a chunk's code: no value has more than 64 bits under any odds it can learn."""
    return 8 * elements + 64


def delta(elements: int) -> Limit:
    """Return the limit of a delta's blob."""
    sizes = chunk_sizes(elements)
    header = _TEXTS + _PER_CHUNK * len(sizes)
    return Limit(8 + header + sum(map(code, sizes)), header)


def accumulator(elements: int) -> Limit:
    """Return the limit of an accumulator's blob."""
    header = _TEXTS + _PER_CHUNK * len(chunk_sizes(elements))
    return Limit(8 + header + 8 * elements, header)
