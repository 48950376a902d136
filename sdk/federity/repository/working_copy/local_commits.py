"""Local commits: made here, not (yet) part of a head, kept in the order they were made.

Each is `commits/NNNNNN-ID.json` beside `NNNNNN-ID.residual`, what quantisation dropped up to and with that
commit: float32 of each element, then the sha256 of the commit's delta and, as float64, what its change asked
for where the delta has values (`federity.objects.feedback`), then a CRC-32 of all that. The residual is
written first, and the JSON makes the commit exist; taking the JSON away restores the residual before it.
"""

from __future__ import annotations

import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from federity import objects
from federity.errors import WorktreeError
from federity.files import Draft, drafted, listed, private_folder, remove, writing
from federity.local_files import Format
from federity.objects.blob import BlobFile
from federity.repository.reports import LocalCommit
from federity.repository.working_copy.lock import write_atomic
from federity.text import short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from federity.objects import LazyTensor

_FORMAT = Format(LocalCommit, "Delete the file and commit the model again.", version=3)
_TAIL = struct.Struct("<32sd")
_CHECK = struct.Struct("<I")
_PIECE = 1 << 20


@dataclass(frozen=True)
class Left:
    """What the newest commit left: `residual`, float32 of each element in units, and its delta's sha256.

    `asked` is what its change asked for where the delta has values.
    """

    residual: LazyTensor
    delta: str
    asked: float


def tail(delta: str, asked: float) -> bytes:
    """Return what follows the elements in the file of a residual."""
    return _TAIL.pack(bytes.fromhex(delta), asked)


