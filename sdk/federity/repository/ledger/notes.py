"""Words beside a review or an operation: kept in the store under their sha256, all that the chain holds of
them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from federity.errors import BlobError, BlobMissing, ConfigError, FileUnavailable
from federity.objects import Location, LocationKind

if TYPE_CHECKING:
    from federity.objects.blob import Blob
    from federity.repository.ledger.reader import Reader

LONGEST = 64 * 1024
"""Bytes of UTF-8 that a note may have: what is longer is neither written nor shown."""


def check(note: str) -> bytes:
    """The bytes of a note. Raises ConfigError for one that is too long, or that UTF-8 cannot hold."""
    try:
        data = note.encode()
    except UnicodeEncodeError as error:
        raise ConfigError("The message holds a character that is none in Unicode.") from error
    if len(data) > LONGEST:
        raise ConfigError(f"The message has {len(data)} bytes; {LONGEST} are the most.")
    return data


def hash_of(words: bytes) -> bytes:
    """What the chain holds of these words; zero where there are none."""
    return hashlib.sha256(words).digest() if words else bytes(32)


async def blob(reader: Reader, note_hash: bytes) -> Blob:
    """The note with this sha256, from this session's store or, when the chain says that the repository's
    blobs are on Arweave, from there: of a note it says no place. Raises BlobError, FileUnavailable.
    """
    storage = reader.session.storage
    try:
        return await storage.get(Location.local(note_hash), LONGEST)
    except BlobMissing:
        # A store that writes there has looked there.
        if storage.kind is not LocationKind.LOCAL or not await reader.on_arweave():
            raise
        return await storage.sought(note_hash, LONGEST)


async def read(reader: Reader, note_hash: bytes) -> tuple[str, str]:
    """The note with this sha256, and, when there is one that cannot be shown, why not."""
    if not any(note_hash):
        return "", ""
    try:
        data = await blob(reader, note_hash)
    except (BlobError, FileUnavailable) as error:
        return "", f"the store does not give it: {error.sentence}"
    return bytes(data).decode(errors="replace"), ""
