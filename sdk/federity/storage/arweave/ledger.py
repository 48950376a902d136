"""What was uploaded from this machine, and what is under way: so that nothing is uploaded or paid for twice.

A file for each blob and way of upload. It is written before the first byte is sent, because a transaction is
signed with chance: without its signature nobody would know that it had been sent.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from ...errors import BadBlob
from ...files import PRIVATE_FILE, private_folder, write_atomically, writing
from ...local_files import Format
from ...objects.location import Location, LocationKind
from ...parsing import parse
from ...records import Count, Digest, one_of
from .transaction import Transaction

__all__ = ["Ledger", "Upload"]


@dataclass(frozen=True)
class Upload:
    """One blob's way to Arweave.

    `state` is `begun` until everything was handed over, then `sent`, and `final` when it cannot get lost any
    more. `service` is the URL or the network that it goes to, `id` where it will be. `session`, `piece` and
    `done` are about an upload by pieces: the service's name for it, the bytes of each, and how many, from the
    first, arrived.
    `transaction` is the signed one, as JSON of texts; `height` is the chain's height when it was signed.
    """

    blob: Digest
    service: str
    id: Digest
    state: Annotated[str, one_of("begun", "sent", "final")] = "begun"
    session: str = ""
    piece: Count = 0
    done: Count = 0
    transaction: str = ""
    height: Count = 0

    def location(self, kind: LocationKind) -> Location:
        """Where the blob is, or will be."""
        return Location(kind, bytes.fromhex(self.id))

    def signed(self) -> Transaction:
        """The transaction. Raises BadBlob for a record that holds none."""
        try:
            return Transaction.from_json(parse(self.transaction))
        except ValueError as error:
            raise BadBlob("the record of an upload holds no transaction") from error


_FORMAT = Format(Upload, "Delete it: then that blob is uploaded, and paid for, once more.", limit=1 << 22)


class Ledger:
    """The folder of these files."""

    def __init__(self, folder: Path, way: str, *, again: bool) -> None:
        """Take the folder, made when it is written to, and the way of upload in a word. With `again` a blob
        that is uploaded again is the same upload, so a damaged file may be forgotten.
        """
        self._folder = folder
        self._way = way
        self._again = again

    def read(self, blob: bytes, service: str) -> Upload | None:
        """What is known of a blob's upload to a service; None when there is nothing.

        Raises FileUnavailable, and WorktreeError for a newer version's or one that is damaged and counts.
        """
        path = self._path(blob)
        read = _FORMAT.read_cache if self._again or not path.exists() else _FORMAT.read
        found = read(path)
        return found if found is not None and found.service == service else None

    def write(self, upload: Upload) -> None:
        """Write it whole. Raises StorageFull, FileUnavailable."""
        write_atomically(self._path(bytes.fromhex(upload.blob)), [_FORMAT.encode(upload)])

    @asynccontextmanager
    async def claimed(self, blob: bytes) -> AsyncIterator[None]:
        """Keep everybody else of this machine from uploading the blob; whoever waits finds it uploaded.

        The kernel lets go of it when the process ends, however it ends. Raises FileUnavailable.
        """
        path = self._folder / self._way / f"{blob.hex()[:2]}.lock"
        with writing(path):
            private_folder(path.parent)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
        try:
            while not _taken(handle, path):  # noqa: ASYNC110 - another process may hold it
                await asyncio.sleep(0.05)
            yield
        finally:
            os.close(handle)

    def _path(self, blob: bytes) -> Path:
        return self._folder / self._way / blob.hex()[:2] / f"{blob.hex()[2:]}.json"


def _taken(handle: int, path: Path) -> bool:
    with writing(path):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
