"""Recurrent layers: torch.nn.LSTM, GRU and RNN, one layer and direction each.

The gates of an LSTM have one order in both (input, forget, cell, output). Those of a GRU do not: update,
reset, new in Keras; reset, update, new in PyTorch.

PyTorch adds two biases to the gates of an LSTM and of a plain RNN, Keras one. A variable that was loaded
from two remembers the second, so that loading and reading are inverse to the bit; training then moves the
first. One that was never loaded has a second bias of zero.
"""

from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ...objects.dtypes import Array
from .part import Own, Part

__all__ = ["gru", "lstm", "simple_rnn"]

_Loaded = tuple[Array, Array]
_loaded: "WeakKeyDictionary[Any, _Loaded]" = WeakKeyDictionary()
"""The two biases that a cell was loaded with."""


def lstm(own: Own, cell: Any, suffix: str) -> list[Part]:
    """Kernels (in, 4 units) are weights (4 units, in)."""
    return _weights(own, suffix, _turned, _turned) + _one_bias(own, cell, suffix)


simple_rnn = lstm


def gru(own: Own, cell: Any, suffix: str) -> list[Part]:
    """As an LSTM, with gates reordered and both biases, (2, 3 units) in Keras.

    Without `reset_after` the function is another one than PyTorch's: such a cell is left as it is.
    """
    if not getattr(cell, "reset_after", False):
        return []
    parts = _weights(own, suffix, lambda a: _reordered(a.T), lambda a: _reordered(a).T)
    if "bias" in own:
        names = (f"bias_ih{suffix}", f"bias_hh{suffix}")
        parts.append(Part((own.pop("bias"),), names, _split, _joined))
    return parts


def _turned(array: Array) -> Array:
    return array.T


def _reordered(array: Array) -> Array:
    """Swap the first two of three gates, which lie along the first axis; its own inverse."""
    first, second, third = np.split(array, 3)
    return np.concatenate([second, first, third])


def _split(bias: Array) -> tuple[Array, ...]:
    return tuple(_reordered(row) for row in bias)


def _joined(inner: Array, hidden: Array) -> tuple[Array]:
    return (np.stack([_reordered(inner), _reordered(hidden)]),)


def _weights(own: Own, suffix: str, read: Any, write: Any) -> list[Part]:
    names = {"kernel": f"weight_ih{suffix}", "recurrent_kernel": f"weight_hh{suffix}"}
    return [
        Part((own.pop(old),), (new,), lambda a: (read(a),), lambda a: (write(a),))
        for old, new in names.items()
    ]


def _one_bias(own: Own, cell: Any, suffix: str) -> list[Part]:
    if "bias" not in own:
        return []

    def read(bias: Array) -> tuple[Array, Array]:
        inner, hidden = _loaded.get(cell, (bias, np.zeros_like(bias)))
        moved = bias - (inner + hidden)
        return np.where(moved == 0, inner, inner + moved), hidden

    def write(inner: Array, hidden: Array) -> tuple[Array]:
        _loaded[cell] = inner.copy(), hidden.copy()
        return (inner + hidden,)

    return [Part((own.pop("bias"),), (f"bias_ih{suffix}", f"bias_hh{suffix}"), read, write)]
