"""What a file's contents came to when they were last read: an answer while the file is untouched.

As git's index does, it knows a file again by what the file system says of it, so that `status` reads a model
of any size once. A verb that records anything reads the model itself.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from federity.errors import FileUnavailable, StorageFull
from federity.files import reading
from federity.local_files import Format
from federity.records import Count
from federity.repository.working_copy.lock import write_atomic

# A file system may date changes this coarsely (FAT does): what changed later than that before it was read may
# change once more and keep its date.
COARSEST_NS = 2_000_000_000
# Answers that are remembered.
KEPT = 16


@dataclass(frozen=True)
class Mark:
    """What a file system says of a file: its number, size in bytes, and times of change in nanoseconds."""

    device: Count
    inode: Count
    size: Count
    modified: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Mark:
        """Of a file as it is. Raises FileUnavailable."""
        with reading(path):
            now = path.stat()
        return cls(now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns)

    def is_settled(self, at: int) -> bool:
        """Whether a change after `at`, in Unix nanoseconds, would show."""
        return max(self.modified, self.changed) + COARSEST_NS < at


@dataclass(frozen=True)
class Answer:
    """What the file that bore `mark` came to; `question` says what of which file."""

    question: str
    mark: Mark
    found: str


@dataclass(frozen=True)
class Answers:
    """What the file `seen` holds, the newest answer at the end."""

    entries: tuple[Answer, ...] = ()


_FORMAT = Format(Answers, "Delete it: it is made anew.")


class Seen:
    """The file `seen` of a working copy, a cache."""

    def __init__(self, folder: Path) -> None:
        """Take the folder `.federity`."""
        self._file = folder / "seen"

    async def ask(self, path: Path, question: str, find: Callable[[], Awaitable[str]]) -> str:
        """What was found of a file when it was as it is now, or else what `find` finds.

        `question` says what is asked, of this file and of all else that the answer follows from. In a folder
        that cannot be written nothing is remembered. Raises FileUnavailable: the file cannot be looked at.
        """
        mark, at = Mark.of(path), time.time_ns()
        question = f"{question} of {path}"
        held = self._entries()
        for answer in held:
            if answer.question == question and answer.mark == mark:
                return answer.found
        found = await find()
        if mark.is_settled(at) and mark == Mark.of(path):
            others = [answer for answer in held if answer.question != question]
            kept = Answers((*others[-KEPT + 1 :], Answer(question, mark, found)))
            with suppress(FileUnavailable, StorageFull):
                write_atomic(self._file, _FORMAT.encode(kept))
        return found

    def _entries(self) -> tuple[Answer, ...]:
        known = _FORMAT.read_cache(self._file)
        return known.entries if known else ()
