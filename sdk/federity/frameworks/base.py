"""What a framework's adapter does, and which adapter a model has.

Canonical layout is PyTorch's: weights of dense layers are (out, in), of convolutions (out, in, *kernel). An
adapter of a framework with other layouts or names maps both ways, so that the same weights are the same
tensors wherever they come from.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import ModelError
from .named import Named, NamedAdapter

if TYPE_CHECKING:
    from ..objects.tensors import Tensor

__all__ = ["Adapter", "FileAdapter", "Model", "adapter_for", "file_adapter"]

Model = Any
"""A live model of a supported framework, a mapping of names to numpy arrays, or a safetensors file's path."""


class Adapter(Protocol):
    """Reads and writes the tensors of one kind of model. Knows nothing of deltas or chains."""

    def tensors(self, model: Model, names: Container[str] = ()) -> Mapping[str, Tensor]:
        """Return all tensors by name, in canonical layout; tied tensors once.

        Of a tied tensor's names it is the one in `names`, and otherwise the one that its library writes to
        files. Of a live model they are copies; of a file they are read when they are used.

        Raises ModelError when the model holds something that is not a plain tensor, BadModelFile for a bad
        file.
        """
        ...

    def buffers(self, model: Model) -> frozenset[str]:
        """Return all names of tensors that are not trained (running statistics), if the model tells."""
        ...

    def load(self, model: Model, tensors: Mapping[str, Tensor]) -> None:
        """Give the model these tensors, in place and all or nothing; it then holds them bit for bit.

        Raises ManifestMismatch, naming tensors that are missing, unexpected or of another shape or dtype,
        and ModelError, naming those that the model's framework cannot write, with the model as it was.
        """
        ...


class FileAdapter(Adapter, Protocol):
    """An adapter of weights in a file."""

    def require_writable(self, model: Path) -> None:
        """Raise BadModelFile unless weights are written to files of this name."""
        ...

    def replace(
        self, model: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str] | None = None
    ) -> None:
        """Write the file anew and whole, whatever it held; `header` are the texts beside the tensors."""
        ...


def adapter_for(model: Model) -> Adapter:
    """Return the adapter of a model; raises ModelError when there is none.

    A framework is asked only when the program has imported it: without it there can be no such model.
    """
    if isinstance(model, str | PathLike):
        return file_adapter(Path(model))
    if isinstance(model, Named):
        return NamedAdapter()
    torch = sys.modules.get("torch")
    if torch is not None and _of_torch(torch, model):
        from .torch import TorchAdapter

        return TorchAdapter()
    if isinstance(model, Mapping):
        from .arrays import ArraysAdapter

        return ArraysAdapter()
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(model, keras.layers.Layer):
        from .keras import KerasAdapter

        return KerasAdapter()
    raise ModelError(
        f"a {type(model).__name__} is not a model that can be versioned",
        hint="Pass a torch.nn.Module or its state_dict(), a keras.Model, a dict of numpy arrays, or the path "
        f"of a safetensors file such as {Path('model.safetensors')}.",
    )


def file_adapter(path: Path) -> FileAdapter:
    """Return the adapter of a file of weights."""
    from . import keras_folder

    if path.name == keras_folder.WEIGHTS and keras_folder.is_one(path.parent):
        return keras_folder.KerasFolderAdapter()
    from .safetensors import SafetensorsAdapter

    return SafetensorsAdapter()


def _of_torch(torch: Any, model: Model) -> bool:
    """Tell whether it is a module, or a mapping with tensors of PyTorch as a state_dict is."""
    if isinstance(model, Mapping):
        return any(isinstance(value, torch.Tensor) for value in model.values())
    return isinstance(model, torch.nn.Module)
