"""Writing a file so that it is there whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["WRITING", "write_atomically"]

WRITING = ".writing-"
"""How names of files start that are being written; one left behind by a killed process can be deleted."""


def write_atomically(path: Path, data: bytes) -> None:
    """Write to a new file beside `path`, flush it to the disk, and rename it; raises OSError.

    A process killed at any point leaves the old file or the new one, and at most a `.writing-` file. Of
    several writers at once the last one wins. A failed write leaves nothing behind.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=WRITING)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
