"""A mapping of names to numpy arrays as a model."""

from collections.abc import Container, Mapping, MutableMapping
from typing import Any

import numpy as np

from ..errors import ModelError
from ..objects.differences import NOT_FITTING, require_same, shapes
from ..objects.dtypes import DTYPES, Array, dtype_name
from ..objects.tensors import Tensor
from .mistakes import refuse_optimiser
from .readback import not_arrived, same_bits
from .statistics_names import statistics_among

__all__ = ["ArraysAdapter"]


class ArraysAdapter:
    """Takes arrays as they are; their layout is the canonical one."""

    def tensors(self, model: Mapping[str, Any], names: Container[str] = ()) -> dict[str, Array]:
        """Return row-major, little-endian copies; raises ModelError for what is no storable array."""
        refuse_optimiser(model, "the arrays")
        found: dict[str, Array] = {}
        for name, array in model.items():
            dtype = dtype_name(array.dtype) if isinstance(array, np.ndarray) else None
            if not isinstance(name, str) or dtype is None:
                kind = getattr(array, "dtype", type(array).__name__)
                inside = f"Pass what is in it: model[{name!r}]." if isinstance(array, Mapping) else ""
                raise ModelError(
                    f"{name!r} is a {kind}, not an array of {', '.join(DTYPES)}",
                    hint=inside or "Pass the model itself, or its weights as numpy arrays by name.",
                )
            found[name] = _plain(array).copy()
        return found

    def buffers(self, model: Mapping[str, Any]) -> frozenset[str]:
        """Return running statistics, which their names tell: arrays say no more of how they are used."""
        return statistics_among(model)

    def load(self, model: Any, tensors: Mapping[str, Tensor]) -> None:
        """Copy into the arrays of a mutable mapping; an empty one is filled."""
        if not isinstance(model, MutableMapping):
            raise ModelError(
                f"a {type(model).__name__} cannot be written to", hint="Pass a dict of numpy arrays."
            )
        if model:
            require_same(shapes(self.tensors(model)), shapes(tensors), NOT_FITTING)
        made = {name: np.array(tensor) for name, tensor in tensors.items()}
        before = {name: (array, array.copy()) for name, array in model.items()}
        for name, array in made.items():
            if name in model and model[name].flags.writeable:
                model[name][...] = array
            else:
                model[name] = array
        if lost := [name for name, array in made.items() if not same_bits(array, _plain(model[name]))]:
            for name, (held, values) in before.items():
                if held.flags.writeable:
                    held[...] = values
                model[name] = held
            raise not_arrived(lost, "", "arrays share memory and cannot hold it", "Copy the arrays first.")


def _plain(array: Array) -> Array:
    """The array in canonical layout: row-major and little-endian."""
    return np.asarray(array, dtype=DTYPES[dtype_name(array.dtype) or ""], order="C")
