"""Blobs as files in a folder, named by their sha256."""

import asyncio
import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import BlobError, BlobMismatch, BlobMissing, FileUnavailable
from ..files import Draft, drafted, private_folder, writing
from ..objects.blob import Blob, BlobFile, Data, pieces
from ..objects.location import Location, LocationKind
from .base import FREE, Label, Price, local_hash, require_within, sha256, verified

__all__ = ["DirectoryStorage", "Incoming"]

_PIECE = 1 << 20


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

    async def put(self, data: Data, label: Label | None = None) -> Location:
        """Write `data` atomically; raises StorageFull, FileUnavailable, with nothing left behind."""
        return await asyncio.to_thread(self._put, data)

    async def locate(self, blob: Blob, label: Label | None = None) -> Location:
        """See `Storage.locate`."""
        return Location.local(await asyncio.to_thread(lambda: sha256(pieces(blob))))

    @property
    def kind(self) -> LocationKind:
        """See `Storage.kind`."""
        return LocationKind.LOCAL

    @property
    def spent(self) -> Price:
        """See `Storage.spent`."""
        return FREE

    async def price(self, size: int, label: Label | None = None) -> Price:
        """See `Storage.price`: a folder costs nothing."""
        return FREE

    async def get(
        self, location: Location, limit: int | None = None, *, sha256: bytes | None = None
    ) -> BlobFile:
        """Open the blob and hash it once; raises BlobMissing, BlobMismatch, BadBlob, FileUnavailable."""
        return await asyncio.to_thread(self._get, Location.local(local_hash(location, sha256)), limit)

    async def sought(self, sha256: bytes, limit: int | None = None) -> BlobFile:
        """See `Storage.sought`: what is here."""
        return await self.get(Location.local(sha256), limit)

    async def found(self, sha256: bytes, limit: int | None = None) -> Location | None:
        """See `Storage.found`: the place of a blob follows from its hash."""
        return None

    async def has(self, location: Location) -> bool:
        """Say whether there is a file for the blob."""
        return await asyncio.to_thread(self.path(location).is_file)

    @contextlib.contextmanager
    def receiving(self) -> Iterator["Incoming"]:
        """A blob that arrives from elsewhere: a draft that counts when it is kept. Raises FileUnavailable."""
        with writing(self.root):
            private_folder(self.root)
            with drafted(self.root) as draft:
                yield Incoming(self, draft)

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


class Incoming:
    """The bytes of a blob that have arrived so far."""

    def __init__(self, store: DirectoryStorage, draft: Draft) -> None:
        """Used by `DirectoryStorage.receiving`."""
        self._store, self._draft = store, draft
        self.restart()

    def restart(self) -> None:
        """Forget what has arrived."""
        self._draft.file.seek(0)
        self._draft.file.truncate()
        self._state: hashlib._Hash | None = hashlib.sha256()
        self.size = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes. Raises OSError, which `receiving` names."""
        self._draft.file.write(data)
        if self._state is not None:
            self._state.update(data)
        self.size += len(data)

    def add_at(self, at: int, data: bytes | bytearray) -> None:
        """Take bytes of somewhere in the blob, which come in any order. Raises as `add`."""
        self._draft.file.seek(at)
        self._draft.file.write(data)
        self._state, self.size = None, max(self.size, at + len(data))

    def keep(self, wanted: bytes) -> None:
        """Keep the blob under the sha256 that it must have. Raises BlobMismatch for another one."""
        if self._digest() != wanted:
            location = Location.local(wanted)
            raise BlobMismatch(f"what came for the blob {location} are {self.size} other bytes")
        path = self._store.path(Location.local(wanted))
        private_folder(path.parent)
        self._draft.place(path)

    def _digest(self) -> bytes:
        if self._state is not None:
            return self._state.digest()
        self._draft.file.seek(0)
        return sha256(iter(lambda: self._draft.file.read(_PIECE), b""))
