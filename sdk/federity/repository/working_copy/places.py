"""Where a working copy stood before its last checkout: a branch, or a commit. What `-` means, as in git.

A convenience of this folder, of which nothing else depends; damaged, it begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from federity.errors import NotFound
from federity.local_files import Format
from federity.repository.working_copy.lock import write_atomic

# As people type it, and as git spells it out.
_BEFORE = frozenset({"-", "@{-1}"})


@dataclass(frozen=True)
class Stood:
    """What `places` holds: each a branch's name, or a commit's address, which can be no branch's name."""

    now: str
    before: str = ""


_FORMAT = Format(Stood, "Delete it.")


class Places:
    """The file `places` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(self, file: Path) -> None:
        """Take the file."""
        self._file = file

    def meant(self, reference: str) -> str:
        """What is named or, by `-` or `@{-1}`, where the working copy stood before.

        Raises NotFound when it has stood in one place only.
        """
        if reference not in _BEFORE:
            return reference
        found = _FORMAT.read_cache(self._file)
        if found is None or not found.before:
            raise NotFound(
                "This working copy has stood on nothing else before.", hint="Name a branch or a commit."
            )
        return found.before

    def move(self, to: str, since: str) -> None:
        """Note that the working copy stands on `to`; `since` is where it stood when nothing was noted yet."""
        found = _FORMAT.read_cache(self._file) or Stood(since)
        if found.now != to:
            write_atomic(self._file, _FORMAT.encode(Stood(to, found.now)))
