"""Reading and writing safetensors bytes, for input that nobody vouches for.

The format: a little-endian u64 with the size of a JSON header, the header, then the tensors' data without
gaps. All that the header claims is checked against the bytes at hand before anything is allocated; tensors
are views of bytes in memory, and of a file they are read when they are used. Writing is deterministic: the
same tensors and metadata give the same bytes everywhere.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import BadBlob, FederityError
from ..parsing import parse
from .blob import Blob, BlobFile
from .bounds import MAX_HEADER, MAX_RANK, MAX_TENSORS
from .dtypes import DTYPES, dtype_name
from .tensors import LazyTensor, Tensor, bytes_of, part_of, parts_of

__all__ = ["Container", "layout", "read", "stream", "write"]

_METADATA = "__metadata__"


@dataclass(frozen=True)
class Container:
    """What a file holds: `tensors` (read-only, by name, in file order) and `metadata`."""

    tensors: dict[str, Tensor]
    metadata: dict[str, str]


def layout(
    tensors: Mapping[str, tuple[str, tuple[int, ...]]], metadata: Mapping[str, str]
) -> tuple[bytes, list[str]]:
    """Return the start of the one file for tensors of these dtypes and shapes, and the order of their data.

    The widest type comes first, which keeps all aligned; of one width names are in order.
    """
    order = sorted(tensors, key=lambda name: (-DTYPES[tensors[name][0]].itemsize, name))
    header: dict[str, object] = {_METADATA: dict(metadata)} if metadata else {}
    end = 0
    for name in order:
        dtype, shape = tensors[name]
        start, end = end, end + math.prod(shape) * DTYPES[dtype].itemsize
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text, order


def stream(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> Iterator[bytes | memoryview]:
    """Yield the one file for these tensors in parts; of a tensor no more than a part is held at a time.

    Tensors may be of any layout and byte order; they are written row-major and little-endian. Raises
    ValueError for a dtype that the format does not have.
    """
    dtypes: dict[str, str] = {}
    for name, tensor in tensors.items():
        dtype = dtype_name(tensor.dtype)
        if dtype is None:
            raise ValueError(f"tensor {name!r} has dtype {tensor.dtype}, which safetensors does not have")
        dtypes[name] = dtype
    head, order = layout({name: (dtypes[name], tensors[name].shape) for name in dtypes}, metadata)
    yield head
    for name in order:
        for part in parts_of(tensors[name].size):
            yield bytes_of(part_of(tensors[name], part).astype(DTYPES[dtypes[name]], copy=False))


def write(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    """Return the file that `stream` gives in parts."""
    return b"".join(stream(tensors, metadata))


def read(
    data: Blob | bytearray | memoryview,
    *,
    error: type[FederityError] = BadBlob,
    what: str = "blob",
    max_header: int = MAX_HEADER,
) -> Container:
    """Check the header of `data` against its length and return its tensors.

    Raises `error`, with a sentence that starts with `what`, for anything the format or the limits above do
    not allow: truncated bytes, a header larger than the file, duplicate names, unknown dtypes, sizes that do
    not match shapes, overlaps, gaps and trailing bytes.
    """

    def refuse(reason: str) -> FederityError:
        return error(f"{what} is not a sound safetensors file: {reason}")

    view = data if isinstance(data, BlobFile) else memoryview(data)
    header, body = _header(view, refuse, max_header)
    metadata = header.pop(_METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise refuse("its metadata are not text by name")
    if len(header) > MAX_TENSORS:
        raise refuse(f"it claims {len(header)} tensors, the limit is {MAX_TENSORS}")
    room = len(view) - body
    claims = {name: _claim(name, entry, room, refuse) for name, entry in header.items()}
    end = 0
    tensors: dict[str, Tensor] = {}
    for name, (dtype, shape, start, stop) in sorted(claims.items(), key=lambda item: item[1][2:]):
        if start != end:
            raise refuse(f"tensor {name!r} {'overlaps another' if start < end else 'leaves a gap before it'}")
        end = stop
        tensors[name] = _tensor(view, body + start, dtype, shape)
    if end != room:
        raise refuse(f"{room - end} bytes follow the last tensor")
    return Container(tensors, metadata)


def _tensor(view: memoryview | BlobFile, at: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Tensor:
    """The tensor whose data start at byte `at`."""
    if isinstance(view, memoryview):
        found = np.frombuffer(view[at:], dtype, math.prod(shape)) if math.prod(shape) else np.empty(0, dtype)
        found.flags.writeable = False
        return found.reshape(shape)
    return LazyTensor(
        shape,
        dtype,
        lambda part: np.frombuffer(
            view[at + part.start * dtype.itemsize : at + part.stop * dtype.itemsize], dtype
        ),
    )


def _header(view: memoryview | BlobFile, refuse: Any, most: int) -> tuple[dict[str, Any], int]:
    """The header's JSON, and where the data begin."""
    if len(view) < 8:
        raise refuse(f"it has {len(view)} bytes, too few for a header")
    size = int.from_bytes(view[:8], "little")
    if size > most:
        raise refuse(f"its header claims {size} bytes, the limit is {most}")
    if size > len(view) - 8:
        raise refuse(f"its header claims {size} bytes, only {len(view) - 8} follow")
    try:
        header = parse(bytes(view[8 : 8 + size]).decode(), _unique)
    except ValueError as cause:
        raise refuse(f"its header is not JSON ({cause})") from cause
    if not isinstance(header, dict):
        raise refuse("its header is not an object")
    return header, 8 + size


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _claim(name: str, entry: Any, room: int, refuse: Any) -> tuple[np.dtype[Any], tuple[int, ...], int, int]:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise refuse(f"tensor {name!r} is not described by dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise refuse(f"tensor {name!r} has dtype {dtype!r}, which is not supported")
    if not _naturals(shape) or len(shape) > MAX_RANK:
        raise refuse(f"tensor {name!r} has no shape of at most {MAX_RANK} dimensions")
    # numpy cannot hold such a shape even when another dimension is 0.
    if math.prod(size for size in shape if size) >= 1 << 60:
        raise refuse(f"tensor {name!r} of shape {shape} is larger than any memory")
    if not _naturals(offsets) or len(offsets) != 2 or not offsets[0] <= offsets[1] <= room:
        raise refuse(f"tensor {name!r} lies outside the file")
    size = math.prod(shape) * DTYPES[dtype].itemsize
    if size != offsets[1] - offsets[0]:
        raise refuse(f"tensor {name!r} of shape {shape} needs {size} bytes, not {offsets[1] - offsets[0]}")
    return DTYPES[dtype], tuple(shape), offsets[0], offsets[1]


def _naturals(value: Any) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item < 1 << 63 for item in value)
