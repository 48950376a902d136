"""The integer vector of an update."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from .. import _native
from ..errors import RangeError

__all__ = ["MAX_SHIFT", "Delta"]

MAX_SHIFT: Final = 8


@dataclass(frozen=True, eq=False)
class Delta:
    """A change of `2^-(q+s) * 2^(e_t) * values` to the model with this manifest.

    `values` is int8[n], row-major over the manifest's tensors, and becomes read-only; `shift` is s, 0 to 8.
    Raises RangeError for anything else. Readers admit -128, as range proofs by bits do; this SDK writes at
    most 127.
    """

    values: npt.NDArray[np.int8]
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
        return _native.norm(self.values) << 2 * (MAX_SHIFT - self.shift)

    def nonzero_units(self, n: int) -> list[int]:
        """Return the indices of the units of n elements that are not all zero: those that need a proof."""
        starts = np.arange(0, len(self.values), n)
        return [int(i) for i in np.flatnonzero(np.logical_or.reduceat(self.values != 0, starts))]

    @property
    def nonzero(self) -> int:
        """Number of elements that are not zero."""
        return int(np.count_nonzero(self.values))
