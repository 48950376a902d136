"""Whether a model holds what it was given, and the sentence for when it does not."""

from collections.abc import Sequence

import numpy as np

from ..errors import ModelError
from ..objects.tensors import Tensor

__all__ = ["not_arrived", "same_bits"]

_SHOWN = 5


def same_bits(one: Tensor, other: Tensor) -> bool:
    """Tell whether two arrays of one dtype have the same shape and bits: NaNs and zeros' signs count."""
    if one.shape != other.shape:
        return False
    first, second = (np.ascontiguousarray(np.asarray(array)).reshape(-1) for array in (one, other))
    return bool(np.array_equal(first.view(np.uint8), second.view(np.uint8)))


def not_arrived(lost: Sequence[str], back: str, why: str, hint: str) -> ModelError:
    """Return the error for tensors that were written and are not there; `back` says if all is as before."""
    shown = ", ".join(lost[:_SHOWN]) + (f" and {len(lost) - _SHOWN} more" if lost[_SHOWN:] else "")
    return ModelError(f"{shown} would not arrive in the model{back}: {why}", hint=hint)
