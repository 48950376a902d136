"""Normalisation over batch, layer, group or root mean square: the same vectors under other names."""

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ...objects.dtypes import Array
from .part import Own, Part, renamed

__all__ = ["batch_normalisation", "normalisation"]

_counts: "WeakKeyDictionary[Any, Array]" = WeakKeyDictionary()
"""How many batches a layer's running statistics are of, as it was loaded."""


def normalisation(own: Own) -> list[Part]:
    """Scale and offset."""
    return renamed(own, {"gamma": "weight", "scale": "weight", "beta": "bias"})


def batch_normalisation(own: Own, layer: Any, suffix: str) -> list[Part]:
    """Scale, offset and running statistics.

    PyTorch also counts the batches it has seen and Keras does not: a layer remembers the count that it was
    loaded with, and has 0 before.
    """
    running = {"moving_mean": f"running_mean{suffix}", "moving_variance": f"running_var{suffix}"}

    def read() -> tuple[Array]:
        return (_counts.get(layer, np.zeros((), np.int64)),)

    def write(count: Array) -> tuple[Array, ...]:
        _counts[layer] = count.copy()
        return ()

    counted = Part((), (f"num_batches_tracked{suffix}",), read, write, buffer=True)
    return [*normalisation(own), *renamed(own, running, buffer=True), counted]
