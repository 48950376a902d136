"""What a safetensors file says beside its tensors: texts by name, which whoever made the file put there."""

import json
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final

from ..errors import BadModelFile
from ..objects.blob import BlobFile
from ..objects.container import read
from ..parsing import parse
from .configurations import MAX_CONFIG

__all__ = ["HEADER", "header_of", "recorded"]

HEADER: Final = "safetensors.json"
"""The name, in a manifest's metadata, of the texts in the header of the file that the genesis was made of."""

_USUAL: Final = {"format": "pt"}
"""What transformers asks of a file before it loads it."""


def recorded(model: Any) -> dict[str, str]:
    """Return what a manifest records of a file's texts: nothing where they are the usual ones.

    Raises BadModelFile for texts that are too long together.
    """
    if not isinstance(model, str | PathLike) or Path(model).suffix == ".h5":
        return {}
    texts = read(BlobFile(Path(model)), error=BadModelFile, what=str(model)).metadata
    if texts in ({}, _USUAL):
        return {}
    text = json.dumps(texts, sort_keys=True)
    if len(text) > MAX_CONFIG:
        raise BadModelFile(
            f"the texts in the header of {model} are longer than can be recorded ({MAX_CONFIG} characters)",
            hint="Save the weights with less metadata.",
        )
    return {HEADER: text}


def header_of(metadata: Mapping[str, str]) -> dict[str, str]:
    """Return the texts for a file of weights of the model with this metadata of a manifest, anybody's."""
    try:
        texts = parse(metadata.get(HEADER, "{}"))
    except ValueError:
        texts = {}
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        texts = {}
    return {**_USUAL, **texts}
