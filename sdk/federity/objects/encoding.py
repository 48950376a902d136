"""The three blobs of the protocol as bytes (docs/protocol.md section 8).

Encoding is deterministic: the same object has the same bytes, and so the same hash, on every machine.
Decoding trusts nothing: each blob is checked against the manifest before anything of its claimed size is
allocated, and every fault is a BadBlob, RangeError or NonFiniteWeights with one sentence. Whether a vector is
the right one only its commitment can say.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import BadBlob, ManifestMismatch
from ..progress import passing
from . import bounds
from .accumulator import Accumulator
from .blob import Blob
from .chunks import ahead, chunk_tensors, chunked, joined
from .container import Container, layout, read, stream
from .delta import Delta
from .dtypes import DTYPES, Array
from .exponents import require_finite
from .manifest import Manifest
from .slices import chunk_sizes, slices
from .tensors import LazyTensor, Tensor

__all__ = [
    "Base",
    "DeltaInfo",
    "accumulator_parts",
    "base_parts",
    "decode_accumulator",
    "decode_base",
    "decode_delta",
    "decode_delta_info",
    "delta_parts",
    "encode_accumulator",
    "encode_base",
    "encode_delta",
]

_BASE: Final = "base/1"
_DELTA: Final = "delta/1"
_ACCUMULATOR: Final = "accumulator/1"
_FIGURE = "figure."
_MAX_TEXT = 1 << 16
# Codes of chunks wait in memory up to this size, then on disk.
_SPOOL = 1 << 24

_Parts = Iterator[bytes | memoryview]


@dataclass(frozen=True)
class Base:
    """A genesis snapshot: the manifest and its tensors and constants, by name, read-only."""

    manifest: Manifest
    tensors: Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class DeltaInfo:
    """What an author says beside the vector, unproved: message, author, parent commit, figures."""

    message: str = ""
    author: str = ""
    parent: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)


def base_parts(manifest: Manifest, tensors: Mapping[str, Tensor]) -> _Parts:
    """Return the base blob in parts; its sha256 is the base's identity. The manifest travels in its metadata.

    Raises ManifestMismatch when tensors differ from the manifest's, NonFiniteWeights for NaN or infinity.
    """
    manifest.check(tensors)
    require_finite({spec.name: tensors[spec.name] for spec in manifest.tensors})
    return stream(tensors, {"federity": _BASE, "manifest": manifest.to_json().decode()})


def encode_base(manifest: Manifest, tensors: Mapping[str, Tensor]) -> bytes:
    """Return the blob that `base_parts` gives in parts."""
    return b"".join(base_parts(manifest, tensors))


def decode_base(data: Blob) -> Base:
    """Read a base blob; of a file, tensors are read when they are used, after all were looked at once here.

    The caller compares `manifest.hash` with the chain's.
    """
    container = _open(data, _BASE, "the base blob")
    manifest = Manifest.from_json(container.metadata.get("manifest", "").encode())
    if set(container.metadata) != {"federity", "manifest"}:
        raise BadBlob("the base blob's metadata hold more than a manifest")
    try:
        manifest.check(container.tensors)
    except ManifestMismatch as cause:
        raise BadBlob(f"the base blob contradicts its own manifest: {cause}") from cause
    require_finite({spec.name: container.tensors[spec.name] for spec in manifest.tensors})
    return Base(manifest, container.tensors)


def delta_parts(
    chunks: Iterable[npt.NDArray[np.int8]],
    manifest_hash: bytes,
    elements: int,
    shift: int,
    info: DeltaInfo,
    folder: str | None = None,
) -> _Parts:
    """Yield the delta blob in parts: one entropy-coded `chunk.K` per chunk, int8, drawn in their order.

    No more than a few chunks are held at a time: their codes wait in `folder` (default: the system's) until
    the last one's length is known. Raises BadBlob for oversized texts.
    """
    texts = {"author": info.author, "message": info.message, "parent": info.parent}
    metadata = {
        **{_FIGURE + name: text for name, text in info.figures.items()},
        **texts,
        "elements": str(elements),
        "federity": _DELTA,
        "manifest": manifest_hash.hex(),
        "shift": str(shift),
    }
    _limit_texts(metadata)
    with tempfile.SpooledTemporaryFile(_SPOOL, dir=folder) as spool:
        places: dict[str, tuple[int, int]] = {}
        for number, code in enumerate(ahead(_native.encode, chunks)):
            places[f"chunk.{number}"] = spool.tell(), len(code)
            spool.write(code)
        head, order = layout({name: ("U8", (size,)) for name, (_, size) in places.items()}, metadata)
        yield head
        for name in order:
            start, size = places[name]
            spool.seek(start)
            yield spool.read(size)


def encode_delta(delta: Delta, info: DeltaInfo) -> bytes:
    """Return the blob that `delta_parts` gives in parts."""
    n = len(delta.values)
    chunks = (delta.values[part] for part in slices(n))
    return b"".join(delta_parts(chunks, delta.manifest_hash, n, delta.shift, info))


def decode_delta(data: Blob, manifest: Manifest) -> tuple[Delta, DeltaInfo]:
    """Read a delta blob of the model with this manifest; its chunks are decoded again when they are used.

    Raises BadBlob for another model's delta, unknown metadata, or chunks that are not the one encoding of a
    vector, or of values that the manifest's precision does not allow.
    """
    container, shift, info = _delta(data, manifest)
    codes = chunk_tensors(container.tensors, "uint8", manifest.elements)
    sizes = chunk_sizes(manifest.elements)

    def chunk(number: int) -> npt.NDArray[np.int8]:
        return _decode_chunk(codes[number], sizes[number], manifest.limit)

    values = chunked(manifest.elements, np.int8, chunk)
    if len(sizes) > 1:
        for _ in ahead(chunk, range(len(sizes))):
            pass
    return Delta(values, shift, manifest.hash), info


def decode_delta_info(data: Blob, manifest: Manifest) -> DeltaInfo:
    """Read what an author says beside a delta, and none of its chunks.

    Raises BadBlob for another model's delta and unknown metadata.
    """
    return _delta(data, manifest)[2]


def _delta(data: Blob, manifest: Manifest) -> tuple[Container, int, DeltaInfo]:
    """An open delta blob with its shift and what its author says."""
    container = _open(data, _DELTA, "the delta blob", bounds.delta(manifest.elements))
    _limit_texts(container.metadata)
    metadata = dict(container.metadata)
    figures = {
        name[len(_FIGURE) :]: metadata.pop(name) for name in list(metadata) if name.startswith(_FIGURE)
    }
    if set(metadata) != {"author", "elements", "federity", "manifest", "message", "parent", "shift"}:
        raise BadBlob("the delta blob's metadata are not those of a delta")
    _belongs(metadata, manifest)
    if metadata["elements"] != str(manifest.elements) or metadata["shift"] not in set("012345678"):
        raise BadBlob("the delta blob's length or shift is not possible for this model")
    info = DeltaInfo(metadata["message"], metadata["author"], metadata["parent"], figures)
    return container, int(metadata["shift"]), info


def accumulator_parts(
    accumulator: Accumulator, on_chunk: Callable[[int, npt.NDArray[np.int64]], object] | None = None
) -> _Parts:
    """Return the accumulator blob in parts: one `chunk.K` of int64 per chunk.

    `on_chunk` hears each chunk, with its number, before it is given out, once and in the file's order; an
    error that it raises ends the blob.
    """
    n = len(accumulator.values)
    parts = list(slices(n))

    def chunk(number: int) -> Tensor:
        def read(_: slice) -> Array:
            values = accumulator.values[parts[number]]
            if on_chunk is not None:
                on_chunk(number, values)
            return values

        return LazyTensor((parts[number].stop - parts[number].start,), DTYPES["I64"], read)

    metadata = {
        "federity": _ACCUMULATOR,
        "fraction_bits": str(accumulator.fraction_bits),
        "manifest": accumulator.manifest_hash.hex(),
    }
    blob = stream({f"chunk.{k}": chunk(k) for k in range(len(parts))}, metadata)
    return passing("summing", blob, n * DTYPES["I64"].itemsize, len, "bytes")


def encode_accumulator(accumulator: Accumulator) -> bytes:
    """Return the blob that `accumulator_parts` gives in parts."""
    return b"".join(accumulator_parts(accumulator))


def decode_accumulator(data: Blob, manifest: Manifest) -> Accumulator:
    """Read an accumulator blob of the model with this manifest; a file's chunks are read when they are used.

    Raises BadBlob for another model's, RangeError for values of 2^61 or more: such lanes could open the
    commitment of a different vector, so they are refused before any commitment is looked at.
    """
    limit = bounds.accumulator(manifest.elements)
    container = _open(data, _ACCUMULATOR, "the accumulator blob", limit)
    metadata = container.metadata
    if set(metadata) != {"federity", "fraction_bits", "manifest"}:
        raise BadBlob("the accumulator blob's metadata are not those of an accumulator")
    _belongs(metadata, manifest)
    bits = metadata["fraction_bits"]
    if bits not in {str(f) for f in range(256)}:
        raise BadBlob(f"{bits!r} is not a number of fraction bits")
    chunks = chunk_tensors(container.tensors, "int64", manifest.elements)
    if [len(chunk) for chunk in chunks] != chunk_sizes(manifest.elements):
        raise BadBlob("the accumulator blob's chunks have other lengths than this model's")
    values = joined(manifest.elements, np.int64, lambda number, part: chunks[number][part])
    whole = np.asarray(chunks[0]) if len(chunks) == 1 else values
    return Accumulator(whole, int(bits), manifest.hash)


def _open(data: Blob, kind: str, what: str, limit: bounds.Limit = bounds.BASE) -> Container:
    """Read the tensors of a blob of this kind, if it is not larger than any such can be."""
    if len(data) > limit.size:
        raise BadBlob(f"{what} has {len(data)} bytes, and one of this model at most {limit.size}")
    container = read(data, what=what, max_header=limit.header)
    if container.metadata.get("federity") != kind:
        raise BadBlob(f"{what} is marked {container.metadata.get('federity')!r}, not {kind!r}")
    return container


def _belongs(metadata: Mapping[str, str], manifest: Manifest) -> None:
    if metadata["manifest"] != manifest.hash.hex():
        raise BadBlob("the blob belongs to another model")


def _limit_texts(metadata: Mapping[str, str]) -> None:
    if sum(len(name) + len(text) for name, text in metadata.items()) > _MAX_TEXT:
        raise BadBlob(f"the texts beside a delta are longer than {_MAX_TEXT} characters")


def _decode_chunk(code: Tensor, n: int, limit: int) -> npt.NDArray[np.int8]:
    if code.size > bounds.code(n):
        raise BadBlob(
            f"a chunk of the delta blob has {code.size} bytes, more than any encoding of {n} values"
        )
    try:
        values = _native.decode(np.asarray(code).tobytes(), n)
    except ValueError as cause:
        raise BadBlob(f"a chunk of the delta blob is {cause}") from cause
    if n and not -limit - 1 <= values.min() <= values.max() <= limit:
        raise BadBlob(f"a chunk of the delta blob holds values outside {-limit - 1} to {limit}")
    return values
