"""Blobs in memory, for tutorials and tests that need nothing on disk."""

import asyncio

from ..errors import BlobMissing
from ..objects.blob import Data, pieces
from ..objects.location import Location
from .base import local_hash, require_within, verified

__all__ = ["MemoryStorage"]


class MemoryStorage:
    """A content-addressed store that lives as long as the object."""

    def __init__(self) -> None:
        """Start empty."""
        self.blobs: dict[bytes, bytes] = {}

    async def put(self, data: Data) -> Location:
        """Keep a copy of `data`."""
        whole = await asyncio.to_thread(lambda: b"".join(pieces(data)))
        location = Location.of(whole)
        self.blobs.setdefault(location.id, whole)
        return location

    async def get(self, location: Location, limit: int | None = None) -> bytes:
        """Return the bytes; raises BlobMissing, BlobMismatch, BadBlob."""
        data = self.blobs.get(local_hash(location))
        if data is None:
            raise BlobMissing(f"the blob {location} is not in this store")
        require_within(location, len(data), limit)
        return verified(location, data)

    async def has(self, location: Location) -> bool:
        """Say whether the blob is there."""
        return local_hash(location) in self.blobs
