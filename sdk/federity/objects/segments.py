"""Which tensors a part of a vector is made of."""

from bisect import bisect_right
from collections.abc import Iterator

from .manifest import Manifest, Place, TensorSpec

__all__ = ["segments"]


def segments(manifest: Manifest, part: slice) -> Iterator[tuple[Place, TensorSpec, slice, slice]]:
    """Yield each digit of a tensor that has elements in `part`: its place, the tensor, where in `part`, where
    in the tensor.
    """
    first = bisect_right(manifest.places, part.start, key=lambda place: place.offset) - 1
    for place in manifest.places[max(first, 0) :]:
        spec = manifest.tensors[place.number]
        if place.offset >= part.stop:
            return
        start, stop = max(place.offset, part.start), min(place.offset + spec.size, part.stop)
        if start < stop:
            here = slice(start - part.start, stop - part.start)
            yield place, spec, here, slice(start - place.offset, stop - place.offset)
