"""The element types of tensors, by their safetensors names."""

from typing import Any, Final

import ml_dtypes
import numpy as np
import numpy.typing as npt

__all__ = ["DTYPES", "FLOATS", "Array", "dtype_name", "rounded"]

Array = npt.NDArray[Any]

DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype(ml_dtypes.bfloat16),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"),
    "U32": np.dtype("<u4"),
    "U16": np.dtype("<u2"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}
"""Every type a model file may hold."""

FLOATS: Final = ("F64", "F32", "F16", "BF16")
"""The types whose tensors are versioned; tensors of the others are constants."""

_NAMES: Final = {dtype: name for name, dtype in DTYPES.items()}


def dtype_name(dtype: np.dtype[Any]) -> str | None:
    """Return the safetensors name of a numpy dtype, or None when a model file cannot hold it."""
    return _NAMES.get(dtype.newbyteorder("<") if dtype.byteorder == ">" else dtype)


def rounded(values: npt.NDArray[np.float64], dtype: str) -> Array:
    """Return float64 values in a floating-point type, each rounded once, to the nearest even.

    Raises ValueError for one that leaves the type's range.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        narrow: Array = values
        if dtype == "BF16":
            # By way of float32, towards zero with the last bit set where anything was lost: so the second
            # rounding is of the value itself.
            middle = values.astype(np.float32)
            bits = middle.view(np.uint32)
            bits -= np.abs(middle.astype(np.float64)) > np.abs(values)
            bits |= middle.astype(np.float64) != values
            narrow = middle
        narrow = narrow.astype(DTYPES[dtype])
        if not np.isfinite(narrow).all():
            raise ValueError("a value is not finite")
    return narrow
