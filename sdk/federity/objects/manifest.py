"""What a model consists of: the fixed list of tensors that all vectors of a lineage are about."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from ..errors import BadBlob
from ..parsing import parse
from .bounds import MAX_RANK, MAX_TENSORS
from .slices import CHUNK_ELEMENTS
from .type_names import FLOATS, TYPES

if TYPE_CHECKING:
    from .tensors import Tensor

__all__ = [
    "EXPONENTS",
    "MAX_JSON",
    "PRECISIONS",
    "ConstantSpec",
    "Kind",
    "Manifest",
    "TensorSpec",
]

PRECISIONS: Final = (3, 7)
"""Bits below the sign of a delta's values: 4-bit and 8-bit deltas."""

EXPONENTS: Final = range(-100, 101)
"""Units of tensors, as powers of two. Steps stay normal float32 numbers over all shifts."""

Kind = Literal["parameter", "buffer"]

MAX_JSON: Final = 1 << 25
"""Bytes of a manifest's text; that of 100,000 tensors has about 20 MB."""

_FORMATS = ("federity/manifest/1", "federity/manifest/2")
"""The second is that of a manifest with tensors of several digits or of fixed zeros."""

_MAX_DIGITS = 32
_MAX_ELEMENTS = 1 << 40
MAX_NAME: Final = 1000
"""Characters of a tensor's name."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """A versioned tensor: `exponent` is its unit as a power of two, `offset` its first element's number.

    A buffer may be counted in several `digits`: each has a vector element of its own for every value, its
    unit `2^(q+1)` times that of the digit before it (ADR 0010). `zeros`: what is zero in the base is zero in
    every head.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    kind: Kind
    exponent: int
    offset: int
    digits: int = 1
    zeros: bool = False

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    @property
    def elements(self) -> slice:
        """Where the tensor's first digits lie in every vector of the lineage."""
        return slice(self.offset, self.offset + self.size)


@dataclass(frozen=True, slots=True)
class Place:
    """Where digit `digit` (0: the finest) of tensor `number` lies: from element `offset` of every vector."""

    number: int
    digit: int
    offset: int


