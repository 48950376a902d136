"""The port that all storage goes through."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ..errors import BadBlob, BlobMismatch, BlobMissing
from ..objects.blob import Blob, BlobFile, Data, pieces
from ..objects.location import Location, LocationKind

__all__ = ["FREE", "Label", "Price", "Storage", "local_hash", "require_within", "sha256", "verified"]

B = TypeVar("B", bytes, BlobFile)


@dataclass(frozen=True)
class Label:
    """What a blob is, for stores whose blobs are looked for: `kind` in a word, and the address of its
    repository.
    """

    kind: str
    repository: str


@dataclass(frozen=True)
class Price:
    """What keeping a blob costs beside the chain's fees: `winc`, a service's credits, and `winston`, of which
    an AR has 10^12.
    """

    winc: int = 0
    winston: int = 0

    def __add__(self, other: "Price") -> "Price":
        """Both together."""
        return Price(self.winc + other.winc, self.winston + other.winston)

    def __sub__(self, other: "Price") -> "Price":
        """What is more here."""
        return Price(self.winc - other.winc, self.winston - other.winston)


FREE = Price()


class Storage(Protocol):
    """Keeps bytes under a location that says what they are. Blobs are never changed, so writing twice is
    writing once.

    What `get` returns is what was asked for or an error; whether it is a vector that opens a commitment is
    for the reader to check. Neither way a blob has to be in memory.
    """

    @property
    def kind(self) -> LocationKind:
        """The kind of location that `put` returns."""
        ...

    @property
    def spent(self) -> Price:
        """What was paid since the store was opened."""
        ...

    async def put(self, data: Data, label: Label | None = None) -> Location:
        """Keep `data` for good and say where; `label` says what it is.

        Raises StorageFull without room, else FileUnavailable, with nothing half-written; InsufficientFunds
        where keeping costs more than there is.

        Parts are drawn in a thread, while they are written; an error that making one raises ends the blob
        and is raised here.
        """
        ...

    async def locate(self, blob: Blob, label: Label | None = None) -> Location:
        """Say where `put` will keep a blob, before it is kept. Raises what reading it and signing raise."""
        ...

    async def price(self, size: int, label: Label | None = None) -> Price:
        """What putting so many bytes with this label would cost now. Raises StorageUnavailable."""
        ...

    async def get(self, location: Location, limit: int | None = None, *, sha256: bytes | None = None) -> Blob:
        """Return the blob, of at most `limit` bytes. `sha256` is what it must hash to, which not every kind
        of location says itself: without it, such a one is a BlobMissing.

        Raises BlobMissing when it is not there (yet), BlobMismatch if other bytes are, FileUnavailable when
        that cannot be found out now, and BadBlob for a larger one, of which no more than `limit` bytes are
        read or fetched.
        """
        ...

    async def sought(self, sha256: bytes, limit: int | None = None) -> Blob:
        """Return the blob with this hash, of which the chain says that it is on Arweave, and not where: from
        where its tags lead, whatever this store writes to; where stores are not searched, from here.

        Raises what `get` raises.
        """
        ...

    async def found(self, sha256: bytes, limit: int | None = None) -> Location | None:
        """A place of this store's kind to which somebody brought the blob before, and that has it now; None
        where stores are not searched. Raises StorageUnavailable.
        """
        ...

    async def has(self, location: Location) -> bool:
        """Say whether there is something at the location, without reading it."""
        ...


def local_hash(location: Location, wanted: bytes | None = None) -> bytes:
    """Return the sha256 that a content-addressed store looks up: the location's own, or the one that is
    wanted of another kind of location. Raises BlobMissing when there is neither.
    """
    if location.tag is LocationKind.LOCAL:
        return location.id
    if wanted is None or location.tag is LocationKind.NONE:
        raise BlobMissing(f"the blob {location} is not in a local store")
    return wanted


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
