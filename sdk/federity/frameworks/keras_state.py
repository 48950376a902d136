"""What the answers of a Keras layer depend on beside its weights.

State that follows from weights is made anew when they are loaded. Words and bins that a layer looks up are no
weights and do not change: their digest is a constant, so that weights are never loaded beside other ones.
Variables that Keras does not see are refused: it would not save them either.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any, Final

import keras
import numpy as np
from keras import layers

from ..errors import ModelError
from .layouts import Part
from .readback import same_bits

__all__ = ["inner_layers", "looked_up", "looks_up", "require_tracked", "settle"]

_LOOKUPS: Final = (layers.StringLookup, layers.IntegerLookup, layers.TextVectorization)
_OWN: Final = ("keras", "keras_hub", "tensorflow", "numpy", "builtins")
"""Libraries whose objects keep no weights out of sight; the tokenizers of KerasHub come with a preset."""

_NOTES: Final = "_self_"
"""How names of attributes start in which TensorFlow notes what it thinks of other attributes."""

_DEEP: Final = 6
"""Levels of lists and objects that are looked into."""


def inner_layers(layer: Any) -> list[Any]:
    """Return a layer and all that are inside it."""
    # Keras has no public list of the layers inside a layer that is not a model.
    return list(layer._flatten_layers())


def looks_up(layer: Any) -> bool:
    """Tell whether a layer, or one inside it, looks words or bins up."""
    return any(isinstance(inner, (*_LOOKUPS, layers.Discretization)) for inner in inner_layers(layer))


def looked_up(layer: Any) -> list[Part]:
    """Return the digest of what a layer itself looks up, as a tensor of 32 bytes; empty for most."""
    if isinstance(layer, layers.Discretization):
        return [_digest("bin_boundaries", [float(side) for side in layer.bin_boundaries or ()])]
    if isinstance(layer, _LOOKUPS):
        inner = getattr(layer, "_lookup_layer", layer)
        weights = getattr(inner, "idf_weights_const", None)
        words = [word.item() if isinstance(word, np.generic) else word for word in layer.get_vocabulary()]
        return [_digest("vocabulary", [words, [] if weights is None else np.asarray(weights).tolist()])]
    return []


def settle(model: Any) -> None:
    """Let layers take note of what was written to their variables, and compiled functions forget what was.

    Raises whatever a layer's own loader raises.
    """
    noted = False
    for layer in inner_layers(model):
        if layer.weights and hasattr(layer, "finalize_state"):
            layer.finalize_state()
            noted = True
        if _of_user(layer, "load_own_variables"):
            store: dict[str, Any] = {}
            layer.save_own_variables(store)
            layer.load_own_variables(store)
            noted = True
    if noted:
        for inner in inner_layers(model):
            for name in ("train_function", "test_function", "predict_function"):
                if isinstance(inner, keras.Model) and getattr(inner, name, None) is not None:
                    setattr(inner, name, None)


def require_tracked(model: Any) -> None:
    """Raise ModelError, naming it, for state that Keras would save beside weights, or not at all."""
    for layer in inner_layers(model):
        where = layer.path if layer.path else layer.name
        if _of_user(layer, "save_assets"):
            raise ModelError(
                f"layer {where} keeps assets beside its weights (save_assets), which cannot be versioned",
                hint="Pass the part of the model that has the weights.",
            )
        if _of_user(layer, "save_own_variables"):
            store: dict[str, Any] = {}
            layer.save_own_variables(store)
            held = [np.asarray(variable.numpy()) for variable in layer.weights]
            for name, value in store.items():
                if not any(same_bits(np.asarray(value), array) for array in held):
                    raise ModelError(
                        f"layer {where} saves {name!r} beside its weights, which cannot be versioned",
                        hint="Hold it in a weight of the layer (add_weight).",
                    )
    known = {id(variable) for variable in model.variables}
    known |= {id(variable.value) for variable in model.variables}
    for layer in inner_layers(model):
        if isinstance(layer, _LOOKUPS):
            continue
        for name, value in vars(layer).items():
            if isinstance(layer, layers.RNN) and name == "states":
                continue  # where a sequence of calls stands
            for path in _unknown(value, name, known, set(), 0):
                raise ModelError(
                    f"{path} of layer {layer.name} is a variable that Keras does not track nor save",
                    hint="Make it with add_weight, or set it as a keras.Variable on the layer itself.",
                )


def _unknown(value: Any, path: str, known: set[int], seen: set[int], depth: int) -> Iterator[str]:
    """Where variables are that are none of the model's, in what a layer holds out of Keras's sight."""
    if id(value) in seen or depth > _DEEP or path.rpartition(".")[2].startswith(_NOTES):
        return
    seen.add(id(value))
    tensorflow = sys.modules.get("tensorflow")
    if isinstance(value, keras.Variable) or (tensorflow and isinstance(value, tensorflow.Variable)):
        if id(value) not in known:
            yield path
        return
    inside: Mapping[Any, Any] = {}
    if isinstance(value, Mapping):
        inside = value
    elif isinstance(value, list | tuple | set | frozenset):
        inside = dict(enumerate(value))
    elif isinstance(value, FunctionType):
        cells = zip(value.__code__.co_freevars, value.__closure__ or (), strict=False)
        inside = {name: cell.cell_contents for name, cell in cells if _filled(cell)}
    elif tensorflow and isinstance(value, tensorflow.Module):
        inside = vars(value)
    elif type(value).__module__.split(".")[0] not in _OWN and not isinstance(value, type | layers.Layer):
        inside = getattr(value, "__dict__", {})
    for name, item in inside.items():
        yield from _unknown(item, f"{path}.{name}", known, seen, depth + 1)


def _filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:  # a name that has no value yet
        return False


def _of_user(layer: Any, method: str) -> bool:
    """Tell whether a layer's method is of neither Keras nor KerasHub."""
    module = str(getattr(getattr(type(layer), method, None), "__module__", "keras"))
    return module.split(".")[0] not in _OWN


def _digest(name: str, what: Any) -> Part:
    digest = np.frombuffer(hashlib.sha256(json.dumps(what).encode()).digest(), np.uint8)
    return Part((), (name,), lambda: (digest,), lambda _: (), fixed=True)
