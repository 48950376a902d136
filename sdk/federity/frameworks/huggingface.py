"""Folders as the Hugging Face libraries read and write them: model.safetensors, config.json, README.md.

Weights in such a folder load unchanged where a model of that architecture is made from it, and the folder is
a model here: the same names, the same bits. A configuration that names code is refused. When it is one of
Keras, `keras_folder` adds the weights in the form that Keras reads.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import BadModelFile, WorktreeError
from ..files import drafted_folder, reading, writing
from ..objects.tensors import Tensor
from . import keras_folder
from .configurations import MAX_CONFIG, is_keras, sound_config, sound_names
from .named import Named
from .safetensors import SafetensorsAdapter

__all__ = [
    "CARD",
    "CONFIG",
    "NAMES",
    "WEIGHTS",
    "library",
    "sound_texts",
    "texts_of",
    "weights_file",
    "write_folder",
]

WEIGHTS: Final = "model.safetensors"
CONFIG: Final = "config.json"
NAMES: Final = "names.json"
"""What a model of Keras calls its layers, by what the weights call them; there when they differ (`Named`)."""
CARD: Final = "README.md"


def weights_file(path: Path) -> Path:
    """Return the file of weights that a path means: a folder's own, or the path itself."""
    if not path.is_dir():
        return path
    own = path / WEIGHTS
    return path / keras_folder.WEIGHTS if not own.exists() and keras_folder.is_one(path) else own


def texts_of(model: Any) -> dict[str, str]:
    """Return, by the names of files, what a model says of its architecture: a configuration, if it has one.

    A model of transformers has one in memory, and so has one of Keras that is made of Keras's own layers; a
    file of weights has it beside it. Raises BadModelFile for one that is too large, not a JSON object, or
    names code.
    """
    if isinstance(model, str | os.PathLike):
        beside = weights_file(Path(model))
        return sound_texts(
            {name: _read(beside.with_name(name)) for name in _there(beside)}, str(beside.parent)
        )
    keras, transformers = sys.modules.get("keras"), sys.modules.get("transformers")
    own, names = (model.model, model.names) if isinstance(model, Named) else (model, {})
    if keras is not None and isinstance(own, keras.Model):
        from .keras_config import config_of

        text = config_of(own)
        if text is None:
            return {}
        return {CONFIG: text, **({NAMES: _json(dict(names))} if names else {})}
    torch = sys.modules.get("torch")
    if transformers is not None and torch is not None and isinstance(model, torch.nn.Module):
        from .torch_names import unwrapped

        inner = unwrapped(model)
        if isinstance(inner, transformers.PreTrainedModel):
            config = {**json.loads(inner.config.to_json_string()), "architectures": [type(inner).__name__]}
            return {CONFIG: _json(config)}
    return {}


def sound_texts(texts: Mapping[str, str], what: str) -> dict[str, str]:
    """Return the texts that describe an architecture, of a manifest's metadata or a folder's files.

    Raises BadModelFile as `sound_config` does.
    """
    found: dict[str, str] = {}
    if CONFIG in texts:
        found[CONFIG] = sound_config(texts[CONFIG], f"{CONFIG} of {what}")
        if NAMES in texts and is_keras(found[CONFIG]):
            sound_names(texts[NAMES], f"{NAMES} of {what}")
            found[NAMES] = texts[NAMES]
    return found


def library(texts: Mapping[str, str]) -> str:
    """Return the name of the library that loads a model with these sound texts; empty when none can."""
    if CONFIG not in texts:
        return ""
    return "keras" if is_keras(texts[CONFIG]) else "transformers"


def write_folder(
    folder: Path,
    tensors: Mapping[str, Tensor],
    texts: Mapping[str, str],
    card: str,
    header: Mapping[str, str] | None = None,
    finish: Callable[[Path], None] | None = None,
) -> None:
    """Make `folder` with weights, model card and the architecture's sound `texts`: whole or not at all.

    `header` are the texts in the file of weights. `finish` gets the folder before anybody sees it, and may
    add to it.

    Raises WorktreeError when there is something at `folder` already, FileUnavailable when it cannot be
    written, StorageFull without room, ConfigError when Keras is needed and not installed, BadModelFile when
    Keras builds another model.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorktreeError(
            f"{folder} is there already.", hint="Name a folder that is empty or not there yet."
        )
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with drafted_folder(folder.parent) as made:
            SafetensorsAdapter().load(made / WEIGHTS, tensors, header)
            for name, text in {**texts, CARD: card}.items():
                (made / name).write_bytes(text.encode())
            if library(texts) == "keras":
                keras_folder.add_weights(made)
            if finish is not None:
                finish(made)
            made.chmod(0o755)
            made.replace(folder)


def _there(beside: Path) -> list[str]:
    return [name for name in (CONFIG, NAMES) if beside.with_name(name).is_file()]


def _read(path: Path) -> str:
    try:
        with reading(path):
            if path.stat().st_size > MAX_CONFIG:
                raise BadModelFile(f"{path} is larger than a configuration can be ({MAX_CONFIG} bytes)")
            return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as cause:
        raise BadModelFile(f"{path} is no text: {cause}") from cause


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n"
