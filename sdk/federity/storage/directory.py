"""Blobs as files in a folder, named by their sha256."""

import asyncio
import hashlib
import os
from pathlib import Path

from ..errors import BlobError, BlobMissing, FileUnavailable
from ..files import drafted, private_folder, writing
from ..objects.blob import BlobFile, Data, pieces
from ..objects.location import Location
from .base import local_hash, require_within, sha256, verified

__all__ = ["DirectoryStorage"]


class DirectoryStorage:
    """A content-addressed folder: `ab/cdef...` holds the blob whose sha256 is `abcdef...`.

    A blob is written to a file of its own, flushed to the disk and renamed to its hash. So whatever is
    found under a name was written whole, by however many writers, and a process killed while it writes leaves
    only a file that nobody looks at, which the next `put` deletes. Bytes are hashed again at every `get`, and
    read when they are used.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        """Use `root`, which is made when the first blob is written."""
        self.root = Path(root)

    def path(self, location: Location) -> Path:
        """Return where the blob is or would be; raises BlobMissing for locations of other kinds."""
        name = local_hash(location).hex()
        return self.root / name[:2] / name[2:]

    async def put(self, data: Data) -> Location:
        """Write `data` atomically; raises StorageFull, FileUnavailable, with nothing left behind."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, location: Location, limit: int | None = None) -> BlobFile:
        """Open the blob and hash it once; raises BlobMissing, BlobMismatch, BadBlob, FileUnavailable."""
        return await asyncio.to_thread(self._get, location, limit)

    async def has(self, location: Location) -> bool:
        """Say whether there is a file for the blob."""
        return await asyncio.to_thread(self.path(location).is_file)

    def _put(self, data: Data) -> Location:
        if isinstance(data, bytes | BlobFile):
            location = Location.local(sha256(pieces(data)))
            if self._holds(location):
                return location
        with writing(self.root):
            private_folder(self.root)
            with drafted(self.root) as draft:
                state = hashlib.sha256()
                for part in pieces(data):
                    state.update(part)
                    draft.file.write(part)
                location = Location.local(state.digest())
                path = self.path(location)
                private_folder(path.parent)
                draft.place(path)
        return location

    def _get(self, location: Location, limit: int | None = None) -> BlobFile:
        try:
            blob = BlobFile(self.path(location))
        except FileNotFoundError as cause:
            raise BlobMissing(f"the blob {location} is not in {self.root}") from cause
        require_within(location, len(blob), limit)
        return verified(location, blob)

    def _holds(self, location: Location) -> bool:
        """Whether the blob is there and sound; one that is damaged or cannot be read is written anew, which
        heals the store.
        """
        try:
            self._get(location)
        except (BlobError, FileUnavailable):
            return False
        return True
