"""Run as a program: reads or writes a folder of Keras, with Keras.

`keras_process read FOLDER` adds model.safetensors to a folder with config.json and model.weights.h5;
`keras_process write FOLDER` adds what Keras reads to one with config.json and model.safetensors. The
configuration must be sound. A failure is one line of JSON, `{"error": ...}`, and exit code 1.
"""

import json
import resource
import sys
from pathlib import Path

import keras
import tensorflow as tf
from keras.src.saving.serialization_lib import ObjectSharingScope

from .base import adapter_for
from .huggingface import CONFIG, NAMES, WEIGHTS
from .keras_folder import METADATA
from .keras_folder import WEIGHTS as KERAS_WEIGHTS
from .named import Named
from .safetensors import SafetensorsAdapter

_ROOM = 1 << 30  # what Keras needs beside the weights
_COPIES = 8  # the model, its initial values, the tensors in two layouts, files in memory
_LONGEST = 300  # characters of a reason


def _limit(weights: Path) -> None:
    """Let this process have little more memory than copies of the weights take."""
    pages = (
        int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else None
    )
    if pages is None:
        return
    most = pages * resource.getpagesize() + _ROOM + _COPIES * weights.stat().st_size
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _model(folder: Path) -> keras.Model:
    with ObjectSharingScope():
        made = keras.saving.deserialize_keras_object(
            json.loads((folder / CONFIG).read_text()), safe_mode=True
        )
    if not isinstance(made, keras.Model):
        raise TypeError("the configuration is not a model's")
    return made


def read(folder: Path) -> None:
    """Write the folder's weights to a safetensors file, in canonical layout."""
    _limit(folder / KERAS_WEIGHTS)
    model = keras.saving.load_model(folder, compile=False, safe_mode=True)
    SafetensorsAdapter().load(folder / WEIGHTS, adapter_for(model).tensors(model))


def write(folder: Path) -> None:
    """Add metadata and weights that Keras reads."""
    _limit(folder / WEIGHTS)
    tensors = SafetensorsAdapter().tensors(folder / WEIGHTS)
    named = _named(_model(folder), folder)
    adapter_for(named).load(named, tensors)
    named.model.save_weights(folder / KERAS_WEIGHTS)
    (folder / METADATA).write_text(json.dumps({"keras_version": keras.version()}))


def _named(model: keras.Model, folder: Path) -> Named:
    names = folder / NAMES
    return Named(model, json.loads(names.read_text()) if names.is_file() else {})


def main(verb: str, folder: str) -> int:
    """Do one thing and return the exit code."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    try:
        {"read": read, "write": write}[verb](Path(folder))
    except Exception as error:  # whatever a stranger's model makes Keras raise
        text = " ".join(str(error).split()) or type(error).__name__
        print("\n" + json.dumps({"error": text[:_LONGEST] + ("..." if len(text) > _LONGEST else "")}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
