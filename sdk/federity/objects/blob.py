"""Blobs that are read by parts."""

import os
import stat
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from ..errors import FileUnavailable
from ..files import reading, unavailable

__all__ = ["Blob", "BlobFile", "Data", "pieces"]

PIECE: Final = 1 << 24
"""Bytes that are copied or hashed at a time."""


class BlobFile:
    """A file read as if it were bytes: `len(file)` and `file[start:stop]`; only what is sliced is in memory.

    It stays what it was when it is renamed over or deleted. Not a memory map: a file that cannot be read any
    further is an error like any other, where a map would end the process.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at `path`; raises FileNotFoundError, FileUnavailable, the latter also for what is not
        a plain file.
        """
        try:
            # Not blocking: a pipe in a file's place would be waited for.
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            weakref.finalize(self, os.close, handle)
            found = os.fstat(handle)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise unavailable(error, path, "read") from error
        if not stat.S_ISREG(found.st_mode):
            raise FileUnavailable(f"{path} is not a plain file.")
        self._handle, self._size, self._path = handle, found.st_size, path

    def __len__(self) -> int:
        """Number of bytes when it was opened."""
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        """Return the bytes of a slice without a step.

        Raises FileUnavailable, also when the file has become shorter.
        """
        start, stop, _ = part.indices(self._size)
        found: list[bytes] = []
        while start < stop:
            with reading(self._path):
                found.append(os.pread(self._handle, stop - start, start))
            start += len(found[-1])
            if not found[-1]:
                raise FileUnavailable(f"{self._path} became shorter while it was read.")
        return found[0] if len(found) == 1 else b"".join(found)

    def __bytes__(self) -> bytes:
        """Return the whole file."""
        return bytes(self[0 : self._size])


Blob = bytes | BlobFile
"""What a store returns: length and slices, in memory or not."""

Data = Blob | Iterable[bytes | memoryview]
"""What a store takes: a blob, or parts in their order, which may be made while they are written."""


def pieces(data: Data) -> Iterator[bytes | memoryview]:
    """Yield the parts of what a store takes, those of a blob at most `PIECE` bytes long."""
    if isinstance(data, bytes | BlobFile):
        for start in range(0, len(data), PIECE):
            yield data[start : start + PIECE]
    else:
        yield from data