@dataclass(frozen=True, slots=True)
class ConstantSpec:
    """A tensor that travels with the base and never changes: integers, and masks of infinities."""

    name: str
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Manifest:
    """The tensors of a lineage in canonical order: sorted by the UTF-8 bytes of their names.

    The order does not depend on how a framework walks a model or a file lists its tensors, so the same
    weights have the same vectors everywhere. `precision` is q of the protocol (7 for 8-bit deltas).
    `metadata` is free text.
    """

    tensors: tuple[TensorSpec, ...]
    constants: tuple[ConstantSpec, ...] = ()
    precision: int = 7
    metadata: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse, with BadBlob, what is not canonical or not possible."""
        _check(self)

    @cached_property
    def hash(self) -> bytes:
        """The sha256 of `to_json()`."""
        return hashlib.sha256(self.to_json()).digest()

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Where all digits lie: the first of every tensor in their order, then the second, and so on.

        Digits of like size lie together, and where none is used are long runs of zeros.
        """
        found: list[Place] = []
        offset = 0
        for digit in range(max(spec.digits for spec in self.tensors)):
            for number, spec in enumerate(self.tensors):
                if digit < spec.digits:
                    found.append(Place(number, digit, offset))
                    offset += spec.size
        return tuple(found)

    @property
    def weights(self) -> int:
        """The number of versioned values of the model: those of its tensors."""
        last = self.tensors[-1]
        return last.offset + last.size

    @cached_property
    def elements(self) -> int:
        """The length of every vector of the lineage: one element for each digit of each value."""
        return sum(spec.size * spec.digits for spec in self.tensors)

    def exponent(self, spec: TensorSpec, digit: int) -> int:
        """The unit of a tensor's digit as a power of two."""
        return spec.exponent + digit * (self.precision + 1)

    @property
    def chunks(self) -> int:
        """The number of commitments a vector has."""
        return -(-self.elements // CHUNK_ELEMENTS)

    @property
    def limit(self) -> int:
        """The largest magnitude of a delta's values."""
        return (1 << self.precision) - 1

    def to_json(self) -> bytes:
        """Return the one JSON text of this manifest: keys sorted, no spaces, ASCII, no offsets."""
        document = {
            "constants": [{"dtype": c.dtype, "name": c.name, "shape": list(c.shape)} for c in self.constants],
            "format": _FORMATS[any(t.digits > 1 or t.zeros for t in self.tensors)],
            "metadata": dict(self.metadata),
            "precision": self.precision,
            "tensors": [
                {
                    "dtype": t.dtype,
                    "exponent": t.exponent,
                    "kind": t.kind,
                    "name": t.name,
                    "shape": list(t.shape),
                    **({"digits": t.digits} if t.digits > 1 else {}),
                    **({"zeros": True} if t.zeros else {}),
                }
                for t in self.tensors
            ],
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Manifest:
        """Read a manifest; refuses, with BadBlob, any text that is not the one `to_json` would write."""
        try:
            document = parse(data.decode())
            tensors: list[TensorSpec] = []
            offset = 0
            for t in document["tensors"]:
                spec = TensorSpec(
                    t["name"],
                    tuple(t["shape"]),
                    t["dtype"],
                    t["kind"],
                    t["exponent"],
                    offset,
                    t.get("digits", 1),
                    t.get("zeros", False),
                )
                tensors.append(spec)
                offset += spec.size
            constants = [
                ConstantSpec(c["name"], tuple(c["shape"]), c["dtype"]) for c in document["constants"]
            ]
            manifest = cls(tuple(tensors), tuple(constants), document["precision"], document["metadata"])
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as cause:
            raise BadBlob(f"the text is not a manifest ({cause})") from cause
        if manifest.to_json() != data:
            raise BadBlob("the manifest is not written in its canonical form")
        return manifest

    def check(self, tensors: Mapping[str, Tensor]) -> None:
        """Raise ManifestMismatch, naming what differs, unless `tensors` are those of this manifest."""
        from .differences import require_same, shapes

        specs: list[TensorSpec | ConstantSpec] = [*self.tensors, *self.constants]
        wanted = {spec.name: (spec.shape, spec.dtype) for spec in specs}
        require_same(wanted, shapes(tensors), "the model does not fit the manifest")


def _check(manifest: Manifest) -> None:
    specs: list[TensorSpec | ConstantSpec] = [*manifest.tensors, *manifest.constants]
    if not manifest.tensors:
        raise BadBlob("a manifest needs at least one floating-point tensor")
    if len(specs) > MAX_TENSORS:
        raise BadBlob(f"the manifest has {len(specs)} tensors, the limit is {MAX_TENSORS}")
    if type(manifest.precision) is not int or manifest.precision not in PRECISIONS:
        raise BadBlob(f"precision {manifest.precision!r} is none of {PRECISIONS}")
    metadata = manifest.metadata
    if not isinstance(metadata, Mapping) or not all(isinstance(v, str) for v in metadata.values()):
        raise BadBlob("the manifest's metadata are not text by name")
    for spec in specs:
        _check_spec(spec.name, spec.shape, spec.dtype)
    offset = 0
    for tensor in manifest.tensors:
        if tensor.dtype not in FLOATS:
            raise BadBlob(f"tensor {tensor.name!r} has dtype {tensor.dtype!r}, which cannot be versioned")
        if tensor.kind not in get_args(Kind):
            raise BadBlob(f"tensor {tensor.name!r} is of kind {tensor.kind!r}")
        if type(tensor.exponent) is not int or tensor.exponent not in EXPONENTS:
            raise BadBlob(f"tensor {tensor.name!r} has exponent {tensor.exponent!r}")
        _check_digits(manifest, tensor)
        if tensor.offset != offset:
            raise BadBlob(f"tensor {tensor.name!r} starts at {tensor.offset}, not at {offset}")
        offset += tensor.size
    if not 0 < manifest.elements <= _MAX_ELEMENTS:
        raise BadBlob(f"the manifest has {manifest.elements} elements; 1 to 2^40 are possible")
    for names in ([t.name for t in manifest.tensors], [c.name for c in manifest.constants]):
        if names != sorted(names, key=str.encode):
            raise BadBlob("the manifest's tensors are not sorted by name")
    if len({spec.name for spec in specs}) != len(specs):
        raise BadBlob("a name occurs twice in the manifest")


def _check_digits(manifest: Manifest, tensor: TensorSpec) -> None:
    if type(tensor.digits) is not int or not 1 <= tensor.digits <= _MAX_DIGITS:
        raise BadBlob(f"tensor {tensor.name!r} has {tensor.digits!r} digits; 1 to {_MAX_DIGITS} are possible")
    if tensor.digits > 1 and tensor.kind != "buffer":
        raise BadBlob(f"tensor {tensor.name!r} has several digits and is no buffer")
    if manifest.exponent(tensor, tensor.digits - 1) not in EXPONENTS:
        raise BadBlob(f"the last digit of tensor {tensor.name!r} has a unit out of range")
    if type(tensor.zeros) is not bool or (tensor.zeros and tensor.kind != "parameter"):
        raise BadBlob(f"tensor {tensor.name!r} cannot keep zeros")


def can_name(name: object) -> bool:
    """Whether a tensor can have this name; files hold the metadata of a safetensors header under one."""
    return (
        isinstance(name, str) and 0 < len(name) <= MAX_NAME and name != "__metadata__" and name.isprintable()
    )


def _check_spec(name: Any, shape: Any, dtype: Any) -> None:
    if not can_name(name):
        raise BadBlob(f"{name!r} cannot name a tensor")
    if len(shape) > MAX_RANK or not all(type(side) is int and 0 <= side < 1 << 40 for side in shape):
        raise BadBlob(f"tensor {name!r} has no shape of at most {MAX_RANK} dimensions")
    if dtype not in TYPES:
        raise BadBlob(f"tensor {name!r} has unknown dtype {dtype!r}")
