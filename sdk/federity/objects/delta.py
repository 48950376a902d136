"""The integer vector of an update."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from .. import _native
from ..errors import RangeError
from .slices import slices
from .tensors import Tensor

__all__ = ["MAX_SHIFT", "Delta", "nonzero_units"]

MAX_SHIFT: Final = 8


@dataclass(frozen=True, eq=False)
class Delta:
    """A change of `2^-(q+s) * 2^(e_t) * values` to the model with this manifest.

    `values` is int8[n], row-major over the manifest's tensors, and becomes read-only: an array, or a vector
    whose parts are decoded when they are used. `shift` is s, 0 to 8.
    Raises RangeError for anything else. Readers admit -128, as range proofs by bits do; this SDK writes at
    most 127.
    """

    values: Tensor
    shift: int
    manifest_hash: bytes

    def __post_init__(self) -> None:
        """Refuse what the protocol has no meaning for, and freeze the values."""
        if self.values.dtype != np.int8 or self.values.ndim != 1:
            raise RangeError(
                f"a delta is one vector of int8, not {self.values.dtype}{list(self.values.shape)}"
            )
        if type(self.shift) is not int or not 0 <= self.shift <= MAX_SHIFT:
            raise RangeError(f"shift {self.shift} is not in 0..{MAX_SHIFT}")
        if isinstance(self.values, np.ndarray):
            object.__setattr__(self, "values", np.ascontiguousarray(self.values))
            self.values.flags.writeable = False

    def __eq__(self, other: object) -> bool:
        """Equal when they mean the same change of the same model."""
        if not isinstance(other, Delta):
            return NotImplemented
        same = (self.shift, self.manifest_hash) == (other.shift, other.manifest_hash)
        return same and np.array_equal(self.values, other.values)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def norm(self) -> int:
        """`sum d^2 * 4^(8-s)`: the squared length in steps at shift 8, as a branch bounds it."""
        squares = sum(_native.norm(self.values[part]) for part in slices(len(self.values)))
        return squares << 2 * (MAX_SHIFT - self.shift)

    def nonzero_units(self, n: int) -> list[int]:
        """Return the indices of the units of n elements that are not all zero: those that need a proof."""
        if n not in self._units:
            self._units[n] = nonzero_units(self.values, n)
        return self._units[n]

    @cached_property
    def _units(self) -> dict[int, list[int]]:
        return {}

    @property
    def nonzero(self) -> int:
        """Number of elements that are not zero."""
        return sum(int(np.count_nonzero(self.values[part])) for part in slices(len(self.values)))


def nonzero_units(values: Tensor, n: int) -> list[int]:
    """Return the indices of the units of n elements of a vector that are not all zero."""
    found: set[int] = set()
    for part in slices(len(values)):
        found.update(np.unique((np.flatnonzero(values[part]) + part.start) // n).tolist())
    return sorted(found)
