"""Convolutions: torch.nn.ConvNd and ConvTransposeNd, grouped and depthwise ones included."""

from typing import Any

from ...objects.dtypes import Array
from .part import Own, Part, permuted, renamed

__all__ = ["convolution", "depthwise", "separable"]


def convolution(own: Own) -> list[Part]:
    """A kernel (*window, in, out) is a weight (out, in, *window); a transposed one has in and out swapped."""
    kernel = [_kernel(own.pop("kernel"), "weight")] if "kernel" in own else []
    return kernel + renamed(own, {"bias": "bias"})


def depthwise(own: Own) -> list[Part]:
    """A kernel (*window, in, multiplier) is the weight (in * multiplier, 1, *window) of `in` groups."""
    kernel = [_depthwise(own.pop("kernel"), "weight")] if "kernel" in own else []
    return kernel + renamed(own, {"bias": "bias"})


def separable(own: Own) -> list[Part]:
    """Two convolutions, `depthwise` without and `pointwise` with the bias."""
    return [
        _depthwise(own.pop("depthwise_kernel"), "depthwise.weight"),
        _kernel(own.pop("pointwise_kernel"), "pointwise.weight"),
        *renamed(own, {"bias": "pointwise.bias"}),
    ]


def _kernel(variable: Any, name: str) -> Part:
    rank = len(variable.shape)
    return permuted(variable, name, (rank - 1, rank - 2, *range(rank - 2)))


def _depthwise(variable: Any, name: str) -> Part:
    *window, channels, multiplier = variable.shape
    rank = len(variable.shape)

    def read(array: Array) -> tuple[Array]:
        moved = array.transpose(rank - 2, rank - 1, *range(rank - 2))
        return (moved.reshape(channels * multiplier, 1, *window),)

    def write(array: Array) -> tuple[Array]:
        return (array.reshape(channels, multiplier, *window).transpose(*range(2, rank), 0, 1),)

    return Part((variable,), (name,), read, write)
