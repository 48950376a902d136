"""Files: written so that they are there whole or not at all, and what it means when the system refuses.

The one place where an OSError becomes an error of Federity. It never says that what is in a file is wrong.
"""

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import FileUnavailable, StorageFull

__all__ = [
    "NO_ROOM",
    "PRIVATE_FILE",
    "WRITING",
    "Draft",
    "drafted",
    "drafted_folder",
    "listed",
    "private_folder",
    "reading",
    "remove",
    "sweep",
    "unavailable",
    "write_atomically",
    "write_new",
    "writing",
]

WRITING = ".writing-"
"""How names of files and folders start that are being written; `sweep` deletes those of killed processes."""

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def unavailable(error: OSError, path: str | os.PathLike[str] | None, done: str) -> FileUnavailable:
    """Return what is raised when the system refuses that something is `done` (read, written) at `path`."""
    where = path if path is not None else error.filename
    name = "A file" if where is None else os.fspath(where)
    if error.errno in NO_ROOM:
        return StorageFull(f"There is no room to write {name if where else 'a file'}.")
    reason = os.strerror(error.errno) if error.errno else error.strerror or str(error)
    return FileUnavailable(f"{name} cannot be {done}: {reason}.")


@contextlib.contextmanager
def reading(path: str | os.PathLike[str] | None = None) -> Iterator[None]:
    """Name `path` (None: the file that the error names) in what goes wrong while it is read.

    Raises FileUnavailable, also when there is no such file: where that may be, it is caught inside.
    """
    try:
        yield
    except OSError as error:
        raise unavailable(error, path, "read") from error


@contextlib.contextmanager
def writing(path: str | os.PathLike[str] | None = None) -> Iterator[None]:
    """Name `path` in what goes wrong while it is written. Raises StorageFull, FileUnavailable."""
    try:
        yield
    except OSError as error:
        raise unavailable(error, path, "written") from error


def listed(folder: Path, suffix: str = "") -> list[Path]:
    """Return what is in `folder` under names that end with `suffix`, by name; nothing when it is not there.

    Drafts are left out. Unlike a glob, which takes a folder that cannot be read for an empty one, it raises
    FileUnavailable.
    """
    with reading(folder):
        try:
            found = sorted(folder.iterdir())
        except FileNotFoundError:
            return []
    return [path for path in found if path.name.endswith(suffix) and not path.name.startswith(WRITING)]


def remove(path: Path) -> None:
    """Delete a file that may be gone already; raises FileUnavailable."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise unavailable(error, path, "deleted") from error


class Draft:
    """A new file that nobody looks at until it is placed."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Take the open file and its path; `drafted` makes one."""
        self.file = file
        self._name = name

    def place(self, path: Path) -> None:
        """Flush the file to the disk and rename it to `path`, in the same file system; raises OSError."""
        self._flush()
        Path(self._name).replace(path)
        _flush_folder(path.parent)

    def place_new(self, path: Path) -> None:
        """Do as `place`, but raise FileExistsError when there is something at `path`."""
        self._flush()
        path.hardlink_to(self._name)
        _flush_folder(path.parent)

    def _flush(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())


def _flush_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for its owner alone, whatever the umask.

    One that is there already stays as it is. Raises FileUnavailable.
    """
    with writing(path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            folder.chmod(PRIVATE_FOLDER)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory")


@contextlib.contextmanager
def drafted(folder: Path, mode: int = PRIVATE_FILE) -> Iterator[Draft]:
    """Yield a draft in `folder`, in which drafts of killed processes are deleted first; raises OSError.

    With `PRIVATE_FILE` it is for its owner alone, whatever the umask; of another `mode` the umask is taken
    away.

    At the end it is removed, unless it was placed. Its lock, which ends with the process, keeps others from
    taking it for a dead one's.
    """
    sweep(folder)
    while True:
        name = str(folder / f"{WRITING}{secrets.token_hex(8)}")
        handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        if _held(handle):
            break
        os.close(handle)
    try:
        if mode == PRIVATE_FILE:
            os.fchmod(handle, mode)
        with os.fdopen(handle, "w+b") as file:
            yield Draft(file, name)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()


@contextlib.contextmanager
def drafted_folder(parent: Path) -> Iterator[Path]:
    """Yield a new folder in `parent`, as `drafted` does a file: renamed away, or removed at the end."""
    sweep(parent)
    while True:
        made = Path(tempfile.mkdtemp(dir=parent, prefix=WRITING))
        handle = os.open(made, os.O_RDONLY | os.O_CLOEXEC)
        if _held(handle):
            break
        os.close(handle)
    try:
        yield made
    finally:
        os.close(handle)
        shutil.rmtree(made, ignore_errors=True)


def _held(handle: int) -> bool:
    """Lock a draft that was just made; False when a sweeper was faster and has deleted it.

    Where the file system has no locks, the sweeper gets none either and leaves everything alone.
    """
    with contextlib.suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)
    return os.fstat(handle).st_nlink > 0


def sweep(folder: Path) -> None:
    """Delete what killed processes left in `folder`: drafts that no living process holds."""
    try:
        with os.scandir(folder) as entries:
            left = [entry.path for entry in entries if entry.name.startswith(WRITING)]
    except OSError:
        return  # it is for the write that follows to say what is wrong
    for name in left:
        with contextlib.suppress(OSError):
            _delete_unless_held(name)


def _delete_unless_held(name: str) -> None:
    handle = os.open(name, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path = Path(name)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    finally:
        os.close(handle)


def write_atomically(path: Path, parts: Iterable[bytes | memoryview], *, private: bool = True) -> None:
    """Write to a new file beside `path`, flush it to the disk, and rename it; folders are made as needed.

    What is `private` is for its owner alone. What is not, a person's own file, is as their umask says, or as
    the file was that it replaces.

    A process killed at any point leaves the old file or the new one, and at most a draft, which the next
    write there deletes. Of several writers at once the last one wins. A failed write, or an error while the
    parts are made, leaves nothing behind. Raises StorageFull, FileUnavailable.
    """
    if private:
        private_folder(path.parent)
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafted(path.parent, PRIVATE_FILE if private else 0o666) as draft:
            if not private and path.exists():
                os.fchmod(draft.file.fileno(), stat.S_IMODE(path.stat().st_mode))
            for part in parts:
                draft.file.write(part)
            draft.place(path)


def write_new(path: Path, data: bytes) -> bool:
    """Write a file for its owner alone, in a folder of the same kind, and say whether that was done: what is
    there already is not overwritten.

    Raises StorageFull, FileUnavailable.
    """
    private_folder(path.parent)
    with writing(path), drafted(path.parent) as draft:
        draft.file.write(data)
        try:
            draft.place_new(path)
        except FileExistsError:
            return False
    return True
