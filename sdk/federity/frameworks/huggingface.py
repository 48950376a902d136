"""Folders as the Hugging Face libraries read and write them: model.safetensors, config.json, README.md.

Weights in such a folder load unchanged where a model of that architecture is made from it, and the folder is
a model here: the same names, the same bits. A configuration that names code is refused.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..errors import BadModelFile, StorageFull, WorktreeError
from ..objects.container import write
from ..objects.dtypes import Array
from ..objects.parsing import parse

__all__ = ["CARD", "CONFIG", "WEIGHTS", "config_of", "sound_config", "weights_file", "write_folder"]

WEIGHTS: Final = "model.safetensors"
CONFIG: Final = "config.json"
CARD: Final = "README.md"

_MAX_CONFIG: Final = 1 << 20


def weights_file(path: Path) -> Path:
    """Return the file of weights that a path means: a folder's own, or the path itself."""
    return path / WEIGHTS if path.is_dir() else path


def config_of(model: Any) -> str | None:
    """Return the architecture's configuration as JSON text, when the model comes with one.

    A transformers model has one in memory, a file of weights beside it, as config.json. Raises BadModelFile
    for a config.json that is larger than a megabyte, not a JSON object, or that names code.
    """
    if isinstance(model, str | os.PathLike):
        path = weights_file(Path(model)).with_name(CONFIG)
        return _read(path) if path.is_file() else None
    transformers = sys.modules.get("transformers")
    if transformers is None or not isinstance(model, transformers.PreTrainedModel):
        return None
    config = {**json.loads(model.config.to_json_string()), "architectures": [type(model).__name__]}
    return json.dumps(config, indent=2, sort_keys=True) + "\n"


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_CONFIG:
            raise BadModelFile(f"{path} is larger than a configuration can be")
        return sound_config(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as cause:
        raise BadModelFile(f"{path} cannot be read: {cause}") from cause


def sound_config(text: str, what: str) -> str:
    """Return a configuration's text; raises BadModelFile unless it is a JSON object that names no code."""
    try:
        config = parse(text)
    except ValueError as cause:
        raise BadModelFile(f"{what} is not JSON: {cause}") from cause
    if not isinstance(config, dict):
        raise BadModelFile(f"{what} is not a JSON object")
    if "auto_map" in config:
        raise BadModelFile(
            f"{what} names code to run (auto_map); a model here cannot hold code",
            hint="Use an architecture that the library knows.",
        )
    return text


def write_folder(folder: Path, tensors: Mapping[str, Array], config: str | None, card: str) -> None:
    """Make `folder` with weights, model card and, if there is one, configuration: whole or not at all.

    Raises WorktreeError when there is something at `folder` already, StorageFull when it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorktreeError(
            f"{folder} is there already.", hint="Name a folder that is empty or not there yet."
        )
    files = {WEIGHTS: write(tensors, {"format": "pt"}), CARD: card.encode()}
    if config is not None:
        files[CONFIG] = config.encode()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".writing-"))
    except OSError as cause:
        raise StorageFull(f"{folder} cannot be written: {cause.strerror}") from cause
    try:
        for name, data in files.items():
            (made / name).write_bytes(data)
        made.chmod(0o755)
        made.replace(folder)
    except OSError as cause:
        raise StorageFull(f"{folder} cannot be written: {cause.strerror}") from cause
    finally:
        shutil.rmtree(made, ignore_errors=True)
