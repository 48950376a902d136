"""Blobs as files in a folder, named by their sha256."""

import asyncio
import errno
import os
from pathlib import Path
from typing import Final

from ..errors import BlobError, BlobMissing, StorageFull
from ..files import write_atomically
from ..objects.location import Location
from .base import local_hash, verified

__all__ = ["DirectoryStorage"]

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DirectoryStorage:
    """A content-addressed folder: `ab/cdef...` holds the blob whose sha256 is `abcdef...`.

    A blob is written to a file of its own beside its place, flushed to the disk and renamed. So whatever is
    found under a name was written whole, by however many writers, and a process killed while it writes leaves
    only a file that nobody looks at. Bytes are hashed again at every read.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        """Use `root`, which is made when the first blob is written."""
        self.root = Path(root)

    def path(self, location: Location) -> Path:
        """Return where the blob is or would be; raises BlobMissing for locations of other kinds."""
        name = local_hash(location).hex()
        return self.root / name[:2] / name[2:]

    async def put(self, data: bytes) -> Location:
        """Write `data` atomically; raises StorageFull when there is no room, with nothing left behind."""
        location = Location.of(data)
        await asyncio.to_thread(self._write, location, data)
        return location

    async def get(self, location: Location) -> bytes:
        """Read the blob; raises BlobMissing, BlobMismatch."""
        path = self.path(location)
        try:
            data = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError as cause:
            raise BlobMissing(f"the blob {location} is not in {self.root}") from cause
        except OSError as cause:
            raise BlobError(
                f"the blob {location} cannot be read from {self.root}: {cause.strerror}"
            ) from cause
        return await asyncio.to_thread(verified, location, data)

    async def has(self, location: Location) -> bool:
        """Say whether there is a file for the blob."""
        return await asyncio.to_thread(self.path(location).is_file)

    def _write(self, location: Location, data: bytes) -> None:
        path = self.path(location)
        if _holds(path, location):
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, data)
        except OSError as cause:
            if cause.errno in _NO_ROOM:
                raise StorageFull(f"{self.root} has no room for {len(data)} bytes") from cause
            raise BlobError(
                f"the blob {location} cannot be written to {self.root}: {cause.strerror}"
            ) from cause


def _holds(path: Path, location: Location) -> bool:
    """Whether the blob is there and undamaged; a damaged one is written anew, which heals the store."""
    try:
        verified(location, path.read_bytes())
    except (OSError, BlobError):
        return False
    return True
