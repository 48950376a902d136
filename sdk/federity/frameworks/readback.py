"""Whether a model holds what it was given; all or nothing, and the sentence for when it does not."""

from collections.abc import Callable, Sequence

import numpy as np

from ..errors import ModelError
from ..objects.tensors import Tensor

__all__ = ["not_arrived", "same_bits", "written"]

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


def written(
    framework: str,
    write: Callable[[], list[str]],
    put_back: Callable[[], str],
    *,
    told: Callable[[BaseException], str] = str,
    why: str,
    hint: str,
) -> None:
    """Let a framework write weights, whole or not at all.

    `write` writes, reads back, and returns the names of tensors that are not what was written; `put_back`
    restores what was there and says so when it cannot. Whatever ends `write`, an interrupt too, all is put
    back. Raises ModelError: what the framework refuses, as `told`, or what did not arrive, with `why` and
    `hint`.
    """
    try:
        lost = write()
    except BaseException as cause:
        back = put_back()
        if not isinstance(cause, Exception):
            raise
        raise ModelError(f"{framework} cannot load these weights{back}: {told(cause)}") from cause
    if lost:
        raise not_arrived(lost, put_back(), why, hint)
