"""The store of a working copy alone: what was fetched, and no network."""

from __future__ import annotations

from typing import NoReturn

from ..errors import BlobError, StorageUnavailable
from ..objects.blob import Blob, Data
from ..objects.location import Location, LocationKind
from .base import FREE, Label, Price, Storage, local_hash

__all__ = ["StoreApart"]


class StoreApart:
    """A `Storage` that has what another one has, and of the rest says that it cannot be asked for now."""

    def __init__(self, held: Storage, beyond: Storage | None = None, *, keeps: bool = False) -> None:
        """Take the store of what was fetched. `beyond` is asked for what is not there; one that `keeps` takes
        what is put, in place of where it will be.
        """
        self._held, self._beyond, self._keeps = held, beyond, keeps
        self._spent = FREE

    @property
    def kind(self) -> LocationKind:
        """See `Storage.kind`."""
        return LocationKind.LOCAL

    @property
    def spent(self) -> Price:
        """See `Storage.spent`."""
        return self._spent

    async def put(self, data: Data, label: Label | None = None) -> Location:
        """See `Storage.put`; refused unless it keeps things: nobody else would have it."""
        if self._keeps:
            place = await self._held.put(data, label)
            self._spent += await self.price(len(await self._held.get(place)), label)
            return place
        self._refuse("Nothing can be uploaded")

    async def locate(self, blob: Blob, label: Label | None = None) -> Location:
        """See `put`."""
        if self._keeps:
            return await self._held.locate(blob, label)
        self._refuse("Nothing can be uploaded")

    async def price(self, size: int, label: Label | None = None) -> Price:
        """See `put`."""
        if self._keeps:
            return FREE if self._beyond is None else await self._beyond.price(size, label)
        self._refuse("Nothing can be uploaded")

    async def get(self, location: Location, limit: int | None = None, *, sha256: bytes | None = None) -> Blob:
        """See `Storage.get`; what is not here is a StorageUnavailable, for elsewhere it may be."""
        try:
            return await self._held.get(location, limit, sha256=sha256)
        except BlobError:
            if self._beyond is not None:
                return await self._beyond.get(location, limit, sha256=sha256)
            wanted = local_hash(location, sha256).hex()
            raise StorageUnavailable(
                f"The blob {wanted[:12]} was not fetched.",
                hint="`federity fetch` brings it when chain and store can be reached.",
            ) from None

    async def sought(self, sha256: bytes, limit: int | None = None) -> Blob:
        """See `Storage.sought`: what was fetched."""
        return await self.get(Location.local(sha256), limit)

    async def found(self, sha256: bytes, limit: int | None = None) -> Location | None:
        """See `Storage.found`."""
        return None

    async def has(self, location: Location) -> bool:
        """See `Storage.has`."""
        return await self._held.has(location)

    def _refuse(self, what: str) -> NoReturn:
        raise StorageUnavailable(
            f"{what} without chain and store.", hint="Try again when they can be reached."
        )
