"""Which models of the Hugging Face Hub a repository's base was made of: its creator's word, kept with it.

It is in the manifest, whose hash is in the lineage on the chain: nobody changes it afterwards.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from ..errors import ConfigError
from ..parsing import parse

__all__ = ["BASE_MODELS", "base_models_of", "declared", "declared_in"]

BASE_MODELS: Final = "base_models.json"
"""The name, in a manifest's metadata, of the list of ids."""

_MOST: Final = 32
# As the Hub names models: OWNER/NAME, or a name alone for the oldest.
_ID: Final = re.compile(r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*", re.ASCII)


def declared(names: Sequence[str]) -> dict[str, str]:
    """Return what a manifest records of base models: nothing of none. Raises ConfigError (no id)."""
    for name in names:
        if not _is_id(name):
            raise ConfigError(
                f"{name[:100]!r} is no id of a model.",
                hint="An id is OWNER/NAME, as on the Hugging Face Hub.",
            )
    if len(names) > _MOST or len({*names}) < len(names):
        raise ConfigError(f"Base models are named once each, at most {_MOST}.")
    return {BASE_MODELS: json.dumps(list(names))} if names else {}


def base_models_of(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the base models that a manifest's metadata, anybody's, name; none where they are not sound."""
    try:
        return declared_in(parse(metadata.get(BASE_MODELS, "[]")))
    except ValueError:
        return ()


def declared_in(names: object) -> tuple[str, ...]:
    """Return the ids in a list that anybody wrote; none where it is not sound."""
    if not isinstance(names, list) or len(names) > _MOST or not all(map(_is_id, names)):
        return ()
    return tuple(dict.fromkeys(names))


def _is_id(name: object) -> bool:
    return (
        isinstance(name, str)
        and len(name) <= 96
        and "--" not in name
        and ".." not in name
        and not name.endswith((".", "-", ".git"))
        and _ID.fullmatch(name) is not None
    )
