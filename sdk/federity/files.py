"""Writing a file so that it is there whole or not at all."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["WRITING", "Draft", "drafted", "sweep", "write_atomically"]

WRITING = ".writing-"
"""How names of files start that are being written; one left behind by a killed process can be deleted."""


class Draft:
    """A new file that nobody looks at until it is placed."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Take the open file and its path; `drafted` makes one."""
        self.file = file
        self._name = name

    def place(self, path: Path) -> None:
        """Flush the file to the disk and rename it to `path`, in the same file system; raises OSError."""
        self.file.flush()
        os.fsync(self.file.fileno())
        Path(self._name).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def drafted(folder: Path) -> Iterator[Draft]:
    """Yield a draft in `folder`; at the end it is removed, unless it was placed."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=WRITING)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield Draft(file, name)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()


def sweep(folder: Path, age: float) -> None:
    """Delete what killed processes left in `folder`: drafts that nobody wrote to for `age` seconds."""
    latest = time.time() - age
    for left in folder.glob(WRITING + "*"):
        with contextlib.suppress(OSError):
            if left.is_file() and left.stat().st_mtime <= latest:
                left.unlink()


def write_atomically(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Write to a new file beside `path`, flush it to the disk, and rename it; raises OSError.

    A process killed at any point leaves the old file or the new one, and at most a `.writing-` file. Of
    several writers at once the last one wins. A failed write, or an error while the parts are made, leaves
    nothing behind.
    """
    with drafted(path.parent) as draft:
        for part in parts:
            draft.file.write(part)
        draft.place(path)
