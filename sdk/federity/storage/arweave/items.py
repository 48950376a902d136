"""Data items as ANS-104 has them: a signed header before the data, so that many fit one transaction.

https://github.com/ArweaveTeam/arweave-standards/blob/master/ans/ANS-104.md. The id is the hash of the
signature, and Ed25519 signs the same message always the same: so whoever holds key, tags and data knows the
id before anything is sent.
"""

import hashlib
import struct
from dataclasses import dataclass, replace
from typing import Final, Protocol

from solders.pubkey import Pubkey
from solders.signature import Signature

from ...errors import BadBlob
from ...objects.blob import Blob, pieces
from .encoding import ID_BYTES, deep_hash, hashed_blob
from .signatures import SIZES, SignatureKind, verifies
from .tags import MAX_TAG_BYTES, Tag, decode_tags, encode_tags

__all__ = ["Ed25519Signer", "Item", "signed_item"]

_HEADER_BYTES: Final = 2 + 512 + 512 + 2 * (1 + ID_BYTES) + 16 + MAX_TAG_BYTES
"""The most that comes before an item's data."""


class Ed25519Signer(Protocol):
    """A Solana wallet, or whatever else signs with such a key."""

    @property
    def pubkey(self) -> Pubkey:
        """The key that its signatures verify against."""

    def sign(self, message: bytes) -> Signature:
        """Sign a message."""


@dataclass(frozen=True)
class Item:
    """One item. `target` and `anchor` have 32 bytes or none; `raw_tags` are the signed bytes of the tags."""

    kind: SignatureKind
    signature: bytes
    owner: bytes
    target: bytes
    anchor: bytes
    tags: tuple[Tag, ...]
    raw_tags: bytes
    data: Blob

    @property
    def id(self) -> bytes:
        """What the item is found by, 32 bytes."""
        return hashlib.sha256(self.signature).digest()

    @property
    def header(self) -> bytes:
        """The bytes before the data."""
        optional = b"".join(b"\x01" + part if part else b"\x00" for part in (self.target, self.anchor))
        counts = struct.pack("<QQ", len(self.tags), len(self.raw_tags))
        return struct.pack("<H", self.kind) + self.signature + self.owner + optional + counts + self.raw_tags

    @property
    def message(self) -> bytes:
        """What is signed, 48 bytes: it covers all but the signature. The data is read by pieces."""
        kind = str(int(self.kind)).encode()
        data = hashed_blob(len(self.data), pieces(self.data))
        fields = (self.owner, self.target, self.anchor, self.raw_tags, data)
        return bytes(deep_hash([b"dataitem", b"1", kind, *fields]))

    def verifies(self) -> bool:
        """Whether the signature is the owner's over all this. Raises ConfigError, FileUnavailable."""
        return verifies(self.kind, self.owner, self.signature, self.message)

    @classmethod
    def parse(cls, raw: Blob) -> "Item":
        """Read an item, its data as bytes; whether it verifies is another question.

        Raises BadBlob for anything that is not exactly one, FileUnavailable.
        """
        head = _Head(raw[0:_HEADER_BYTES])
        number = int.from_bytes(head.take(2), "little")
        if number not in set(SignatureKind):
            raise BadBlob(f"the item is signed in the way {number}, which is not known here")
        kind = SignatureKind(number)
        signature, owner = (head.take(size) for size in SIZES[kind])
        target, anchor = head.optional(), head.optional()
        count, size = struct.unpack("<QQ", head.take(16))
        if size > MAX_TAG_BYTES:
            raise BadBlob("the item has too many tags")
        raw_tags = head.take(size)
        tags = decode_tags(raw_tags, count)
        return cls(kind, signature, owner, target, anchor, tags, raw_tags, raw[head.at : len(raw)])


def signed_item(signer: Ed25519Signer, data: Blob, tags: tuple[Tag, ...], anchor: bytes) -> Item:
    """The item that a Solana wallet makes of `data`; `anchor` has 32 bytes or none. The data is read once.

    Raises BadBlob for tags that no item holds, FileUnavailable.
    """
    if len(anchor) not in (0, ID_BYTES):
        raise BadBlob(f"an item's anchor has {ID_BYTES} bytes")
    kind = SignatureKind.ED25519
    owner = bytes(signer.pubkey)
    item = Item(kind, bytes(SIZES[kind][0]), owner, b"", anchor, tags, encode_tags(tags), data)
    return replace(item, signature=bytes(signer.sign(item.message)))


class _Head:
    """A place in the first bytes of an item."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        if self.at + size > len(self.data):
            raise BadBlob("the item is cut short")
        self.at += size
        return self.data[self.at - size : self.at]

    def optional(self) -> bytes:
        present = self.take(1)[0]
        if present > 1:
            raise BadBlob("the item says neither that a field is there nor that it is not")
        return self.take(ID_BYTES) if present else b""
