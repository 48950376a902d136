"""Local commits: made here, not (yet) part of a head, kept in the order they were made.

Each is `commits/NNNNNN-ID.json` beside `NNNNNN-ID.residual`: for each element a float32, what the commit
dropped, and an int8, what it sent; at the end the delta's shift and how much of it training had asked for
(`objects.carry`). The residual is written first, and the JSON makes the commit exist; taking the JSON away
restores the residual before it.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from federity.errors import WorktreeError
from federity.files import Draft, drafted, sweep
from federity.objects.blob import BlobFile
from federity.objects.carry import Sent
from federity.objects.tensors import LazyTensor, bytes_of
from federity.repository.files import write_atomic, writing
from federity.repository.reports import LocalCommit

_ELEMENT: Final = np.dtype([("dropped", "<f4"), ("sent", "i1")])
_END: Final = struct.Struct("<Bd")


def residual_part(dropped: npt.NDArray[np.float32], sent: npt.NDArray[np.int8]) -> memoryview:
    """Return the bytes of a residual's next elements: what was dropped, in units, and the delta's values."""
    part = np.empty(len(dropped), _ELEMENT)
    part["dropped"], part["sent"] = dropped, sent
    return bytes_of(part)


def residual_end(shift: int, asked: float) -> bytes:
    """Return the bytes at the end of a residual, see `objects.carry.Sent`."""
    return _END.pack(shift, asked)


def commit_id(fields_: dict[str, object]) -> str:
    """Identity of a local commit: the first 40 hex digits of the sha256 of its fields."""
    return hashlib.sha256(json.dumps(fields_, sort_keys=True).encode()).hexdigest()[:40]


class LocalCommits:
    """The local commits of a working copy, all branches together."""

    def __init__(self, folder: Path) -> None:
        """Take the `.federity` folder."""
        self._folder = folder

    def all(self, branch: str | None = None) -> list[LocalCommit]:
        """Local commits, oldest first, of one branch or of all. Raises WorktreeError when one is damaged."""
        commits = [self._load(path) for path in self._files()]
        return [commit for commit in commits if branch is None or commit.branch == branch]

    def get(self, identity: str) -> LocalCommit:
        """One local commit. Raises WorktreeError when it is gone or damaged."""
        return self._load(self._file(identity))

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A file for a commit's residual: `residual_part` in the order of elements, then `residual_end`.

        The caller holds the working copy's lock, so drafts that are there are left by killed processes and
        are deleted. Raises StorageFull, WorktreeError.
        """
        folder = self._folder / "commits"
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            sweep(folder, 0)
            with drafted(folder) as draft:
                yield draft

    def add(self, commit: LocalCommit, residual: Draft) -> None:
        """Append a commit and what it dropped, inside the context of its draft."""
        files = self._files()
        number = int(files[-1].name[:6]) + 1 if files else 1
        stem = self._folder / "commits" / f"{number:06d}-{commit.id}"
        residual.place(stem.with_suffix(".residual"))
        self._store(stem.with_suffix(".json"), commit)

    def update(self, commit: LocalCommit) -> None:
        """Replace a commit's record (state, address, parent)."""
        self._store(self._file(commit.id), commit)

    def remove(self, commit: LocalCommit) -> None:
        """Forget a commit that was discarded; the residual before it is in force again."""
        path = self._file(commit.id)
        path.unlink()
        path.with_suffix(".residual").unlink(missing_ok=True)

    def land(self, commit: LocalCommit) -> None:
        """Forget a commit that is part of the head now; its residual stays in force."""
        path = self._file(commit.id)
        residual = path.with_suffix(".residual")
        if residual.exists():
            write_atomic(self._base(commit.branch), BlobFile(residual))
        self.remove(commit)

    def last(self, branch: str, elements: int) -> Sent | None:
        """What the newest commit sent and dropped, of so many elements; None before the first.

        Parts are read when they are used. Raises WorktreeError for a file of another length.
        """
        commits = self.all(branch)
        path = self._file(commits[-1].id).with_suffix(".residual") if commits else self._base(branch)
        if not path.exists():
            return None
        data, size = BlobFile(path, WorktreeError), _ELEMENT.itemsize
        whole = len(data) == size * elements + _END.size
        shift, asked = _END.unpack(data[size * elements : len(data)]) if whole else (0, math.nan)
        if not math.isfinite(asked):
            raise WorktreeError(
                f"{path} is damaged.", hint="Delete it: only rounding of past commits is lost."
            )

        def column(name: str) -> LazyTensor:
            def read(part: slice) -> npt.NDArray[Any]:
                return np.frombuffer(data[size * part.start : size * part.stop], _ELEMENT)[name]

            return LazyTensor((elements,), _ELEMENT[name], read)

        return Sent(column("dropped"), column("sent"), shift, asked)

    def _base(self, branch: str) -> Path:
        return self._folder / "residual" / branch

    def _files(self) -> list[Path]:
        return sorted((self._folder / "commits").glob("??????-*.json"))

    def _file(self, identity: str) -> Path:
        found = list((self._folder / "commits").glob(f"??????-{identity}.json"))
        if not found:
            raise WorktreeError(f"The local commit {identity[:12]} is gone.")
        return found[0]

    def _store(self, path: Path, commit: LocalCommit) -> None:
        write_atomic(path, json.dumps(asdict(commit), indent=1).encode())

    def _load(self, path: Path) -> LocalCommit:
        try:
            values = json.loads(path.read_bytes())
            return LocalCommit(**{field.name: values[field.name] for field in fields(LocalCommit)})
        except (ValueError, KeyError, TypeError) as error:
            raise WorktreeError(
                f"The local commit in {path} is damaged.", hint="Delete the file and commit the model again."
            ) from error