class LocalCommits:
    """The local commits of a working copy, all branches together."""

    def __init__(self, folder: Path, without: str = "") -> None:
        """Take the `.federity` folder, and the id of a commit that is to be as if it were not there."""
        self._folder, self._without = folder, without

    def without(self, commit: LocalCommit) -> LocalCommits:
        """The local commits as they would be without one."""
        return LocalCommits(self._folder, commit.id)

    def all(self, branch: str | None = None) -> list[LocalCommit]:
        """Local commits, oldest first, of one branch or of all. Raises WorktreeError when one is damaged."""
        commits = [self._load(path) for path in self._files()]
        gone = {self._without, *(commit.amends for commit in commits)} - {""}
        return [
            commit
            for commit in commits
            if commit.id not in gone and (branch is None or commit.branch == branch)
        ]

    def get(self, identity: str) -> LocalCommit:
        """One local commit. Raises WorktreeError when it is gone or damaged."""
        return self._load(self._file(identity))

    def has(self, identity: str) -> bool:
        """Whether there is a local commit with this id."""
        return any((self._folder / "commits").glob(f"??????-{identity}.json"))

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A file for what a commit drops, float32 in the order of elements: written while it is made.

        Raises StorageFull, FileUnavailable.
        """
        folder = self._folder / "commits"
        with writing(folder):
            private_folder(folder)
            with drafted(folder) as draft:
                yield draft

    def add(self, commit: LocalCommit, residual: Draft) -> None:
        """Append a commit and what it dropped, inside the context of its draft."""
        files = self._files()
        number = int(files[-1].name[:6]) + 1 if files else 1
        stem = self._folder / "commits" / f"{number:06d}-{commit.id}"
        self._place(residual, stem.with_suffix(".residual"))
        self._store(stem.with_suffix(".json"), commit)

    def _place(self, residual: Draft, path: Path) -> None:
        """Give what a commit dropped its checksum and its name."""
        with writing(path):
            residual.file.seek(0)
            check = 0
            while part := residual.file.read(_PIECE):
                check = zlib.crc32(part, check)
            residual.file.write(_CHECK.pack(check))
        residual.place(path)

    def rewrite(self, commit: LocalCommit, residual: Draft) -> None:
        """Put a commit of the same bytes, and what it dropped, in the place of one."""
        path = self._file(commit.id)
        self._place(residual, path.with_suffix(".residual"))
        self._store(path, commit)

    def forget_amended(self) -> None:
        """Take away a commit that another has been put in the place of; the caller holds the lock."""
        for commit in [self._load(path) for path in self._files()]:
            if commit.amends:
                if self.has(commit.amends):
                    self.remove(self.get(commit.amends))
                # An id can come back: that of a commit which is amended to what it was before.
                self.update(replace(commit, amends=""))

    def update(self, commit: LocalCommit) -> None:
        """Replace a commit's record (state, address, parent)."""
        self._store(self._file(commit.id), commit)

    def remove(self, commit: LocalCommit) -> None:
        """Forget a commit that was discarded; the residual before it is in force again."""
        path = self._file(commit.id)
        remove(path)
        remove(path.with_suffix(".residual"))

    def land(self, commit: LocalCommit) -> None:
        """Forget a commit that is part of the head now; what it dropped stays in force."""
        path = self._file(commit.id)
        residual = path.with_suffix(".residual")
        if residual.exists():
            write_atomic(self._base(commit.branch), BlobFile(residual))
        else:
            # It was dropped; what was left before this commit is in it or gone as well.
            self._base(commit.branch).unlink(missing_ok=True)
        self.remove(commit)

    def sweep(self) -> None:
        """Delete what was dropped by commits that are not there: a process was killed between the two files.

        The caller holds the lock.
        """
        for path in self._left_over():
            remove(path)

    def without_record(self) -> list[str]:
        """The ids of commits of which only what they dropped is there."""
        return [path.stem[7:] for path in self._left_over()]

    def _left_over(self) -> list[Path]:
        found = listed(self._folder / "commits", ".residual")
        return [path for path in found if not path.with_suffix(".json").exists()]

    def left(self, branch: str, elements: int) -> Left | None:
        """What the newest commit of `elements` values left, in the head or not; None: there is none.

        Parts of the residual are read when they are used. Raises WorktreeError for a damaged file.
        """
        path = self.newest_left(branch)
        if not path.exists():
            return None
        data = BlobFile(path)
        end = 4 * elements + _TAIL.size
        if not _is_sound(data, end):
            raise WorktreeError(
                f"{path} is damaged.", hint="Delete it: only rounding of past commits is lost."
            )
        delta, asked = _TAIL.unpack(data[4 * elements : end])
        return Left(objects.flat(data, "<f4", elements), delta.hex(), asked)

    def forget_left(self, branch: str) -> None:
        """Forget what the newest commit left; to take that one back brings back what was left before it."""
        self.newest_left(branch).unlink(missing_ok=True)

    def newest_left(self, branch: str) -> Path:
        """The file of what the newest commit left; there is none when nothing was."""
        commits = self.all(branch)
        return self._file(commits[-1].id).with_suffix(".residual") if commits else self._base(branch)

    def _base(self, branch: str) -> Path:
        return self._folder / "residual" / branch

    def _files(self) -> list[Path]:
        return [path for path in listed(self._folder / "commits", ".json") if path.name[6:7] == "-"]

    def _file(self, identity: str) -> Path:
        found = [path for path in self._files() if path.stem[7:] == identity]
        if not found:
            raise WorktreeError(f"The local commit {short(identity)} is gone.")
        return found[0]

    def _store(self, path: Path, commit: LocalCommit) -> None:
        write_atomic(path, _FORMAT.encode(commit))

    def _load(self, path: Path) -> LocalCommit:
        return _FORMAT.read(path)


def _is_sound(data: BlobFile, end: int) -> bool:
    """Whether the file of a residual has its length and its checksum, which files of before have not."""
    if len(data) != end + _CHECK.size:
        return len(data) == end
    check = 0
    for start in range(0, end, _PIECE):
        check = zlib.crc32(data[start : min(start + _PIECE, end)], check)
    return data[end:] == _CHECK.pack(check)
