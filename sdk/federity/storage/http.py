"""Blobs at a `federity node`, which keeps them for a team under their sha256."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

from ..errors import (
    BlobError,
    BlobMismatch,
    BlobMissing,
    ConfigError,
    FileUnavailable,
    StorageFull,
    StorageUnavailable,
)
from ..network.patience import Trouble, Why
from ..network.web import Host, status_of
from ..objects.blob import Blob, BlobFile, Data
from ..objects.location import Location, LocationKind
from ..progress import tell
from .arweave.gateways import Gateways
from .arweave.store import ArweaveStorage
from .base import Label, Price, local_hash

__all__ = ["HttpStorage"]

_PIECE = 1 << 20


class HttpStorage:
    """What is on this machine, and behind it a node.

    A blob is kept here first, so that an upload that stops can go on, and is brought to the node; what the
    node has is fetched once and kept here. What the chain says is on Arweave is read from there.
    """

    def __init__(self, here: ArweaveStorage, host: Host) -> None:
        """Take this machine's store, which uploads nothing, and the node's address."""
        self._here = here
        self._host = host
        self._node = Gateways([host], host.clock)

    @property
    def kind(self) -> LocationKind:
        """See `Storage.kind`."""
        return LocationKind.LOCAL

    @property
    def spent(self) -> Price:
        """See `Storage.spent`: a node costs nothing."""
        return self._here.spent

    async def put(self, data: Data, label: Label | None = None) -> Location:
        """See `Storage.put`. Raises ConfigError when the node wants its token, StorageUnavailable."""
        location = await self._here.put(data)
        if not await self.has(location):
            await self._upload(location, await self._here.get(location))
        return location

    async def locate(self, blob: Blob, label: Label | None = None) -> Location:
        """See `Storage.locate`."""
        return await self._here.locate(blob)

    async def price(self, size: int, label: Label | None = None) -> Price:
        """See `Storage.price`."""
        return await self._here.price(size, label)

    async def get(
        self, location: Location, limit: int | None = None, *, sha256: bytes | None = None
    ) -> BlobFile:
        """See `Storage.get`: from this machine, else from where it is said to be, else from the node."""
        try:
            return await self._here.get(location, limit, sha256=sha256)
        except (BlobError, FileUnavailable) as error:
            wanted = Location.local(local_hash(location, sha256))
            try:
                await self._node.fetch(wanted, wanted.id, limit, self._here.folder)
            except BlobMissing:
                if location.tag is LocationKind.LOCAL and isinstance(error, BlobMissing):
                    raise BlobMissing(
                        f"the node at {self._host.name} does not have the blob {wanted}"
                    ) from error
                raise error from None
            except BlobMismatch as lie:
                raise BlobMismatch(
                    f"the node at {self._host.name} serves other bytes than those whose sha256 is {wanted}",
                    hint="Delete the damaged blob there; whoever has the right one pushes it again.",
                ) from lie
            except StorageUnavailable as silence:
                raise self._unavailable(str(silence.__cause__ or silence.sentence)) from silence
        return await self._here.folder.get(wanted, limit)

    async def sought(self, sha256: bytes, limit: int | None = None) -> BlobFile:
        """See `Storage.sought`."""
        return await self._here.sought(sha256, limit)

    async def found(self, sha256: bytes, limit: int | None = None) -> Location | None:
        """See `Storage.found`: the place of a blob at a node follows from its hash."""
        return None

    async def has(self, location: Location) -> bool:
        """Say whether others find the blob: at the node, not on this machine. Raises StorageUnavailable."""
        if location.tag is not LocationKind.LOCAL:
            return await self._here.has(location)
        try:
            return await self._node.has(location)
        except StorageUnavailable as silence:
            raise self._unavailable(silence.sentence) from silence

    async def _upload(self, location: Location, blob: BlobFile) -> None:
        """Bring a blob to the node, from its start each time: the node keeps whole blobs only."""
        path = f"/blobs/{location.id.hex()}"
        try:
            await self._host.patiently("PUT", lambda: self._put(path, blob))
        except Trouble as trouble:
            raise self._unavailable(trouble.text) from trouble

    async def _put(self, path: str, blob: BlobFile) -> None:
        headers = {"Content-Length": str(len(blob)), "Content-Type": "application/octet-stream"}
        async with self._host.opened("PUT", path, content=_told(blob), headers=headers) as response:
            status = response.status_code
            if status in (HTTPStatus.CREATED, HTTPStatus.NO_CONTENT):
                return
            if status == HTTPStatus.FORBIDDEN:
                raise ConfigError(
                    f"The node at {self._host.name} takes blobs from who has its token.",
                    hint="Ask who runs it, and name it so: `federity config storage http://TOKEN@HOST:PORT`.",
                )
            if status in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.INSUFFICIENT_STORAGE):
                raise StorageFull(
                    f"The node at {self._host.name} has no room for a blob of {len(blob)} bytes."
                )
            raise Trouble(Why.REFUSED, status_of(response))

    def _unavailable(self, reason: str) -> StorageUnavailable:
        said = f": {reason}" if reason else ""
        return StorageUnavailable(f"The node at {self._host.name} neither takes nor gives blobs now{said}.")


async def _told(blob: BlobFile) -> AsyncIterator[bytes]:
    """The blob in pieces, with progress."""
    for start in range(0, len(blob), _PIECE):
        yield await asyncio.to_thread(blob.__getitem__, slice(start, start + _PIECE))
        tell("uploading", min(start + _PIECE, len(blob)), len(blob), "bytes")
