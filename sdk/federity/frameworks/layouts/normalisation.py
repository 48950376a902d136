"""Normalisation over batch, layer, group or root mean square: the same vectors under other names."""

import numpy as np

from ...objects.dtypes import Array
from .part import Own, Part, renamed

__all__ = ["normalisation"]


def normalisation(own: Own) -> list[Part]:
    """Scale, offset and running statistics.

    PyTorch also counts the batches it has seen and Keras does not: here the count is always 0. It is a
    constant of the lineage, so nothing depends on it.
    """
    learnt = renamed(own, {"gamma": "weight", "scale": "weight", "beta": "bias"})
    running = renamed(own, {"moving_mean": "running_mean", "moving_variance": "running_var"}, buffer=True)
    return learnt + running + ([Part((), ("num_batches_tracked",), _zero, _nothing, True)] if running else [])


def _zero() -> tuple[Array]:
    return (np.zeros((), np.int64),)


def _nothing(_: Array) -> tuple[Array, ...]:
    return ()
