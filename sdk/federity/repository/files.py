"""Files that are either whole or not there, and a lock against a second process."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from federity.errors import StorageFull, WorktreeError
from federity.files import write_atomically
from federity.objects.blob import Data, pieces

LOCK_PATIENCE = 10.0


def write_atomic(path: Path, data: Data) -> None:
    """Write `data` to `path`: a reader, or a process killed at any line, sees the old bytes or the new.

    Raises what `writing` does; the old file is untouched then.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, pieces(data))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name `path` in what goes wrong while it is written.

    Raises:
        StorageFull: no room.
        WorktreeError: the file system refuses.

    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageFull(f"There is no room to write {path}.") from error
        raise WorktreeError(f"{path} cannot be written: {error.strerror}.") from error


@asynccontextmanager
async def locked(path: Path, patience: float = LOCK_PATIENCE) -> AsyncIterator[None]:
    """Hold the lock file at `path`; the kernel lets go of it when the process ends, however it ends.

    Raises:
        WorktreeError: another process held it for all of `patience` seconds.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise WorktreeError(
                        f"Another process is working in {path.parent.parent}.",
                        hint="Wait for it to end and run the command again.",
                    ) from error
            await asyncio.sleep(0.02)
        yield
    finally:
        os.close(handle)
