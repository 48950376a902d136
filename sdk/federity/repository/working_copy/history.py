"""`history`: what was fetched of the repository's accounts, so that its history is read without a chain.

It can be fetched again: a damaged one is thrown away. Blobs are in `objects/`; those that `fetch` brought are
named here, so that `gc` leaves them.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from federity.local_files import Format
from federity.records import Address, Count, Digest
from federity.repository.working_copy.lock import write_atomic

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.chain.recorded import Recording

_ENTRY = struct.Struct("<32sI")
_TIME = struct.Struct("<QQ")
# Of what is packed: far more than any history has.
_LARGEST = 1 << 30


def _unpacked(text: str) -> bytes:
    """Raises ValueError for what nobody packed."""
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(base64.b64decode(text, validate=True), _LARGEST)
    except zlib.error as error:
        raise ValueError(f"it cannot be unpacked ({error})") from error
    if not unpacking.eof:
        raise ValueError("it ends too early, or is too large")
    return data


def _packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


def _entries(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        if at + _ENTRY.size > len(data):
            raise ValueError("an account of it is cut off")
        address, size = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        if at + size > len(data):
            raise ValueError("an account of it is cut off")
        yield address, data[at : at + size]
        at += size


def _accounts(text: str) -> None:
    for _ in _entries(_unpacked(text)):
        pass


def _times(text: str) -> None:
    if len(_unpacked(text)) % _TIME.size:
        raise ValueError("a time of it is cut off")


@dataclass(frozen=True)
class Fetched:
    """What `history` holds: accounts of `repository` as of `slot`, fetched at the Unix second `at`.

    `accounts` are address, number of bytes and bytes of each, `times` pairs of slot and Unix second, both
    little-endian, compressed by zlib, in base64. `blobs` are the sha256 of the deltas and notes that were
    brought with them.
    """

    cluster: Digest
    repository: Address
    slot: Count
    at: Count
    accounts: Annotated[str, _accounts]
    times: Annotated[str, _times]
    blobs: tuple[Digest, ...] = ()

    @classmethod
    def of(cls, recording: Recording, repository: Pubkey, at: int, blobs: tuple[str, ...]) -> Fetched:
        """What is kept of a recording."""
        items: Mapping[Pubkey, bytes] = recording.accounts
        entries = b"".join(_ENTRY.pack(bytes(one), len(data)) + data for one, data in items.items())
        times = b"".join(_TIME.pack(slot, time) for slot, time in recording.times.items())
        cluster = recording.genesis.hex()
        return cls(cluster, str(repository), recording.slot, at, _packed(entries), _packed(times), blobs)

    def recording(self) -> Recording:
        """The recording that is kept."""
        from solders.pubkey import Pubkey

        from federity.chain.recorded import Recording

        times = dict(_TIME.iter_unpack(_unpacked(self.times)))
        found = {Pubkey.from_bytes(at): data for at, data in _entries(_unpacked(self.accounts))}
        return Recording(bytes.fromhex(self.cluster), self.slot, found, times)


_FORMAT = Format(Fetched, "Delete it and run `federity fetch`.", limit=1 << 28)


class History:
    """The file `history` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(self, file: Path) -> None:
        """Take the file."""
        self._file = file

    def read(self) -> Fetched | None:
        """What was fetched last; None when nothing was, or what was is damaged."""
        return _FORMAT.read_cache(self._file)

    def write(self, fetched: Fetched) -> None:
        """Keep what was fetched. Raises StorageFull, FileUnavailable."""
        write_atomic(self._file, _FORMAT.encode(fetched))
