"""A keras.Model, or a single layer, as a model.

Layers are mapped one by one to the modules of PyTorch that compute the same function (`layouts`): tensor by
tensor the same weights have the same names, shapes and bits. What maps is weights; how a model orders its
activations is its own matter. So before a dense layer that follows a Flatten of images put
`Permute((3, 1, 2))`, which makes the order of features PyTorch's, and give batch normalisation PyTorch's
epsilon and momentum if it is to be the same function.

The name of a layer is, in this order: the one its user gave it; the attribute that holds it; the one Keras
would give it in a fresh process (`conv2d`, `conv2d_1`), whatever else this process has built.
`federity.frameworks.Named` maps names that differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from typing import Any

import keras
import numpy as np
from keras import layers

from ..errors import ManifestMismatch, ModelError
from ..objects.differences import NOT_FITTING, require_same, shapes
from ..objects.dtypes import Array, dtype_name
from ..objects.tensors import Tensor
from ..objects.type_names import FLOATS
from . import layouts
from .keras_names import children, inside, joined
from .keras_state import looked_up, require_tracked, settle
from .layouts import Part
from .readback import same_bits, written

__all__ = ["KerasAdapter"]

_RULES: dict[type, Callable[[dict[str, Any]], list[Part]]] = {
    layers.Dense: layouts.dense,
    layers.Embedding: layouts.embedding,
    layers.Conv1D: layouts.convolution,
    layers.Conv2D: layouts.convolution,
    layers.Conv3D: layouts.convolution,
    layers.Conv1DTranspose: layouts.convolution,
    layers.Conv2DTranspose: layouts.convolution,
    layers.Conv3DTranspose: layouts.convolution,
    layers.DepthwiseConv1D: layouts.depthwise,
    layers.DepthwiseConv2D: layouts.depthwise,
    layers.SeparableConv1D: layouts.separable,
    layers.SeparableConv2D: layouts.separable,
    layers.LayerNormalization: layouts.normalisation,
    layers.GroupNormalization: layouts.normalisation,
    layers.RMSNormalization: layouts.normalisation,
}
# Rules of layers that remember, beside their variables, what they were loaded with.
_REMEMBERING: dict[type, Callable[[dict[str, Any], Any, str], list[Part]]] = {
    layers.BatchNormalization: layouts.batch_normalisation,
    layers.LSTM: layouts.lstm,
    layers.LSTMCell: layouts.lstm,
    layers.GRU: layouts.gru,
    layers.GRUCell: layouts.gru,
    layers.SimpleRNN: layouts.simple_rnn,
    layers.SimpleRNNCell: layouts.simple_rnn,
}


class KerasAdapter:
    """Reads a model's weights and assigns them in place. Seeds, metrics and optimisers are not weights."""

    def tensors(self, model: keras.layers.Layer, names: Container[str] = ()) -> dict[str, Array]:
        """Return copies in canonical layout, in the order of the model's layers.

        Raises ModelError for a model that is not built yet and for what cannot be versioned.
        """
        return {name: array for _, found in _read(model) for name, array in found.items()}

    def buffers(self, model: keras.layers.Layer) -> frozenset[str]:
        """Return the names of running statistics and other variables that training does not move."""
        return frozenset(name for part, found in _read(model) if part.buffer for name in found)

    def load(self, model: keras.layers.Layer, tensors: Mapping[str, Tensor]) -> None:
        """Assign the tensors to the model's variables, let its layers take note, read back and compare.

        Raises ModelError with everything as it was before when something does not arrive, ManifestMismatch
        when a layer looks up other words or bins than those the weights were made with.
        """
        own = list(_read(model))
        before = {name: array for _, found in own for name, array in found.items()}
        require_same(shapes(before), shapes(tensors), NOT_FITTING)
        wanted = {name: np.asarray(tensors[name]) for name in before}
        for name in (name for part, found in own if part.fixed for name in found):
            if not same_bits(before[name], wanted[name]):
                raise ManifestMismatch(
                    f"{name} of the model is another than the weights were made with",
                    hint="Give the layer the same one: its author knows it, weights hold its digest alone.",
                )

        def write() -> list[str]:
            _write(model, own, wanted)
            return _differing(model, wanted)

        written(
            "Keras",
            write,
            lambda: _put_back(model, own, before),
            why="its layers do not hold what is assigned to them",
            hint="Look at what assigns to these variables, or at load_own_variables of their layers.",
        )


def _write(model: Any, parts: list[tuple[Part, dict[str, Array]]], tensors: Mapping[str, Array]) -> None:
    for part, found in parts:
        values = part.write(*(tensors[name] for name in found))
        for variable, value in zip(part.variables, values, strict=True):
            variable.assign(np.ascontiguousarray(value).reshape(value.shape))
    settle(model)


