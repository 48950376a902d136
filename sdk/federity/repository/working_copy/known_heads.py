"""`accumulators/`: of the heads that this working copy has checked, the sha256 of each accumulator's blob."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from federity.files import listed, remove
from federity.local_files import Format
from federity.objects.location import Location
from federity.repository.ledger.memory import ZERO, BlobOrZero
from federity.repository.working_copy.lock import write_atomic
from federity.storage.directory import DirectoryStorage

# Accumulators kept beside the head's: each has eight bytes a value and can be had again.
KEPT = 3


@dataclass(frozen=True)
class KnownAccumulator:
    """What `accumulators/COMMIT` holds: the sha256 of the accumulator's blob, or `ZERO`, and which head has
    that at this address (`federity.repository.ledger.heads.mark_of`; empty where nobody looked).
    """

    blob: BlobOrZero
    mark: str = ""


# It can be made again.
_FORMAT = Format(KnownAccumulator, "Delete it.")


class KnownHeads:
    """The folder `accumulators` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(self, folder: Path, objects: DirectoryStorage) -> None:
        """Take the folder, and where the blobs are."""
        self._folder, self._objects = folder, objects

    def get(self, commit: str) -> str | None:
        """Hash of the accumulator blob of a head, when one was checked."""
        return self._read(self._folder / commit)

    def mark(self, commit: str) -> str:
        """The mark of the head that was checked at this address; empty where there is none."""
        known = _FORMAT.read_cache(self._folder / commit)
        return known.mark if known else ""

    def _read(self, path: Path) -> str | None:
        known = _FORMAT.read_cache(path)
        return known.blob if known else None

    def put(self, commit: str, blob: str, mark: str) -> None:
        """Remember the accumulator blob of a head."""
        write_atomic(self._folder / commit, _FORMAT.encode(KnownAccumulator(blob, mark)))

    def forget(self, heads: AbstractSet[str], pinned: AbstractSet[str]) -> None:
        """Forget all but the newest accumulators, those of `heads` and the blobs `pinned`, and delete
        the blobs that only they name.

        A blob goes before its name: a process killed in between leaves a name that leads nowhere, which is
        made anew, and never a blob that nothing names.
        """
        files = sorted(listed(self._folder), key=lambda path: path.stat().st_mtime_ns)
        known = {path: blob for path in files if (blob := self._read(path)) is not None}
        kept = pinned | {ZERO}
        large = [path for path, blob in known.items() if blob not in kept and path.name not in heads]
        for path in large[:-KEPT]:
            blob = known.pop(path)
            if blob not in known.values():
                remove(self._objects.path(Location.local(bytes.fromhex(blob))))
            remove(path)
