"""The port that all storage goes through."""

import hashlib
from typing import Protocol

from ..errors import BlobMismatch, BlobMissing
from ..objects.location import Location, LocationKind

__all__ = ["Storage", "local_hash", "verified"]


class Storage(Protocol):
    """Keeps bytes under a location that says what they are. Blobs are never changed, so writing twice is
    writing once.

    What `get` returns is what was asked for or an error; whether it is a vector that opens a commitment is
    for the reader to check.
    """

    async def put(self, data: bytes) -> Location:
        """Keep `data` for good and say where; raises StorageFull, with nothing half-written, without room."""
        ...

    async def get(self, location: Location) -> bytes:
        """Return the bytes; raises BlobMissing when they are not there (yet), BlobMismatch if others are."""
        ...

    async def has(self, location: Location) -> bool:
        """Say whether there is something at the location, without reading it."""
        ...


def local_hash(location: Location) -> bytes:
    """Return the sha256 that a content-addressed store looks up; BlobMissing for locations of other kinds."""
    if location.tag is not LocationKind.LOCAL:
        raise BlobMissing(f"the blob {location} is not in a local store")
    return location.id


def verified(location: Location, data: bytes) -> bytes:
    """Return `data` if its hash is the location's; raises BlobMismatch."""
    found = hashlib.sha256(data).digest()
    if found != location.id:
        raise BlobMismatch(
            f"the store holds {len(data)} other bytes for the blob {location}: their sha256 is {found.hex()}",
            hint="Delete the damaged blob and fetch it again from another location.",
        )
    return data
