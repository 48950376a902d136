"""`bisect`: what was said of commits in the search for the first bad one, and where to go back afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from federity.errors import NothingToDo
from federity.files import remove
from federity.local_files import Format
from federity.records import Address
from federity.repository.working_copy.lock import write_atomic


@dataclass(frozen=True)
class Search:
    """What `bisect` holds: addresses of commits. `bad` is empty until one was named, and `looked` is the one
    whose weights are in the model file now.
    """

    bad: str = ""
    good: tuple[Address, ...] = ()
    skipped: tuple[Address, ...] = ()
    looked: str = ""


_FORMAT = Format(Search, "Delete it and start again with `federity bisect start`.")


class Bisecting:
    """The file `bisect` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(self, file: Path) -> None:
        """Take the file."""
        self._file = file

    @property
    def running(self) -> bool:
        """Whether a search has begun and was not given up."""
        return self._file.exists()

    def read(self) -> Search:
        """What was said so far. Raises NothingToDo when no search has begun, WorktreeError."""
        if not self.running:
            raise NothingToDo("No search has begun.", hint="`federity bisect start BAD GOOD` begins one.")
        return _FORMAT.read(self._file)

    def write(self, search: Search) -> None:
        """Keep what was said."""
        write_atomic(self._file, _FORMAT.encode(search))

    def end(self) -> None:
        """Forget the search."""
        remove(self._file)
