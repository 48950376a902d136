"""Single tensors of PyTorch as arrays, and arrays as such tensors."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import ml_dtypes
import numpy as np
import torch

from ..errors import ModelError
from ..objects.dtypes import Array
from ..objects.tensors import Tensor

__all__ = ["DTYPES", "memory", "require_apart", "require_plain", "to_numpy", "to_torch"]

DTYPES: Final = {
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
"""The safetensors names of the dtypes that can be versioned."""

_BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def require_plain(name: str, tensor: Any) -> None:
    """Raise ModelError, saying what the tensor is, unless its values are all there and all it is."""
    if not isinstance(tensor, torch.Tensor):
        raise ModelError(
            f"{name} is a {type(tensor).__name__}, not a tensor, and cannot be versioned",
            hint="Keep it in buffers (register_buffer), or pass a state_dict() without it.",
        )
    if torch.nn.parameter.is_lazy(tensor):
        raise ModelError(f"{name} has no shape yet", hint="Call the model once on an input first.")
    if tensor.is_meta:
        raise ModelError(f"{name} is a meta tensor, without values, and cannot be versioned")
    what = ""
    if tensor.layout != torch.strided:
        what = f"tensor in layout {str(tensor.layout).removeprefix('torch.')}"
    elif tensor.is_quantized:
        what = f"quantised tensor ({tensor.dtype})"
    elif tensor.dtype not in DTYPES:
        what = f"tensor of {tensor.dtype}"
    elif isinstance(tensor, torch.nn.Parameter) and not tensor.is_floating_point():
        what = f"parameter of {tensor.dtype}, which training cannot move,"
    elif any(stride == 0 and size > 1 for size, stride in zip(tensor.shape, tensor.stride(), strict=True)):
        what = "view that repeats its values"
    if what:
        raise ModelError(f"{name} is a {what} and cannot be versioned")


def require_apart(tensors: Mapping[str, torch.Tensor]) -> None:
    """Raise ModelError when two tensors share a part of their memory: loading one would spoil the other."""
    spans: list[tuple[str, int, int, str]] = []
    for name, tensor in tensors.items():
        if tensor.numel() and (start := _address(tensor)):
            last = sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride(), strict=True))
            spans.append((str(tensor.device), start, start + (last + 1) * tensor.element_size(), name))
    for (device, _, end, name), (other_device, start, _, other) in pairwise(sorted(spans)):
        if device == other_device and start < end:
            raise ModelError(
                f"{name} and {other} share memory but are not the same tensor",
                hint="Tie the whole tensor, or clone one of them.",
            )


def memory(tensor: torch.Tensor) -> object:
    """Return what two tensors have in common when they are one."""
    if tensor.numel() == 0 or not (address := _address(tensor)):
        return id(tensor)
    return tensor.device, address, tensor.dtype, tuple(tensor.shape), tensor.stride()


def to_numpy(name: str, tensor: torch.Tensor) -> Array:
    """Return a copy of the values, all of them where a tensor is spread over processes.

    Then every process has to call. Raises ModelError, naming the class, for a tensor that has no values to
    give: subclasses decide for themselves what they answer.
    """
    try:
        plain = _whole(tensor.detach()).to("cpu", copy=True).contiguous()
        if plain.dtype == torch.bfloat16:
            return plain.view(torch.int16).numpy().view(_BFLOAT16)
        array: Array = plain.numpy()
    except Exception as cause:  # whatever a subclass raises
        raise ModelError(
            f"{name} is a {type(tensor).__name__}, which cannot be read as plain values",
            hint="Version the model with plain tensors: as it is before quantisation, for example.",
        ) from cause
    return array


def to_torch(array: Tensor, like: torch.Tensor) -> torch.Tensor:
    """Return a tensor of the array's values, spread over processes as `like` is; the caller only reads it."""
    plain: Array = np.array(array, order="C")
    if plain.dtype == _BFLOAT16:
        made = torch.from_numpy(plain.view(np.int16)).view(torch.bfloat16)
    else:
        made = torch.from_numpy(plain)
    spread = sys.modules.get("torch.distributed.tensor")
    if spread is not None and isinstance(like, spread.DTensor):
        whole = made.to(like.device)
        found: torch.Tensor = spread.distribute_tensor(whole, like.device_mesh, like.placements)
        return found
    return made


def _whole(tensor: torch.Tensor) -> torch.Tensor:
    spread = sys.modules.get("torch.distributed.tensor")
    if spread is not None and isinstance(tensor, spread.DTensor):
        whole: torch.Tensor = tensor.full_tensor()
        return whole
    return tensor


def _address(tensor: torch.Tensor) -> int:
    """Where the values lie; 0 when they lie in other tensors, as those of a wrapping subclass do."""
    try:
        return int(tensor.data_ptr())
    except Exception:  # whatever a subclass raises
        return 0
