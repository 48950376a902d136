"""Which tensors a part of a vector is made of."""

from bisect import bisect_right
from collections.abc import Iterator

from .manifest import Manifest, TensorSpec

__all__ = ["segments"]


def segments(manifest: Manifest, part: slice) -> Iterator[tuple[int, TensorSpec, slice, slice]]:
    """Yield each tensor that has elements in `part`: its number, itself, where in `part`, where in itself."""
    first = bisect_right(manifest.tensors, part.start, key=lambda spec: spec.offset) - 1
    for number in range(max(first, 0), len(manifest.tensors)):
        spec = manifest.tensors[number]
        if spec.offset >= part.stop:
            return
        start, stop = max(spec.offset, part.start), min(spec.offset + spec.size, part.stop)
        if start < stop:
            here = slice(start - part.start, stop - part.start)
            yield number, spec, here, slice(start - spec.offset, stop - spec.offset)
