"""The port that all storage goes through."""

import hashlib
from collections.abc import Iterable
from typing import Protocol, TypeVar

from ..errors import BadBlob, BlobMismatch, BlobMissing
from ..objects.blob import Blob, BlobFile, Data, pieces
from ..objects.location import Location, LocationKind

__all__ = ["Storage", "local_hash", "require_within", "sha256", "verified"]

B = TypeVar("B", bytes, BlobFile)


class Storage(Protocol):
    """Keeps bytes under a location that says what they are. Blobs are never changed, so writing twice is
    writing once.

    What `get` returns is what was asked for or an error; whether it is a vector that opens a commitment is
    for the reader to check. Neither way a blob has to be in memory.
    """

    async def put(self, data: Data) -> Location:
        """Keep `data` for good and say where.

        Raises StorageFull without room, else FileUnavailable, with nothing half-written.

        Parts are drawn in a thread, while they are written; an error that making one raises ends the blob
        and is raised here.
        """
        ...

    async def get(self, location: Location, limit: int | None = None) -> Blob:
        """Return the blob, of at most `limit` bytes.

        Raises BlobMissing when it is not there (yet), BlobMismatch if other bytes are, FileUnavailable when
        that cannot be found out now, and BadBlob for a larger one, of which no more than `limit` bytes are
        read or fetched.
        """
        ...

    async def has(self, location: Location) -> bool:
        """Say whether there is something at the location, without reading it."""
        ...


def local_hash(location: Location) -> bytes:
    """Return the sha256 that a content-addressed store looks up; BlobMissing for locations of other kinds."""
    if location.tag is not LocationKind.LOCAL:
        raise BlobMissing(f"the blob {location} is not in a local store")
    return location.id


def require_within(location: Location, size: int, limit: int | None) -> None:
    """Raise BadBlob when a blob is larger than any that its reader can use."""
    if limit is not None and size > limit:
        raise BadBlob(f"the blob {location} has {size} bytes, and what it should be has at most {limit}")


def verified(location: Location, data: B) -> B:
    """Return `data` if its hash is the location's; raises BlobMismatch."""
    found = sha256(pieces(data))
    if found != location.id:
        raise BlobMismatch(
            f"the store holds {len(data)} other bytes for the blob {location}: their sha256 is {found.hex()}",
            hint="Delete the damaged blob and fetch it again from another location.",
        )
    return data


def sha256(parts: Iterable[bytes | memoryview]) -> bytes:
    """Return the hash of what the parts are together."""
    state = hashlib.sha256()
    for part in parts:
        state.update(part)
    return state.digest()
