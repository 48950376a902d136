"""The smallest piece that maps: some variables of a layer that are some tensors in canonical layout."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...objects.dtypes import Array

__all__ = ["Own", "Part", "permuted", "plain", "renamed", "same"]

Own = dict[str, Any]
"""A layer's own variables by name; a rule takes out what it maps."""


@dataclass(frozen=True, slots=True)
class Part:
    """Variables of a layer and the tensors they are, by names relative to the layer.

    `read` takes the variables' arrays, in order, and returns the tensors' arrays, in order; `write` is its
    inverse. Most parts are one to one. A `buffer` holds running statistics. What is `fixed` is no weights: it
    can only be compared.
    """

    variables: tuple[Any, ...]
    names: tuple[str, ...]
    read: Callable[..., Sequence[Array]]
    write: Callable[..., Sequence[Array]]
    buffer: bool = False
    fixed: bool = False


def same(*arrays: Array) -> Sequence[Array]:
    """Return the arrays as they are."""
    return arrays


def plain(variable: Any, name: str, *, buffer: bool = False) -> Part:
    """One variable that is one tensor of the same layout."""
    return Part((variable,), (name,), same, same, buffer)


def renamed(own: Own, names: dict[str, str], *, buffer: bool = False) -> list[Part]:
    """Take the named variables, those that the layer has, as tensors of other names and the same layout."""
    return [plain(own.pop(old), new, buffer=buffer) for old, new in names.items() if old in own]


def permuted(variable: Any, name: str, axes: Sequence[int]) -> Part:
    """One variable whose axes, in the order `axes`, are the tensor's."""
    order = tuple(axes)
    back = tuple(order.index(axis) for axis in range(len(order)))
    return Part(
        (variable,),
        (name,),
        lambda array: (np.transpose(array, order),),
        lambda array: (np.transpose(array, back),),
    )
