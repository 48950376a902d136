"""A safetensors file as a model."""

from collections.abc import Container, Mapping
from os import PathLike
from pathlib import Path

from ..errors import BadModelFile
from ..files import write_atomically
from ..objects.blob import BlobFile
from ..objects.container import read, stream
from ..objects.differences import NOT_FITTING, require_same, shapes
from ..objects.tensors import Tensor
from ..progress import passing
from .headers import header_of
from .mistakes import refuse_optimiser
from .other_formats import SUFFIXES, refuse_others
from .statistics_names import statistics_among

__all__ = ["SafetensorsAdapter"]


class SafetensorsAdapter:
    """Reads and replaces whole files. Formats that can run code when they are opened are refused unopened."""

    def tensors(self, model: str | PathLike[str], names: Container[str] = ()) -> dict[str, Tensor]:
        """Return the file's tensors, each read when it is used.

        Raises BadModelFile for what is not sound, FileUnavailable for what cannot be read now.

        They stay those of this file when another takes its name; one that is written over in place changes.
        """
        path = Path(model)
        refuse_others(path)
        data = BlobFile(path)
        container = read(data, error=BadModelFile, what=str(path))
        refuse_optimiser(container.tensors, f"the tensors of {path}")
        return container.tensors

    def buffers(self, model: str | PathLike[str]) -> frozenset[str]:
        """Return running statistics, which their names tell: a file says no more of how tensors are used."""
        return statistics_among(self.tensors(model))

    def load(
        self,
        model: str | PathLike[str],
        tensors: Mapping[str, Tensor],
        header: Mapping[str, str] | None = None,
    ) -> None:
        """Replace the file atomically; one that exists must hold the same names, shapes and dtypes.

        `header` are the texts beside the tensors.
        """
        path = Path(model)
        self.require_writable(path)
        if path.exists():
            require_same(shapes(self.tensors(path)), shapes(tensors), NOT_FITTING)
        self.replace(path, tensors, header)

    def require_writable(self, model: Path) -> None:
        """Raise BadModelFile for a name that says another format."""
        if kind := SUFFIXES.get(model.suffix.lower()):
            raise BadModelFile(f"{model} would be {kind}; only safetensors files are written")

    def replace(
        self, model: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str] | None = None
    ) -> None:
        """Replace the file atomically, whatever it held."""
        size = sum(tensor.size * tensor.dtype.itemsize for tensor in tensors.values())
        parts = passing(
            "writing weights",
            stream(tensors, header_of({}) if header is None else header),
            size,
            len,
            "bytes",
        )
        write_atomically(model, parts, private=False)