def _differing(model: Any, wanted: Mapping[str, Array]) -> list[str]:
    """The names of tensors that the model does not hold bit for bit."""
    found = {name: array for _, own in _read(model) for name, array in own.items()}
    return [name for name in wanted if name not in found or not same_bits(found[name], wanted[name])]


def _put_back(model: Any, parts: list[tuple[Part, dict[str, Array]]], before: Mapping[str, Array]) -> str:
    """Restore what was there; says so when that is not possible either."""
    with suppress(Exception):  # what refused the new values may refuse the old ones
        _write(model, parts, before)
    lost = _differing(model, before)
    return f" and {lost[0]} could not be put back as it was" if lost else ""


def _read(model: keras.layers.Layer) -> Iterator[tuple[Part, dict[str, Array]]]:
    """Each part of the model with its tensors by canonical name; refuses what cannot be versioned."""
    if not model.weights:
        raise ModelError(
            f"the {type(model).__name__} {model.name!r} has no weights yet",
            hint="Build it, or call it once on an input, before it is loaded or committed.",
        )
    require_tracked(model)
    names: Counter[str] = Counter()
    read: set[int] = set()
    for path, part in _parts(model, "", set()):
        if part.variables and all(id(variable) in read for variable in part.variables):
            continue
        read.update(id(variable) for variable in part.variables)
        full = [joined(path, name) for name in part.names]
        arrays = part.read(*(_array(variable, full[0]) for variable in part.variables))
        names.update(full)
        if twice := [name for name in full if names[name] > 1]:
            raise ModelError(
                f"two tensors of the model are named {twice[0]}", hint="Give the layers different names."
            )
        yield part, {n: np.array(a, order="C") for n, a in zip(full, arrays, strict=True)}
    if lost := [variable.path for variable in model.weights if id(variable) not in read]:
        raise ModelError(
            f"{lost[0]} is in a layer whose other variables map to PyTorch's, and it does not",
            hint="Hold it in a layer of its own.",
        )


def _array(variable: Any, name: str) -> Array:
    array: Array = np.asarray(variable.numpy())
    dtype = dtype_name(array.dtype)
    if dtype is None or (variable.trainable and dtype not in FLOATS):
        what = f"trainable {array.dtype}" if variable.trainable else str(array.dtype)
        raise ModelError(f"{name} is a {what}, which cannot be versioned")
    return array


def _parts(layer: Any, path: str, seen: set[int]) -> Iterator[tuple[str, Part]]:
    """All parts of a layer and of those inside it, each layer once, with the module they are in."""
    if id(layer) in seen:
        return
    seen.add(id(layer))
    if isinstance(layer, layers.TimeDistributed):
        yield from _parts(layer.layer, path, seen)
        return
    if getattr(layer, "quantization_mode", None):
        raise ModelError(
            f"layer {path or layer.name} is quantised ({layer.quantization_mode}) and cannot be versioned",
            hint="Version the model as it is before quantisation.",
        )
    if fixed := looked_up(layer):
        yield from ((path, part) for part in fixed)
        return
    if composite := _composite(layer):
        yield from ((path, part) for part in composite)
        return
    own = _own(layer)
    rule = next((_RULES[kind] for kind in type(layer).__mro__ if kind in _RULES), None)
    parts = rule(own) if rule else _cell(layer, own, "")
    yield from ((path, part) for part in parts)
    for name, variable in own.items():
        yield path, layouts.plain(variable, name, buffer=layer.trainable and not variable.trainable)
    for name, child in children(layer):
        yield from _parts(child, joined(path, name), seen)


def _composite(layer: Any) -> list[Part]:
    """The parts of a layer whose inner layers are one module of PyTorch; empty for all others."""
    if isinstance(layer, layers.Bidirectional):
        forward = _sequence(layer.forward_layer, "_l0")
        backward = _sequence(layer.backward_layer, "_l0_reverse")
        return forward + backward if forward and backward else []
    if isinstance(layer, layers.MultiHeadAttention):
        return layouts.attention({child.name: _own(child) for child in inside(layer) if child.weights})
    return _sequence(layer, "_l0")


def _sequence(layer: Any, suffix: str) -> list[Part]:
    return _cell(layer, _own(layer.cell), suffix) if isinstance(layer, layers.RNN) else []


def _cell(layer: Any, own: dict[str, Any], suffix: str) -> list[Part]:
    rule = next((_REMEMBERING[kind] for kind in type(layer).__mro__ if kind in _REMEMBERING), None)
    return rule(own, getattr(layer, "cell", layer), suffix) if rule and own else []


def _own(layer: Any) -> dict[str, Any]:
    """The variables of a layer itself, without those of the layers inside it."""
    below = {id(variable) for child in inside(layer) for variable in child.weights}
    own: dict[str, Any] = {}
    for variable in layer.weights:
        if id(variable) not in below:
            if variable.name in own:
                raise ModelError(
                    f"layer {layer.name} has two variables named {variable.name}",
                    hint="Give them different names in add_weight.",
                )
            own[variable.name] = variable
    return own
