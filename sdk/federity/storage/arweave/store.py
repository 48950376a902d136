"""The store whose blobs are on Arweave: a folder holds what was written or read here, gateways the rest."""

from collections.abc import Sequence
from typing import Protocol

from ...errors import BlobError, FileUnavailable, StorageUnavailable
from ...objects.blob import Blob, BlobFile, Data
from ...objects.location import Location, LocationKind
from ..base import FREE, Label, Price, local_hash
from ..directory import DirectoryStorage
from .gateways import Gateways
from .lookup import find

__all__ = ["ArweaveStorage", "Writer"]


class Writer(Protocol):
    """A way to bring blobs to Arweave. Each is idempotent: what was handed over is not handed over again."""

    @property
    def kind(self) -> LocationKind:
        """The kind of place that it brings blobs to."""

    @property
    def spent(self) -> Price:
        """What was paid so far."""

    async def prepare(self, blob: Blob, sha256: bytes, label: Label | None) -> Location:
        """Where a blob will be, before it is uploaded."""

    async def upload(self, blob: Blob, sha256: bytes, label: Label | None) -> Location:
        """Upload it."""

    async def price(self, size: int, label: Label | None) -> Price:
        """What that costs."""


class ArweaveStorage:
    """A folder and, behind it, Arweave.

    Without writers it only reads there: what is put stays in the folder, and a hash alone, of which nobody
    says that it is on Arweave, is looked for in no other place. With writers, a blob is kept in the folder
    first, so that an upload that stops can go on; it is said to be where the first writer puts it.
    """

    def __init__(self, folder: DirectoryStorage, gateways: Gateways, writers: Sequence[Writer] = ()) -> None:
        """Take the parts; the folder may be emptied whenever nothing is under way."""
        self.folder = folder
        self._gateways = gateways
        self._writers = tuple(writers)

    async def put(self, data: Data, label: Label | None = None) -> Location:
        """See `Storage.put`. Raises StorageUnavailable, with what arrived written down, and what it names."""
        local = await self.folder.put(data)
        if not self._writers:
            return local
        blob = await self.folder.get(local)
        places = [await writer.upload(blob, local.id, label) for writer in self._writers]
        return places[0]

    async def locate(self, blob: Blob, label: Label | None = None) -> Location:
        """See `Storage.locate`."""
        local = await self.folder.locate(blob)
        if not self._writers:
            return local
        return await self._writers[0].prepare(blob, local.id, label)

    async def price(self, size: int, label: Label | None = None) -> Price:
        """See `Storage.price`."""
        return sum([await writer.price(size, label) for writer in self._writers], FREE)

    @property
    def kind(self) -> LocationKind:
        """See `Storage.kind`."""
        return self._writers[0].kind if self._writers else LocationKind.LOCAL

    @property
    def spent(self) -> Price:
        """See `Storage.spent`."""
        return sum((writer.spent for writer in self._writers), FREE)

    async def get(
        self, location: Location, limit: int | None = None, *, sha256: bytes | None = None
    ) -> BlobFile:
        """See `Storage.get`: from the folder, from the place that is named, from where its tags lead."""
        wanted = local_hash(location, sha256)
        try:
            return await self.folder.get(Location.local(wanted), limit)
        except (BlobError, FileUnavailable) as error:
            failure: BlobError | FileUnavailable = error
        if location.tag is not LocationKind.LOCAL:
            try:
                return await self._fetched(location, wanted, limit)
            except (BlobError, FileUnavailable) as error:
                failure = error
            try:
                places = await self.find(wanted)
            except StorageUnavailable:
                raise failure from None  # what is wrong with the place that is named says more
        elif self._writers:
            places = await self.find(wanted)
        else:
            raise failure
        others = [place for place in places if place.id != location.id]
        return await self._first(others, wanted, limit, failure)

    async def sought(self, sha256: bytes, limit: int | None = None) -> BlobFile:
        """See `Storage.sought`: from the folder, from where its tags lead. Raises StorageUnavailable."""
        try:
            return await self.folder.get(Location.local(sha256), limit)
        except (BlobError, FileUnavailable) as error:
            return await self._first(await self.find(sha256), sha256, limit, error)

    async def has(self, location: Location) -> bool:
        """See `Storage.has`. Raises StorageUnavailable."""
        if location.tag is LocationKind.LOCAL:
            return await self.folder.has(location) or bool(self._writers and await self.find(location.id))
        return await self._gateways.has(location)

    async def find(self, sha256: bytes) -> list[Location]:
        """Places where a blob was uploaded to, by its tags: a lost location is among them, if nobody lies.

        Raises StorageUnavailable.
        """
        return await find(self._gateways.hosts, sha256)

    async def found(self, sha256: bytes, limit: int | None = None) -> Location | None:
        """See `Storage.found`."""
        for place in await self.find(sha256) if self._writers else []:
            if place.tag is self.kind:
                try:
                    await self._gateways.fetch(place, sha256, limit, self.folder)
                except (BlobError, FileUnavailable):
                    continue
                return place
        return None

    async def _first(
        self,
        places: Sequence[Location],
        sha256: bytes,
        limit: int | None,
        failure: BlobError | FileUnavailable,
    ) -> BlobFile:
        """The blob from the first of these places that has it; `failure` is what was wrong elsewhere."""
        for place in places:
            try:
                return await self._fetched(place, sha256, limit)
            except (BlobError, FileUnavailable) as error:
                failure = failure if isinstance(failure, FileUnavailable) else error
        raise failure

    async def _fetched(self, location: Location, sha256: bytes, limit: int | None) -> BlobFile:
        await self._gateways.fetch(location, sha256, limit, self.folder)
        return await self.folder.get(Location.local(sha256), limit)
