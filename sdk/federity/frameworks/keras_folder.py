"""A folder as Keras saves and loads it: config.json, metadata.json, model.weights.h5.

Keras does the reading and writing, in a process of its own: it needs TensorFlow, which does not get on with
a PyTorch in the same process, and what strangers wrote (a configuration, an HDF5 file) is built and parsed
there, with little more memory than the weights take.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Container, Mapping
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Final

import numpy as np

from ..errors import BadModelFile, ConfigError
from ..objects.tensors import Tensor
from .configurations import is_keras, sound_config, without_words
from .safetensors import SafetensorsAdapter

__all__ = ["METADATA", "WEIGHTS", "KerasFolderAdapter", "add_weights", "is_one"]

WEIGHTS: Final = "model.weights.h5"
METADATA: Final = "metadata.json"

_PATIENCE = 600.0  # seconds
# One thread and few arenas: address space is then what the model needs, not what the machine's cores take.
_QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
}


def is_one(folder: Path) -> bool:
    """Tell whether Keras saved the folder: its weights and a configuration are in it."""
    return (folder / WEIGHTS).is_file() and (folder / "config.json").is_file()


class KerasFolderAdapter:
    """Reads the weights of a folder that Keras saved, named by the path of its model.weights.h5."""

    def tensors(self, model: str | PathLike[str], names: Container[str] = ()) -> dict[str, Tensor]:
        """Return the tensors in canonical layout. Raises BadModelFile, and ConfigError without Keras."""
        folder = Path(model).parent
        with tempfile.TemporaryDirectory(prefix="federity-") as scratch:
            config = sound_config(
                (folder / "config.json").read_text(encoding="utf-8"), f"config.json of {folder}"
            )
            if not is_keras(config):
                raise BadModelFile(f"config.json of {folder} is not one that Keras wrote")
            if layer := without_words(config):
                raise BadModelFile(
                    f"the words that layer {layer} looks up are not in config.json of {folder}",
                    hint="Give them to the layer as it is made, vocabulary=[...], and save the model again.",
                )
            # Keras sees the configuration that was checked, and nothing else of the folder than the weights.
            checked = Path(scratch) / folder.name
            checked.mkdir()
            (checked / "config.json").write_text(config, encoding="utf-8")
            (checked / WEIGHTS).symlink_to(Path(model).resolve())
            _run("read", checked)
            found = SafetensorsAdapter().tensors(checked / "model.safetensors")
            return {name: np.asarray(tensor) for name, tensor in found.items()}

    def buffers(self, model: str | PathLike[str]) -> frozenset[str]:
        """Return nothing, as for every file: it does not say how its tensors are used."""
        return frozenset()

    def load(self, model: str | PathLike[str], tensors: Mapping[str, Tensor]) -> None:
        """Raise BadModelFile: see `require_writable`."""
        self.require_writable(Path(model))

    def replace(
        self, model: Path, tensors: Mapping[str, Tensor], header: Mapping[str, str] | None = None
    ) -> None:
        """Raise BadModelFile: see `require_writable`."""
        self.require_writable(model)

    def require_writable(self, model: Path) -> None:
        """Raise BadModelFile: Keras's own files are only written anew, by an export."""
        raise BadModelFile(
            f"{model} is a file of Keras, which is not written in place",
            hint="Use `federity checkout COMMIT --export DIR` for a new folder that Keras loads.",
        )


def add_weights(folder: Path) -> None:
    """Add Keras's own weights and metadata to a folder with sound texts and model.safetensors.

    Raises BadModelFile when the configuration builds another model than the weights', ConfigError when Keras
    is not installed.
    """
    _run("write", folder)


def _run(verb: str, folder: Path) -> None:
    """Let a process with Keras do `verb`. Raises ConfigError, BadModelFile."""
    if not (find_spec("keras") and find_spec("tensorflow")):
        raise ConfigError(
            "A folder for Keras needs Keras, which is not installed.",
            hint="pip install 'federity[tensorflow]'",
        )
    command = [sys.executable, "-m", "federity.frameworks.keras_process", verb, str(folder)]
    try:
        done = subprocess.run(
            command, env={**os.environ, **_QUIET}, capture_output=True, text=True, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired as cause:
        raise BadModelFile(f"the model in {folder.name} takes Keras longer than ten minutes") from cause
    if done.returncode == 0:
        return
    *_, last = ["", *done.stdout.splitlines()]
    try:
        reason = str(json.loads(last)["error"])
    except (ValueError, KeyError, TypeError):
        reason = f"its process ended with code {done.returncode}; is the model larger than its weights?"
    raise BadModelFile(f"Keras cannot {verb} the model in {folder.name}: {reason}")
