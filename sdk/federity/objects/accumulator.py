"""The integer vector of a head."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import BadBlob, NonFiniteWeights, RangeError
from .chunks import ahead, chunked
from .delta import Delta
from .dtypes import DTYPES, Array, rounded
from .manifest import Manifest, TensorSpec
from .slices import chunk_sizes, slices
from .tensors import LazyTensor, Tensor, part_of

__all__ = ["GENESIS_FRACTION_BITS", "VALUE_LIMIT", "WEIGHT_ONE", "Accumulator", "wrapped"]

VALUE_LIMIT: Final = 1 << 61
"""Every |A| is below this, or the lanes of a commitment would not be unique."""

GENESIS_FRACTION_BITS: Final = 24
WEIGHT_BITS: Final = 16
WEIGHT_ONE: Final = 1 << WEIGHT_BITS
"""The weight 1 in Q16."""

_TOGETHER: Final = 16
"""Deltas of which a chunk is held at a time while they are summed."""

_BITS = {"F16": np.uint16, "BF16": np.uint16}


def wrapped(factor: int) -> npt.NDArray[np.int64]:
    """Return an integer of any size modulo 2^64, int64[1]: what sums in 64 bits count with."""
    return np.array([factor % (1 << 64)], np.uint64).view(np.int64)


@dataclass(frozen=True, eq=False)
class Accumulator:
    """A of `W = base + 2^-(q+f) * 2^(e_t) * A`, summed over a tensor's digits: `values` int64[n], read-only,
    `fraction_bits` f >= 24.

    `values` is an array or a vector whose parts are read or summed when they are used; all are looked at once
    here. Raises RangeError for values of 2^61 or more, other dtypes and other shapes.
    """

    values: Tensor
    fraction_bits: int
    manifest_hash: bytes

    def __post_init__(self) -> None:
        """Refuse what the protocol has no meaning for, and freeze the values."""
        if self.values.dtype != np.int64 or self.values.ndim != 1:
            raise RangeError(f"an accumulator is one vector of int64, not {self.values.dtype}")
        if type(self.fraction_bits) is not int or not GENESIS_FRACTION_BITS <= self.fraction_bits <= 255:
            raise RangeError(f"{self.fraction_bits} fraction bits are not in {GENESIS_FRACTION_BITS}..255")
        if isinstance(self.values, np.ndarray):
            object.__setattr__(self, "values", np.ascontiguousarray(self.values))
            self.values.flags.writeable = False
        for part in slices(len(self.values)):
            chunk = self.values[part]
            if not -VALUE_LIMIT < chunk.min() <= chunk.max() < VALUE_LIMIT:
                raise RangeError("the accumulator holds values of 2^61 or more")

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
        sizes = chunk_sizes(manifest.elements)
        values = chunked(manifest.elements, np.int64, lambda number: np.zeros(sizes[number], np.int64))
        return cls(values, GENESIS_FRACTION_BITS, manifest.hash)

    def scale(self, shift: int) -> int:
        """Return `2^(f-16-s)`: what a delta's values are multiplied by for each unit of its Q16 weight."""
        return 1 << (self.fraction_bits - WEIGHT_BITS - shift)

    def merged(self, parts: Iterable[tuple[Delta, int]]) -> "Accumulator":
        """Return `A + sum w'_i d_i` for deltas with Q16 weights `w_i` of at least 0 that sum to at most 2^16.

        Exact: nothing is rounded. The sum of several chunks is made chunk by chunk, when it is used. Raises
        RangeError for other weights and for results of 2^61 or more, BadBlob for a delta of another manifest.
        """
        parts = list(parts)
        weights = [weight for _, weight in parts]
        if any(weight < 0 for weight in weights) or sum(weights) > WEIGHT_ONE:
            raise RangeError(f"weights {weights} are negative or sum to more than {WEIGHT_ONE}")
        return self._plus([(delta, weight * self.scale(delta.shift)) for delta, weight in parts])

    @classmethod
    def combined(
        cls, manifest: Manifest, fraction_bits: int, parts: Iterable[tuple["Accumulator | Delta", int]]
    ) -> "Accumulator":
        """Return `sum factor_i * v_i` over vectors of accumulators and deltas, each with an integer factor.

        Sums on the way may leave 64 bits, where they wrap: the end is exact whenever it is in range. The sum
        of several chunks is made chunk by chunk, when it is used. Raises RangeError for a result of 2^61 or
        more, BadBlob for a vector of another manifest.
        """
        parts = list(parts)
        if any(v.manifest_hash != manifest.hash or len(v.values) != manifest.elements for v, _ in parts):
            raise BadBlob("a term of the sum belongs to another model than the head")
        heads = [(vector, factor) for vector, factor in parts if isinstance(vector, Accumulator)]
        deltas = [(vector, factor) for vector, factor in parts if isinstance(vector, Delta)]
        if [(head.fraction_bits, factor) for head, factor in heads] == [(fraction_bits, 1)]:
            return heads[0][0]._plus(deltas)
        places = list(slices(manifest.elements))

        def chunk(number: int) -> npt.NDArray[np.int64]:
            place = places[number]
            total: npt.NDArray[np.int64] = np.zeros(place.stop - place.start, np.int64)
            for vector, factor in parts:
                total += np.asarray(vector.values[place]).astype(np.int64) * wrapped(factor)
            return total

        return cls(chunked(manifest.elements, np.int64, chunk), fraction_bits, manifest.hash)

    def advanced(self, deltas: Iterable[Delta]) -> "Accumulator":
        """Return the head after a merge of each delta alone, at weight 2^16; raises what `merged` does."""
        return self._plus([(delta, WEIGHT_ONE * self.scale(delta.shift)) for delta in deltas])

    def _plus(self, parts: list[tuple[Delta, int]]) -> "Accumulator":
        """Return `A + sum factor_i * d_i`."""
        if any(d.manifest_hash != self.manifest_hash or len(d.values) != len(self.values) for d, _ in parts):
            raise BadBlob("the delta belongs to another model than the head")
        places = list(slices(len(self.values)))

        def chunk(number: int) -> npt.NDArray[np.int64]:
            place = places[number]
            total: npt.NDArray[np.int64] = np.array(self.values[place])
            drawn = ahead(lambda part: np.ascontiguousarray(part[0].values[place]), parts)
            try:
                for start in range(0, len(parts), _TOGETHER):
                    factors = [factor for _, factor in parts[start : start + _TOGETHER]]
                    _native.aggregate(total, [next(drawn) for _ in factors], factors)
            except (ValueError, OverflowError) as cause:
                raise RangeError(f"the merge leaves the range of an accumulator: {cause}") from cause
            return total

        values = chunked(len(self.values), np.int64, chunk)
        return Accumulator(values, self.fraction_bits, self.manifest_hash)

    def tensors(self, manifest: Manifest, base: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the model at this head, each part of it made when it is used.

        Bit-exact on every machine (docs/protocol.md section 1). `base` must fit the manifest; it is not
        changed. A part raises NonFiniteWeights, naming the tensor, when a weight leaves its dtype's range.
        """
        if manifest.hash != self.manifest_hash:
            raise BadBlob("the head belongs to another model than the manifest")
        manifest.check(base)
        found = {constant.name: base[constant.name] for constant in manifest.constants}
        places: dict[int, list[tuple[int, int]]] = {}
        for place in manifest.places:
            spec = manifest.tensors[place.number]
            power = manifest.exponent(spec, place.digit) - manifest.precision - self.fraction_bits
            places.setdefault(place.number, []).append((place.offset, power))
        for number, spec in enumerate(manifest.tensors):
            read = partial(self._weights, spec, base[spec.name], places[number])
            found[spec.name] = LazyTensor(spec.shape, DTYPES[spec.dtype], read)
        return found

    def weights(self, manifest: Manifest, base: Mapping[str, Tensor]) -> dict[str, Array]:
        """Return the model that `tensors` gives in parts: base tensors plus the accumulated change."""
        return {name: np.array(tensor) for name, tensor in self.tensors(manifest, base).items()}

    def _weights(self, spec: TensorSpec, base: Tensor, places: list[tuple[int, int]], part: slice) -> Array:
        """The elements `part` of a tensor, whose digits lie at `places`: offset and power of two of each."""
        weights: Array = np.array(part_of(base, part), DTYPES[spec.dtype])
        bits = weights.view(_BITS.get(spec.dtype, weights.dtype))
        fixed = np.flatnonzero(weights == 0) if spec.zeros else np.empty(0, np.int64)
        kept = weights[fixed]
        digits = [self.values[offset + part.start : offset + part.stop] for offset, _ in places]
        far = np.flatnonzero(np.any(digits[1:], axis=0)) if len(digits) > 1 else np.empty(0, np.int64)
        first = digits[0]
        if len(far):
            total: npt.NDArray[np.float64] = weights[far].astype(np.float64)
            for digit, (_, power) in zip(digits, places, strict=True):
                total += np.ldexp(digit[far].astype(np.float64), power)
            first = np.array(first)
            first[far] = 0
        try:
            _native.apply(bits, spec.dtype, first, places[0][1])
            if len(far):
                weights[far] = rounded(total, spec.dtype)
        except ValueError as cause:
            raise NonFiniteWeights(
                f"tensor {spec.name!r} of this head leaves the range of {spec.dtype}: {cause}"
            ) from cause
        weights[fixed] = kept
        return weights
