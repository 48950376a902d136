"""Where layers of Keras are inside others, and what they are called there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from keras import layers
from keras.utils import FeatureSpace

from .keras_state import looks_up

__all__ = ["children", "inside", "joined"]


def inside(layer: Any) -> list[Any]:
    """Return the layers directly inside a layer."""
    # Keras has no public list of the layers inside a layer that is not a model.
    return list(layer._flatten_layers(include_self=False, recursive=False))


def children(layer: Any) -> Iterator[tuple[str, Any]]:
    """Return the layers directly inside, by names that do not depend on what else the process has built."""
    held = _attributes(layer)
    # A space of features counts, over the whole process, those that it names itself.
    counted = isinstance(layer, FeatureSpace)
    counts: Counter[str] = Counter()
    for child in inside(layer):
        kind = _snake(type(child).__name__)
        if not counted and not re.fullmatch(rf"{kind}(_\d+)?", child.name):
            yield child.name, child
        elif id(child) in held:
            yield held[id(child)], child
        elif child.weights or looks_up(child):
            counts[kind] += 1
            yield f"{kind}_{counts[kind] - 1}" if counts[kind] > 1 else kind, child


def _attributes(layer: Any) -> dict[int, str]:
    """Where a layer holds other layers: attributes, and positions in lists or keys in dicts that are ones."""
    found: dict[int, str] = {}
    for name, value in vars(layer).items():
        if name.startswith("_"):
            continue
        items: dict[Any, Any] = {"": value}
        if isinstance(value, Mapping):
            items = dict(value)
        elif isinstance(value, list | tuple):
            items = dict(enumerate(value))
        for key, item in items.items():
            if isinstance(item, layers.Layer):
                found.setdefault(id(item), joined(name, str(key)))
    return found


def _snake(name: str) -> str:
    """The name that Keras makes of a class's."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def joined(path: str, name: str) -> str:
    """Return the name of something in a module."""
    return f"{path}.{name}" if path and name else path or name
