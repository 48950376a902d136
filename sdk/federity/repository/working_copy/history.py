"""`history`: what was fetched of the repository's accounts, so that its history is read without a chain.

It can be fetched again: a damaged one is thrown away. Blobs are in `objects/`; those that `fetch` brought are
named here, so that `gc` leaves them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from federity.local_files import Format
from federity.records import Address, Count, Digest
from federity.repository.working_copy import packed as packing
from federity.repository.working_copy.lock import write_atomic
from federity.repository.working_copy.packed import packed, packed_accounts, unpacked, unpacked_accounts

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.chain.recorded import Recording

_TIME = struct.Struct("<QQ")


def _times(text: str) -> None:
    if len(unpacked(text)) % _TIME.size:
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
    accounts: Annotated[str, packing.accounts]
    times: Annotated[str, _times]
    blobs: tuple[Digest, ...] = ()

    @classmethod
    def of(cls, recording: Recording, repository: Pubkey, at: int, blobs: tuple[str, ...]) -> Fetched:
        """What is kept of a recording."""
        times = b"".join(_TIME.pack(slot, time) for slot, time in recording.times.items())
        cluster = recording.genesis.hex()
        return cls(
            cluster,
            str(repository),
            recording.slot,
            at,
            packed_accounts(recording.accounts),
            packed(times),
            blobs,
        )

    def recording(self) -> Recording:
        """The recording that is kept."""
        from federity.chain.recorded import Recording

        times = dict(_TIME.iter_unpack(unpacked(self.times)))
        return Recording(bytes.fromhex(self.cluster), self.slot, unpacked_accounts(self.accounts), times)


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
