"""The secret that whoever writes from elsewhere must have: made once, kept beside the chain."""

import secrets
from pathlib import Path

from federity.errors import ConfigError
from federity.files import write_atomically
from federity.local_files import Unsound, contents

__all__ = ["token_in"]

_BYTES = 24


def token_in(path: Path) -> str:
    """The token in a file, made there when it is missing.

    Raises ConfigError for one that cannot stand in a URL, FileUnavailable, StorageFull.
    """
    try:
        found = contents(path).decode("ascii", errors="replace").strip()
    except FileNotFoundError:
        found = secrets.token_urlsafe(_BYTES)
        write_atomically(path, [f"{found}\n".encode()])
    except Unsound as error:
        raise ConfigError(f"The node's token in {path} cannot be used: {error}.") from error
    if len(found) < 16 or not all(letter.isalnum() or letter in "-_" for letter in found):
        raise ConfigError(
            f"The node's token in {path} is not 16 or more letters, digits, - and _.",
            hint="Delete the file, and the next start makes another.",
        )
    return found
