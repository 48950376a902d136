"""Types of the native module. Arrays are contiguous; bad input raises ValueError."""

from typing import Any

import numpy as np
import numpy.typing as npt

_F32 = npt.NDArray[np.float32]
_I8 = npt.NDArray[np.int8]
_I64 = npt.NDArray[np.int64]

def quantise(delta: _F32, exponent: int, limit: int) -> _I8:
    """Round `delta / 2^exponent` half to even and clip it to `limit`; float32[n] -> int8[n].

    Refuses NaN, infinity and elements of 2^24 steps or more, naming the first one.
    """

def magnitude_at(values: _F32, k: int) -> float:
    """Return the k-th largest magnitude (k from 1); 0 when there are fewer than k elements."""

def keep_largest(values: _F32, k: int) -> None:
    """Zero all but the k elements of largest magnitude, in place; of equals the first ones stay."""

def accumulate(a: _I64, d: _I8, w: int) -> None:
    """Add `w * d` to `a` in place; refuses, with `a` untouched, results of 2^61 or more."""

def norm(d: _I8) -> int:
    """Return the sum of squares."""

def apply(base: npt.NDArray[Any], dtype: str, a: _I64, exponent: int) -> None:
    """Overwrite `base` with `base + 2^exponent * a`, bit-exact (docs/protocol.md section 1).

    `dtype` is F64 (float64 array), F32 (float32 array), F16 or BF16 (uint16 array of the bits). Refuses a
    result that is not finite, naming the first one.
    """

def encode(values: _I8) -> bytes:
    """Return the one encoding of at most 2^22 values (ADR 0004)."""

def decode(data: bytes, n: int) -> _I8:
    """Return the n values (at most 2^22) whose encoding is `data`; refuses bytes that encode nothing."""
