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

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

import keras
import numpy as np
from keras import layers

from ..errors import ModelError
from ..objects.differences import NOT_FITTING, require_same, shapes
from ..objects.dtypes import FLOATS, Array, dtype_name
from ..objects.tensors import Tensor
from . import layouts
from .layouts import Part

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
    layers.BatchNormalization: layouts.normalisation,
    layers.LayerNormalization: layouts.normalisation,
    layers.GroupNormalization: layouts.normalisation,
    layers.RMSNormalization: layouts.normalisation,
}
_CELLS: dict[type, Callable[[dict[str, Any], Any, str], list[Part]]] = {
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
        """Assign the tensors to the model's variables."""
        own = list(_read(model))
        require_same(
            shapes({n: a for _, found in own for n, a in found.items()}), shapes(tensors), NOT_FITTING
        )
        for part, found in own:
            values = part.write(*(np.asarray(tensors[name]) for name in found))
            for variable, value in zip(part.variables, values, strict=True):
                variable.assign(np.ascontiguousarray(value).reshape(value.shape))


def _read(model: keras.layers.Layer) -> Iterator[tuple[Part, dict[str, Array]]]:
    """Each part of the model with its tensors by canonical name; refuses what cannot be versioned."""
    if not model.weights:
        raise ModelError(
            f"the {type(model).__name__} {model.name!r} has no weights yet",
            hint="Build it, or call it once on an input, before it is loaded or committed.",
        )
    names: Counter[str] = Counter()
    read: set[int] = set()
    for path, part in _parts(model, "", set()):
        if part.variables and all(id(variable) in read for variable in part.variables):
            continue
        read.update(id(variable) for variable in part.variables)
        full = [_joined(path, name) for name in part.names]
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
    if composite := _composite(layer):
        yield from ((path, part) for part in composite)
        return
    own = _own(layer)
    rule = next((_RULES[kind] for kind in type(layer).__mro__ if kind in _RULES), None)
    parts = rule(own) if rule else _cell(layer, own, "")
    yield from ((path, part) for part in parts)
    for name, variable in own.items():
        yield path, layouts.plain(variable, name, buffer=layer.trainable and not variable.trainable)
    for name, child in _children(layer):
        yield from _parts(child, _joined(path, name), seen)


def _composite(layer: Any) -> list[Part]:
    """The parts of a layer whose inner layers are one module of PyTorch; empty for all others."""
    if isinstance(layer, layers.Bidirectional):
        forward = _sequence(layer.forward_layer, "_l0")
        backward = _sequence(layer.backward_layer, "_l0_reverse")
        return forward + backward if forward and backward else []
    if isinstance(layer, layers.MultiHeadAttention):
        return layouts.attention({child.name: _own(child) for child in _inner(layer) if child.weights})
    return _sequence(layer, "_l0")


def _sequence(layer: Any, suffix: str) -> list[Part]:
    return _cell(layer, _own(layer.cell), suffix) if isinstance(layer, layers.RNN) else []


def _cell(layer: Any, own: dict[str, Any], suffix: str) -> list[Part]:
    rule = next((_CELLS[kind] for kind in type(layer).__mro__ if kind in _CELLS), None)
    return rule(own, getattr(layer, "cell", layer), suffix) if rule and own else []


def _inner(layer: Any) -> list[Any]:
    # Keras has no public list of the layers inside a layer that is not a model.
    return list(layer._flatten_layers(include_self=False, recursive=False))


def _own(layer: Any) -> dict[str, Any]:
    """The variables of a layer itself, without those of the layers inside it."""
    below = {id(variable) for child in _inner(layer) for variable in child.weights}
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


def _children(layer: Any) -> Iterator[tuple[str, Any]]:
    """The layers directly inside, by the names that do not depend on what else the process has built."""
    held = _attributes(layer)
    counts: Counter[str] = Counter()
    for child in _inner(layer):
        kind = _snake(type(child).__name__)
        if not re.fullmatch(rf"{kind}(_\d+)?", child.name):
            yield child.name, child
        elif id(child) in held:
            yield held[id(child)], child
        elif child.weights:
            counts[kind] += 1
            yield f"{kind}_{counts[kind] - 1}" if counts[kind] > 1 else kind, child


def _attributes(layer: Any) -> dict[int, str]:
    """Where a layer holds other layers: attributes, and positions in lists or keys in dicts that are ones."""
    found: dict[int, str] = {}
    for name, value in vars(layer).items():
        if name.startswith("_"):
            continue
        inside: dict[Any, Any] = {"": value}
        if isinstance(value, Mapping):
            inside = dict(value)
        elif isinstance(value, list | tuple):
            inside = dict(enumerate(value))
        for key, item in inside.items():
            if isinstance(item, layers.Layer):
                found.setdefault(id(item), _joined(name, str(key)))
    return found


def _snake(name: str) -> str:
    """The name that Keras makes of a class's."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name
