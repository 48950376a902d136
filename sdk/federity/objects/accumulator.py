"""The integer vector of a head."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import BadBlob, NonFiniteWeights, RangeError
from .delta import Delta
from .dtypes import Array
from .manifest import Manifest

__all__ = ["GENESIS_FRACTION_BITS", "VALUE_LIMIT", "WEIGHT_ONE", "Accumulator"]

VALUE_LIMIT: Final = 1 << 61
"""Every |A| is below this, or the lanes of a commitment would not be unique."""

GENESIS_FRACTION_BITS: Final = 24
WEIGHT_BITS: Final = 16
WEIGHT_ONE: Final = 1 << WEIGHT_BITS
"""The weight 1 in Q16."""

_BITS = {"F16": np.uint16, "BF16": np.uint16}


@dataclass(frozen=True, eq=False)
class Accumulator:
    """A of `W = base + 2^-(q+f) * 2^(e_t) * A`: `values` int64[n], read-only, `fraction_bits` f >= 24.

    Raises RangeError for values of 2^61 or more, other dtypes and other shapes.
    """

    values: npt.NDArray[np.int64]
    fraction_bits: int
    manifest_hash: bytes

    def __post_init__(self) -> None:
        """Refuse what the protocol has no meaning for, and freeze the values."""
        if self.values.dtype != np.int64 or self.values.ndim != 1:
            raise RangeError(f"an accumulator is one vector of int64, not {self.values.dtype}")
        if type(self.fraction_bits) is not int or not GENESIS_FRACTION_BITS <= self.fraction_bits <= 255:
            raise RangeError(f"{self.fraction_bits} fraction bits are not in {GENESIS_FRACTION_BITS}..255")
        object.__setattr__(self, "values", np.ascontiguousarray(self.values))
        if self.values.size and not -VALUE_LIMIT < self.values.min() <= self.values.max() < VALUE_LIMIT:
            raise RangeError("the accumulator holds values of 2^61 or more")
        self.values.flags.writeable = False

    def __eq__(self, other: object) -> bool:
        """Equal when they mean the same weights on the same base."""
        if not isinstance(other, Accumulator):
            return NotImplemented
        same = (self.fraction_bits, self.manifest_hash) == (other.fraction_bits, other.manifest_hash)
        return same and np.array_equal(self.values, other.values)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def zero(cls, manifest: Manifest) -> "Accumulator":
        """Return the genesis: the base as it is."""
        return cls(np.zeros(manifest.elements, np.int64), GENESIS_FRACTION_BITS, manifest.hash)

    def scale(self, shift: int) -> int:
        """Return `2^(f-16-s)`: what a delta's values are multiplied by for each unit of its Q16 weight."""
        return 1 << (self.fraction_bits - WEIGHT_BITS - shift)

    def merged(self, parts: Iterable[tuple[Delta, int]]) -> "Accumulator":
        """Return `A + sum w'_i d_i` for deltas with Q16 weights `w_i` of at least 0 that sum to at most 2^16.

        Exact: nothing is rounded. Raises RangeError for other weights and for results of 2^61 or more,
        BadBlob for a delta of another manifest.
        """
        parts = list(parts)
        weights = [weight for _, weight in parts]
        if any(weight < 0 for weight in weights) or sum(weights) > WEIGHT_ONE:
            raise RangeError(f"weights {weights} are negative or sum to more than {WEIGHT_ONE}")
        if any(d.manifest_hash != self.manifest_hash or len(d.values) != len(self.values) for d, _ in parts):
            raise BadBlob("the delta belongs to another model than the head")
        values = self.values.copy()
        scaled = [weight * self.scale(delta.shift) for delta, weight in parts]
        try:
            _native.aggregate(values, [delta.values for delta, _ in parts], scaled)
        except (ValueError, OverflowError) as cause:
            raise RangeError(f"the merge leaves the range of an accumulator: {cause}") from cause
        return Accumulator(values, self.fraction_bits, self.manifest_hash)

    def weights(self, manifest: Manifest, base: Mapping[str, Array]) -> dict[str, Array]:
        """Return the model at this head: base tensors plus the accumulated change, constants as they are.

        Bit-exact on every machine (docs/protocol.md section 1). `base` must fit the manifest; it is not
        changed. Raises NonFiniteWeights, naming the tensor, when a weight leaves its dtype's range.
        """
        if manifest.hash != self.manifest_hash:
            raise BadBlob("the head belongs to another model than the manifest")
        manifest.check(base)
        found = {c.name: base[c.name].copy() for c in manifest.constants}
        for spec in manifest.tensors:
            weights = np.array(base[spec.name], order="C")
            bits = weights.reshape(-1).view(_BITS.get(spec.dtype, weights.dtype))
            power = spec.exponent - manifest.precision - self.fraction_bits
            try:
                _native.apply(bits, spec.dtype, self.values[spec.elements], power)
            except ValueError as cause:
                raise NonFiniteWeights(
                    f"tensor {spec.name!r} of this head leaves the range of {spec.dtype}: {cause}"
                ) from cause
            found[spec.name] = weights
        return found
