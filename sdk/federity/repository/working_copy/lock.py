"""A lock against a second process, and blobs as files."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from federity.errors import WorktreeError
from federity.files import PRIVATE_FILE, private_folder, write_atomically, writing
from federity.objects.blob import Data, pieces

LOCK_PATIENCE = 10.0


def write_atomic(path: Path, data: Data, *, private: bool = True) -> None:
    """Write `data` to `path`: a reader, or a process killed at any line, sees the old bytes or the new.

    Raises StorageFull, FileUnavailable; the old file is untouched then.
    """
    write_atomically(path, pieces(data), private=private)


@asynccontextmanager
async def locked(path: Path, patience: float = LOCK_PATIENCE) -> AsyncIterator[None]:
    """Hold the lock file at `path`; the kernel lets go of it when the process ends, however it ends.

    Raises:
        WorktreeError: another process held it for all of `patience` seconds.
        FileUnavailable: the file cannot be made or locked.
    """
    with writing(path):
        private_folder(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        deadline = time.monotonic() + patience
        while not _taken(handle, path):
            if time.monotonic() > deadline:
                raise WorktreeError(
                    f"Another process is working in {path.parent.parent}.",
                    hint="Wait for it to end and run the command again.",
                )
            await asyncio.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _taken(handle: int, path: Path) -> bool:
    with writing(path):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
