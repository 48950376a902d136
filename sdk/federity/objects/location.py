"""Where a blob can be found."""

import hashlib
from dataclasses import dataclass
from enum import IntEnum

from ..errors import ConfigError

__all__ = ["Location", "LocationKind", "Place"]


class LocationKind(IntEnum):
    """The first byte of a location on chain."""

    NONE = 0
    LOCAL = 1
    ARWEAVE = 2
    BUNDLED = 3


@dataclass(frozen=True, slots=True)
class Location:
    """A tagged union of 33 bytes: `tag` says what the 32 bytes of `id` are.

    LOCAL: the blob's sha256 in a content-addressed store. ARWEAVE: a transaction. BUNDLED: a data item in a
    bundle. NONE: nowhere, `id` zero. Raises ConfigError for an id of another length or a tag without a
    meaning.
    """

    tag: LocationKind
    id: bytes

    def __post_init__(self) -> None:
        """Refuse what the chain could not hold."""
        if self.tag not in set(LocationKind):
            raise ConfigError(f"{self.tag} is not a kind of blob location")
        object.__setattr__(self, "tag", LocationKind(self.tag))
        if len(self.id) != 32:
            raise ConfigError(f"a blob location has an id of 32 bytes, not {len(self.id)}")

    @classmethod
    def none(cls) -> "Location":
        """Return the location that says nothing."""
        return cls(LocationKind.NONE, bytes(32))

    @classmethod
    def local(cls, sha256: bytes) -> "Location":
        """Return the location of the blob with this hash in a content-addressed store."""
        return cls(LocationKind.LOCAL, sha256)

    @classmethod
    def of(cls, data: bytes) -> "Location":
        """Return the location that `data` has in every content-addressed store."""
        return cls.local(hashlib.sha256(data).digest())

    @classmethod
    def from_bytes(cls, data: bytes) -> "Location":
        """Read the 33 bytes of an account."""
        if len(data) != 33 or data[0] not in set(LocationKind):
            raise ConfigError("the bytes are not a blob location")
        return cls(LocationKind(data[0]), data[1:])

    def to_bytes(self) -> bytes:
        """Return tag and id, 33 bytes, as accounts hold them."""
        return bytes([self.tag]) + self.id

    def __str__(self) -> str:
        """Return `kind:hex`."""
        return f"{self.tag.name.lower()}:{self.id.hex()}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a blob is said to be, and the sha256 that it has there: what accounts hold together."""

    location: Location
    sha256: bytes

    @classmethod
    def local(cls, sha256: bytes) -> "Place":
        """Return the place of the blob with this hash in a content-addressed store."""
        return cls(Location.local(sha256), sha256)
