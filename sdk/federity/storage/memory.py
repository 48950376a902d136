"""Blobs in memory, for tutorials and tests that need nothing on disk."""

import asyncio

from ..errors import BlobMissing
from ..objects.blob import Blob, Data, pieces
from ..objects.location import Location, LocationKind
from .base import FREE, Label, Price, local_hash, require_within, sha256, verified

__all__ = ["MemoryStorage"]


class MemoryStorage:
    """A content-addressed store that lives as long as the object."""

    def __init__(self) -> None:
        """Start empty."""
        self.blobs: dict[bytes, bytes] = {}

    async def put(self, data: Data, label: Label | None = None) -> Location:
        """Keep a copy of `data`."""
        whole = await asyncio.to_thread(lambda: b"".join(pieces(data)))
        location = Location.of(whole)
        self.blobs.setdefault(location.id, whole)
        return location

    async def locate(self, blob: Blob, label: Label | None = None) -> Location:
        """See `Storage.locate`."""
        return Location.local(sha256(pieces(blob)))

    @property
    def kind(self) -> LocationKind:
        """See `Storage.kind`."""
        return LocationKind.LOCAL

    @property
    def spent(self) -> Price:
        """See `Storage.spent`."""
        return FREE

    async def price(self, size: int, label: Label | None = None) -> Price:
        """See `Storage.price`: memory costs nothing."""
        return FREE

    async def get(
        self, location: Location, limit: int | None = None, *, sha256: bytes | None = None
    ) -> bytes:
        """Return the bytes; raises BlobMissing, BlobMismatch, BadBlob."""
        location = Location.local(local_hash(location, sha256))
        data = self.blobs.get(location.id)
        if data is None:
            raise BlobMissing(f"the blob {location} is not in this store")
        require_within(location, len(data), limit)
        return verified(location, data)

    async def sought(self, sha256: bytes, limit: int | None = None) -> bytes:
        """See `Storage.sought`: what is here."""
        return await self.get(Location.local(sha256), limit)

    async def found(self, sha256: bytes, limit: int | None = None) -> Location | None:
        """See `Storage.found`: the place of a blob follows from its hash."""
        return None

    async def has(self, location: Location) -> bool:
        """Say whether the blob is there."""
        return local_hash(location) in self.blobs
