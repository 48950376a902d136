"""The three blobs of the protocol as bytes (docs/protocol.md section 8).

Encoding is deterministic: the same object has the same bytes, and so the same hash, on every machine.
Decoding trusts nothing: each blob is checked against the manifest before anything of its claimed size is
allocated, and every fault is a BadBlob, RangeError or NonFiniteWeights with one sentence. Whether a vector is
the right one only its commitment can say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import BadBlob, ManifestMismatch
from .accumulator import Accumulator
from .chunks import chunk_sizes, chunk_tensors, in_parallel, slices
from .container import Container, read, write
from .delta import Delta
from .dtypes import Array
from .exponents import require_finite
from .manifest import Manifest

__all__ = [
    "Base",
    "DeltaInfo",
    "decode_accumulator",
    "decode_base",
    "decode_delta",
    "encode_accumulator",
    "encode_base",
    "encode_delta",
]

_BASE: Final = "base/1"
_DELTA: Final = "delta/1"
_ACCUMULATOR: Final = "accumulator/1"
_FIGURE = "figure."
_MAX_TEXT = 1 << 16


@dataclass(frozen=True)
class Base:
    """A genesis snapshot: the manifest and its tensors and constants, by name, read-only."""

    manifest: Manifest
    tensors: Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class DeltaInfo:
    """What an author says beside the vector, unproved: message, author, parent commit, figures."""

    message: str = ""
    author: str = ""
    parent: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)


def encode_base(manifest: Manifest, tensors: Mapping[str, Array]) -> bytes:
    """Return the base blob; its sha256 is the base's identity. The manifest travels in its metadata.

    Raises ManifestMismatch when tensors differ from the manifest's, NonFiniteWeights for NaN or infinity.
    """
    manifest.check(tensors)
    require_finite({spec.name: tensors[spec.name] for spec in manifest.tensors})
    return write(tensors, {"federity": _BASE, "manifest": manifest.to_json().decode()})


def decode_base(data: bytes) -> Base:
    """Read a base blob. The caller compares `manifest.hash` with the chain's."""
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


def encode_delta(delta: Delta, info: DeltaInfo) -> bytes:
    """Return the delta blob: one entropy-coded `chunk.K` per chunk. Raises BadBlob for oversized texts."""
    texts = {"author": info.author, "message": info.message, "parent": info.parent}
    metadata = {
        **{_FIGURE + name: text for name, text in info.figures.items()},
        **texts,
        "elements": str(len(delta.values)),
        "federity": _DELTA,
        "manifest": delta.manifest_hash.hex(),
        "shift": str(delta.shift),
    }
    _limit_texts(metadata)
    parts = in_parallel(lambda part: _native.encode(delta.values[part]), slices(len(delta.values)))
    chunks = {f"chunk.{k}": np.frombuffer(part, np.uint8) for k, part in enumerate(parts)}
    return write(chunks, metadata)


def decode_delta(data: bytes, manifest: Manifest) -> tuple[Delta, DeltaInfo]:
    """Read a delta blob of the model with this manifest.

    Raises BadBlob for another model's delta, unknown metadata, or chunks that are not the one encoding of a
    vector.
    """
    container = _open(data, _DELTA, "the delta blob")
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
    chunks = chunk_tensors(container.tensors, "uint8", manifest.elements)
    parts = in_parallel(_decode_chunk, zip(chunks, chunk_sizes(manifest.elements), strict=True))
    values = parts[0] if len(parts) == 1 else np.concatenate(parts)
    delta = Delta(values, int(metadata["shift"]), manifest.hash)
    return delta, DeltaInfo(metadata["message"], metadata["author"], metadata["parent"], figures)


def encode_accumulator(accumulator: Accumulator) -> bytes:
    """Return the accumulator blob: one `chunk.K` of int64 per chunk."""
    parts = slices(len(accumulator.values))
    metadata = {
        "federity": _ACCUMULATOR,
        "fraction_bits": str(accumulator.fraction_bits),
        "manifest": accumulator.manifest_hash.hex(),
    }
    return write({f"chunk.{k}": accumulator.values[part] for k, part in enumerate(parts)}, metadata)


def decode_accumulator(data: bytes, manifest: Manifest) -> Accumulator:
    """Read an accumulator blob of the model with this manifest.

    Raises BadBlob for another model's, RangeError for values of 2^61 or more: such lanes could open the
    commitment of a different vector, so they are refused before any commitment is looked at.
    """
    container = _open(data, _ACCUMULATOR, "the accumulator blob")
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
    return Accumulator(np.concatenate(chunks), int(bits), manifest.hash)


def _open(data: bytes, kind: str, what: str) -> Container:
    container = read(data, what=what)
    if container.metadata.get("federity") != kind:
        raise BadBlob(f"{what} is marked {container.metadata.get('federity')!r}, not {kind!r}")
    return container


def _belongs(metadata: Mapping[str, str], manifest: Manifest) -> None:
    if metadata["manifest"] != manifest.hash.hex():
        raise BadBlob("the blob belongs to another model")


def _limit_texts(metadata: Mapping[str, str]) -> None:
    if sum(len(name) + len(text) for name, text in metadata.items()) > _MAX_TEXT:
        raise BadBlob(f"the texts beside a delta are longer than {_MAX_TEXT} characters")


def _decode_chunk(chunk: tuple[Array, int]) -> npt.NDArray[np.int8]:
    data, n = chunk
    try:
        return _native.decode(data.tobytes(), n)
    except ValueError as cause:
        raise BadBlob(f"a chunk of the delta blob is {cause}") from cause
