"""A torch.nn.Module as a model.

Versioned are parameters, frozen ones too, and persistent buffers. A tensor that several names share is stored
once, under the first of them by name. Buffers that are not floating point (counters, position ids) travel
with the base as constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import ml_dtypes
import numpy as np
import torch

from ..errors import ModelError
from ..objects.differences import NOT_FITTING, require_same, shapes
from ..objects.dtypes import Array
from ..objects.tensors import Tensor

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
    torch.uint64: "U64",
    torch.uint32: "U32",
    torch.uint16: "U16",
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

    def load(self, model: torch.nn.Module, tensors: Mapping[str, Tensor]) -> None:
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
        _require_plain(name, tensor)
        if seen.setdefault(_memory(tensor), name) == name:
            found[name] = tensor
    _require_apart(found)
    return found


def _require_plain(name: str, tensor: torch.Tensor) -> None:
    """Raise ModelError, saying what the tensor is, unless its values are all there and all it is."""
    if torch.nn.parameter.is_lazy(tensor):
        raise ModelError(f"{name} has no shape yet", hint="Call the model once on an input first.")
    if tensor.is_meta:
        raise ModelError(f"{name} is a meta tensor, without values, and cannot be versioned")
    what = ""
    if tensor.layout != torch.strided:
        what = f"tensor in layout {str(tensor.layout).removeprefix('torch.')}"
    elif tensor.is_quantized:
        what = f"quantised tensor ({tensor.dtype})"
    elif tensor.dtype not in _DTYPES:
        what = f"tensor of {tensor.dtype}"
    elif isinstance(tensor, torch.nn.Parameter) and not tensor.is_floating_point():
        what = f"parameter of {tensor.dtype}, which training cannot move,"
    elif any(stride == 0 and size > 1 for size, stride in zip(tensor.shape, tensor.stride(), strict=True)):
        what = "view that repeats its values"
    if what:
        raise ModelError(f"{name} is a {what} and cannot be versioned")


def _require_apart(tensors: Mapping[str, torch.Tensor]) -> None:
    """Raise ModelError when two tensors share a part of their memory: loading one would spoil the other."""
    spans: list[tuple[str, int, int, str]] = []
    for name, tensor in tensors.items():
        if tensor.numel():
            last = sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride(), strict=True))
            start = tensor.data_ptr()
            spans.append((str(tensor.device), start, start + (last + 1) * tensor.element_size(), name))
    for (device, _, end, name), (other_device, start, _, other) in pairwise(sorted(spans)):
        if device == other_device and start < end:
            raise ModelError(
                f"{name} and {other} share memory but are not the same tensor",
                hint="Tie the whole tensor, or clone one of them.",
            )


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


def _to_torch(array: Tensor) -> torch.Tensor:
    """Return a tensor of the array's values; the caller only reads it."""
    plain: Array = np.array(array, order="C")
    if plain.dtype == _BFLOAT16:
        return torch.from_numpy(plain.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(plain)
