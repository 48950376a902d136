"""Multi-head attention: torch.nn.MultiheadAttention, where query, key and value have the model's width."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...objects.dtypes import Array
from .part import Part, plain

__all__ = ["attention"]

_INPUTS = ("query", "key", "value")
_MAPPED = ("kernel", "bias")


def attention(own: dict[str, dict[str, Any]]) -> list[Part]:
    """Three kernels (width, heads, size) stacked are in_proj_weight (3 width, width).

    `own` holds the variables of the four projections, by the projection's name. What else a projection has (a
    low-rank adapter's factors) is kept as it is. Empty where PyTorch has no such attention: heads * size
    differs from the width, or other projections take part.
    """
    if set(own) != {*_INPUTS, "attention_output"}:
        return []
    output = own["attention_output"]
    width = output["kernel"].shape[-1]
    shapes = {tuple(own[name]["kernel"].shape) for name in _INPUTS}
    heads, size, _ = output["kernel"].shape if len(output["kernel"].shape) == 3 else (0, 0, 0)
    if shapes != {(width, heads, size)} or heads * size != width:
        return []

    def read(*kernels: Array) -> tuple[Array]:
        return (np.concatenate([kernel.reshape(width, width).T for kernel in kernels]),)

    def write(stacked: Array) -> Sequence[Array]:
        return [part.T.reshape(width, heads, size) for part in np.split(stacked, 3)]

    def read_bias(*biases: Array) -> tuple[Array]:
        return (np.concatenate([bias.reshape(width) for bias in biases]),)

    def write_bias(stacked: Array) -> Sequence[Array]:
        return [part.reshape(heads, size) for part in np.split(stacked, 3)]

    parts = [
        Part(tuple(own[name]["kernel"] for name in _INPUTS), ("in_proj_weight",), read, write),
        Part(
            (output["kernel"],),
            ("out_proj.weight",),
            lambda kernel: (kernel.reshape(width, width).T,),
            lambda weight: (weight.T.reshape(heads, size, width),),
        ),
    ]
    if "bias" in output:
        biases = tuple(own[name]["bias"] for name in _INPUTS)
        parts.append(Part(biases, ("in_proj_bias",), read_bias, write_bias))
        parts.append(Part((output["bias"],), ("out_proj.bias",), lambda b: (b,), lambda b: (b,)))
    more = [(f"{name}.{key}", own[name][key]) for name in own for key in own[name] if key not in _MAPPED]
    return parts + [plain(variable, name) for name, variable in more]
