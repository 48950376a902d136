"""The element types of tensors as numpy has them."""

from typing import Any, Final

import ml_dtypes
import numpy as np
import numpy.typing as npt

from .type_names import TYPES

__all__ = ["DTYPES", "Array", "dtype_name", "rounded"]

Array = npt.NDArray[Any]

DTYPES: Final[dict[str, np.dtype[Any]]] = {
    name: np.dtype(ml_dtypes.bfloat16 if code == "bfloat16" else code) for name, code in TYPES.items()
}
"""The numpy dtype of every type a model file may hold."""

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
