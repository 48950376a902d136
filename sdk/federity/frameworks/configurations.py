"""What an architecture's configuration may say: strangers write it, and no code may come of it.

Two libraries call theirs config.json: transformers names a class of its own, Keras writes out every layer.
Both could name code to run. So of Keras's only objects of Keras itself pass, none of which brings a program
along.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from ..errors import BadModelFile
from ..parsing import parse

__all__ = ["MAX_CONFIG", "is_keras", "sound_config", "sound_names", "without_words"]

MAX_CONFIG: Final = 1 << 22
"""Bytes of a configuration; the largest of the published ones has about one megabyte."""

_KERAS = {"module", "class_name", "config"}
# Where Keras keeps what models are made of. Its other modules load, download and configure.
_MODULES = re.compile(
    r"keras(\.(layers|models|initializers|regularizers|constraints|activations|dtype_policies|quantizers|ops|random)"
    r"|\.src\.(models|layers|ops)(\.\w+)*)?"
)
# A tensor, an array and the like, written out in the configuration itself.
_VALUES = {
    "__keras_tensor__",
    "__tensor__",
    "__numpy__",
    "__bytes__",
    "__ellipsis__",
    "__slice__",
    "__tuple__",
}
_CODE = {
    "__lambda__": "a Python function",
    "__typespec__": "a type to import",
    "TFSMLayer": "a program of TensorFlow",
    "TorchModuleWrapper": "a pickled module of PyTorch",
    "JaxLayer": "a function of JAX",
    "FlaxLayer": "a module of Flax",
}
_LOOKUPS = {"StringLookup", "IntegerLookup", "TextVectorization"}


def sound_config(text: str, what: str) -> str:
    """Return a configuration's text, of Keras's without what it says of training: a model here is weights.

    Raises BadModelFile, with a sentence that starts with `what`, unless it is a JSON object of at most
    `MAX_CONFIG` bytes that names no code.
    """
    if len(text.encode()) > MAX_CONFIG:
        raise BadModelFile(f"{what} is larger than a configuration can be ({MAX_CONFIG} bytes)")
    config = _object(text, what)
    if "auto_map" in config:
        raise BadModelFile(
            f"{what} names code to run (auto_map); a model here cannot hold code",
            hint="Use an architecture that the library knows.",
        )
    return _plain(config, what) if config.keys() >= _KERAS else text


def sound_names(text: str, what: str) -> dict[str, str]:
    """Return the names in `text`, a JSON object of texts; raises BadModelFile."""
    names = _object(text, what)
    if len(text.encode()) > MAX_CONFIG or not all(isinstance(name, str) for name in names.values()):
        raise BadModelFile(f"{what} does not map names to names")
    return names


def is_keras(text: str) -> bool:
    """Tell whether a sound configuration is one of Keras: a class with a configuration of its own."""
    return bool(json.loads(text).keys() >= _KERAS)


def without_words(text: str) -> str:
    """Return the name of a layer whose words a sound configuration of Keras lacks, or nothing.

    Words that a layer learned by `adapt`, or read from a file, are in no configuration: Keras builds the
    layer without any.
    """
    for part in _parts(json.loads(text)):
        inner = part.get("config")
        if part.get("class_name") in _LOOKUPS and isinstance(inner, dict) and inner.get("vocabulary") is None:
            unknown, size = inner.get("num_oov_indices", 1), inner.get("vocabulary_size") or 0
            padded = part["class_name"] == "TextVectorization" or inner.get("mask_token") is not None
            if not isinstance(unknown, int) or not isinstance(size, int):
                return str(inner.get("name"))
            if size > unknown + (padded and inner.get("output_mode") == "int"):
                return str(inner.get("name"))
    return ""


def _plain(config: dict[str, Any], what: str) -> str:
    """The text of a configuration of Keras as it is kept, without the settings of training."""
    for part in _parts(config):
        part.pop("compile_config", None)
        if reason := _foreign(part):
            raise BadModelFile(
                f"{what} names code to run ({reason}); a model here cannot hold code",
                hint="Use layers of Keras itself, or version the model without its configuration.",
            )
    return json.dumps(config, separators=(",", ":"))


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        found = parse(text)
    except ValueError as cause:
        raise BadModelFile(f"{what} is not JSON: {cause}") from cause
    if not isinstance(found, dict):
        raise BadModelFile(f"{what} is not a JSON object")
    return found


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in a JSON value; the parser has bounded how deep they nest."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _parts(inner)


def _foreign(part: dict[str, Any]) -> str:
    """What in one object is not of Keras itself; empty when all is."""
    if isinstance(part.get("vocabulary"), str):
        return "a vocabulary that is a file"
    if "class_name" not in part:
        return ""
    name, module = part["class_name"], part.get("module")
    if not isinstance(name, str):
        return "a class without a name"
    if name in _CODE:
        return _CODE[name]
    called = part.get("config") if name == "function" else part.get("registered_name") or name
    if name in _VALUES or (name == "function" and module == "builtins" and isinstance(called, str)):
        return ""
    if not isinstance(module, str) or not _MODULES.fullmatch(module) or ">" in str(called):
        return f"the custom object {called}"
    return ""
