"""Whether vectors can be about a model at all: said at its genesis, not at the first commit."""

import math
from collections.abc import Collection, Mapping

import ml_dtypes
import numpy as np

from ..errors import ModelError
from .bounds import MAX_RANK, MAX_TENSORS
from .dtypes import dtype_name
from .manifest import EXPONENTS, MAX_NAME, can_name
from .tensors import Tensor, part_of, parts_of
from .type_names import FLOATS

__all__ = ["is_mask", "keeps_zeros", "require_possible", "require_scale"]


def require_possible(tensors: Mapping[str, Tensor]) -> None:
    """Raise ModelError when the model has nothing to version, or a tensor that no file of ours can hold."""
    floats = [tensor for tensor in tensors.values() if dtype_name(tensor.dtype) in FLOATS]
    if not tensors or (floats and not any(tensor.size for tensor in floats)):
        raise ModelError("the model has no weights", hint="Pass one with layers that are trained.")
    if not floats and all(dtype_name(tensor.dtype) for tensor in tensors.values()):
        raise ModelError(
            "the model has no floating-point weights: integers alone are nothing that training moves",
            hint="Save the weights in floating point; quantised ones are made of them after training.",
        )
    if len(tensors) > MAX_TENSORS:
        raise ModelError(
            f"the model has {len(tensors)} tensors, more than {MAX_TENSORS}", hint="Stack some of them."
        )
    _require_names(tensors)
    for name, tensor in tensors.items():
        if len(tensor.shape) > MAX_RANK:
            raise ModelError(
                f"tensor {name!r} has {len(tensor.shape)} dimensions, more than {MAX_RANK}",
                hint="Keep it in fewer dimensions and reshape it where it is used.",
            )


def _require_names(names: Collection[str]) -> None:
    for name in names:
        if not can_name(name):
            shown = f"{name[:40]!r}..." if len(name) > MAX_NAME else repr(name)
            raise ModelError(
                f"a tensor cannot be named {shown}",
                hint=f"Names have 1 to {MAX_NAME} printable characters: rename the module or the key.",
            )


def require_scale(name: str, exponent: int, scale: float) -> None:
    """Raise ModelError for a tensor of root mean square `scale` whose unit, `2^exponent`, there is not."""
    if exponent not in EXPONENTS:
        what = "large" if exponent > EXPONENTS[-1] else "small"
        raise ModelError(
            f"the values of tensor {name!r} are too {what}, about {scale:.1g}: no delta could hold a change",
            hint="Bring them to a scale between 1e-28 and 1e+28, or leave the tensor out of the model.",
        )


def is_mask(tensor: Tensor, buffer: bool) -> bool:
    """Whether a tensor of floats is one that only marks places, as attention does with minus infinity.

    Of a buffer that is one with infinite values, or too large to be a statistic. Of others, which may be
    weights of a training that diverged, one that holds zeros and infinities (or the type's last values) only.
    """
    extreme = False
    for part in parts_of(tensor.size):
        values = part_of(tensor, part)
        with np.errstate(invalid="ignore"):
            values = values.astype(np.float64)
        if np.isnan(values).any():
            return False
        far = np.abs(values) >= (math.ldexp(1.0, EXPONENTS[-1] - 4) if buffer else _last(tensor))
        if not buffer and not (far | (values == 0)).all():
            return False
        extreme = extreme or bool(far.any())
    return extreme


def _last(tensor: Tensor) -> float:
    """The largest finite value of a tensor's type."""
    return float(ml_dtypes.finfo(tensor.dtype).max)  # type: ignore[no-untyped-call]


def keeps_zeros(tensor: Tensor) -> bool:
    """Whether some values are zero and others not: all zeros are what training has yet to fill."""
    zeros = sum(int((part_of(tensor, part) == 0).sum()) for part in parts_of(tensor.size))
    return 0 < zeros < tensor.size
