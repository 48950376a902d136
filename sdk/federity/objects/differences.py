"""Saying how two sets of tensors differ."""

from collections.abc import Mapping
from typing import Final

from ..errors import ManifestMismatch
from .dtypes import dtype_name
from .tensors import Tensor

__all__ = ["NOT_FITTING", "Shapes", "require_same", "shapes"]

NOT_FITTING: Final = "the weights do not fit the model"
"""How the sentence starts when weights are loaded into a model that they are not for."""

Shapes = Mapping[str, tuple[tuple[int, ...], str]]
"""Shape and safetensors dtype by name."""

_SHOWN = 5


def shapes(tensors: Mapping[str, Tensor]) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return shape and safetensors dtype of each tensor."""
    return {name: (t.shape, dtype_name(t.dtype) or str(t.dtype)) for name, t in tensors.items()}


def require_same(wanted: Shapes, given: Shapes, sentence: str) -> None:
    """Raise ManifestMismatch, the sentence followed by what differs, unless both are the same."""
    faults = [
        *(f"{name} is missing" for name in sorted(wanted.keys() - given.keys())),
        *(f"{name} is unexpected" for name in sorted(given.keys() - wanted.keys())),
    ]
    for name in sorted(wanted.keys() & given.keys()):
        (shape, dtype), (own_shape, own_dtype) = wanted[name], given[name]
        if shape != own_shape:
            faults.append(f"{name} has shape {list(own_shape)}, not {list(shape)}")
        elif dtype != own_dtype:
            faults.append(f"{name} has dtype {own_dtype}, not {dtype}")
    if faults:
        more = f" and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise ManifestMismatch(f"{sentence}: {'; '.join(faults[:_SHOWN])}{more}")
