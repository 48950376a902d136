"""A safetensors file as a model."""

from collections.abc import Container, Mapping
from os import PathLike
from pathlib import Path

from ..errors import BadModelFile
from ..files import reading, write_atomically
from ..objects.blob import BlobFile
from ..objects.container import read, stream
from ..objects.differences import NOT_FITTING, require_same, shapes
from ..objects.tensors import Tensor
from ..progress import passing
from .mistakes import refuse_optimiser

__all__ = ["SafetensorsAdapter"]

_MAGIC = {
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"PK\x03\x04": "a zip archive, as torch.save writes it",
    b"\x89HDF": "an HDF5 file, as Keras writes it",
    b"GGUF": "a GGUF file",
    b"\x93NUMPY": "a NumPy array",
}
_SUFFIXES = {
    ".bin": "a pickle by its name",
    ".pt": "a pickle by its name",
    ".pth": "a pickle by its name",
    ".ckpt": "a pickle by its name",
    ".pkl": "a pickle by its name",
    ".pickle": "a pickle by its name",
    ".npz": "a zip archive by its name",
    ".zip": "a zip archive by its name",
    ".h5": "an HDF5 file by its name",
    ".keras": "a zip archive by its name",
    ".onnx": "an ONNX graph by its name",
}
_HINT = "Load it where you trust it and save the weights with safetensors.torch.save_file."
_KERAS_HINT = "Load it in Keras where you trust it, and pass the model itself."


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
        """Return nothing: a file does not say how its tensors are used."""
        return frozenset()

    def load(self, model: str | PathLike[str], tensors: Mapping[str, Tensor]) -> None:
        """Replace the file atomically; one that exists must hold the same names, shapes and dtypes."""
        path = Path(model)
        if kind := _SUFFIXES.get(path.suffix.lower()):
            raise BadModelFile(f"{path} would be {kind}; only safetensors files are written")
        if path.exists():
            require_same(shapes(self.tensors(path)), shapes(tensors), NOT_FITTING)
        size = sum(tensor.size * tensor.dtype.itemsize for tensor in tensors.values())
        parts = passing("writing weights", stream(tensors, {"format": "pt"}), size, len, "bytes")
        write_atomically(path, parts)


def refuse_others(path: Path) -> None:
    """Raise BadModelFile, saying what the file is and what to do, when it is plainly another format."""
    kind = _SUFFIXES.get(path.suffix.lower())
    if kind is None and path.is_file():
        with reading(path), path.open("rb") as file:
            start = file.read(8)
        kind = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)
    if kind is not None:
        raise BadModelFile(
            f"{path} is {kind}; only safetensors files are read, which cannot hold code",
            hint=_KERAS_HINT if path.suffix.lower() in (".h5", ".keras") or "HDF5" in kind else _HINT,
        )
    if not path.is_file():
        raise BadModelFile(
            f"there is no model file {path}", hint="Save the weights there, or name another file."
        )
