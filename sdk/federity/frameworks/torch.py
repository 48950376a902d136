"""A torch.nn.Module as a model.

Versioned are parameters and persistent buffers. A tensor that several names share is stored once, under the
first of them by name. Buffers that are not floating point (counters, position ids) travel with the base as
constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np
import torch

from ..errors import ModelError
from ..objects.differences import NOT_FITTING, require_same, shapes
from ..objects.dtypes import Array

__all__ = ["TorchAdapter"]

_DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}
_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


class TorchAdapter:
    """Reads a module's tensors from any device and writes them in place: optimisers keep their references."""

    def tensors(self, model: torch.nn.Module) -> dict[str, Array]:
        """Return copies of parameters and persistent buffers; raises ModelError for what is not dense."""
        return {name: _to_numpy(tensor) for name, tensor in _named(model).items()}

    def buffers(self, model: torch.nn.Module) -> frozenset[str]:
        """Return the names of persistent buffers."""
        return frozenset(
            name for name, tensor in _named(model).items() if not isinstance(tensor, torch.nn.Parameter)
        )

    def load(self, model: torch.nn.Module, tensors: Mapping[str, Array]) -> None:
        """Copy the tensors into the module's own, on whatever device, without recording gradients."""
        own = _named(model)
        require_same(
            {name: (tuple(tensor.shape), _DTYPES[tensor.dtype]) for name, tensor in own.items()},
            shapes(tensors),
            NOT_FITTING,
        )
        with torch.no_grad():
            for name, tensor in own.items():
                tensor.copy_(_to_torch(tensors[name]))


def _named(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Return the tensors of a module by canonical name: sorted, each piece of memory once."""
    state: dict[str, Any] = model.state_dict(keep_vars=True)
    found: dict[str, torch.Tensor] = {}
    seen: dict[object, str] = {}
    for name in sorted(state, key=str.encode):
        tensor = state[name]
        if not isinstance(tensor, torch.Tensor):
            raise ModelError(f"{name} is a {type(tensor).__name__}, not a tensor, and cannot be versioned")
        if tensor.dtype not in _DTYPES or tensor.layout != torch.strided or tensor.is_meta:
            what = "meta tensor" if tensor.is_meta else f"{tensor.dtype} in layout {tensor.layout}"
            raise ModelError(f"{name} is a {what}, which cannot be versioned")
        if seen.setdefault(_memory(tensor), name) == name:
            found[name] = tensor
    return found


def _memory(tensor: torch.Tensor) -> object:
    if tensor.numel() == 0:
        return id(tensor)
    return tensor.device, tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride()


def _to_numpy(tensor: torch.Tensor) -> Array:
    plain = tensor.detach().to("cpu", copy=True).contiguous()
    if plain.dtype == torch.bfloat16:
        return plain.view(torch.int16).numpy().view(_BFLOAT16)
    array: Array = plain.numpy()
    return array


def _to_torch(array: Array) -> torch.Tensor:
    """Return a tensor of the array's values; the caller only reads it."""
    plain = np.array(array, order="C")
    if plain.dtype == _BFLOAT16:
        return torch.from_numpy(plain.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(plain)
