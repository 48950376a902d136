"""`reflog`: where this working copy's HEAD has been, on which branch, and which verb moved it.

It is written when a verb lets go of the lock, and says what changed since it was last written: so a verb that
was killed is in it too, without its name, once the next one has run. It is a convenience of this folder, of
which nothing else depends; damaged, it begins anew.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from federity.local_files import Format
from federity.records import Address, Count, Digest, Name
from federity.repository.working_copy.lock import write_atomic

# Older ones are forgotten.
KEPT = 200
PUSH = "push"


@dataclass(frozen=True)
class Tip:
    """What HEAD is: the head `commit` of a branch, called `id`, and the deltas of local commits on it.

    `base` is the sha256 of the snapshot that all of these are added to.
    """

    branch: Name
    commit: Address
    id: str
    base: Digest
    deltas: tuple[Digest, ...] = ()

    @property
    def called(self) -> str:
        """The name of the newest commit."""
        return self.deltas[-1] if self.deltas else self.id


@dataclass(frozen=True)
class Entry:
    """Where HEAD came to be, through which verb (empty: one that was killed), at which Unix nanosecond."""

    tip: Tip
    verb: str
    at: Count


@dataclass(frozen=True)
class Entries:
    """What `reflog` holds, the newest last."""

    entries: tuple[Entry, ...] = ()


_FORMAT = Format(Entries, "Delete it.", limit=1 << 24)


class Reflog:
    """The file `reflog` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(self, file: Path) -> None:
        """Take the file."""
        self._file = file

    def entries(self) -> tuple[Entry, ...]:
        """All that is remembered, the newest first."""
        found = _FORMAT.read_cache(self._file)
        return tuple(reversed(found.entries)) if found else ()

    def note(self, tip: Tip, verb: str) -> None:
        """Write down where HEAD is, unless that is what was written last.

        What a push sent is where it was, by another road: it takes the place of the same commit before.
        """
        known = self.entries()
        newest = known[0] if known else None
        if newest is not None and newest.tip == tip:
            return
        entry = Entry(tip, verb, time.time_ns())
        if newest is not None and verb == PUSH and newest.tip.called == tip.called:
            entry, known = replace(newest, tip=tip), known[1:]
        kept = (entry, *known[: KEPT - 1])
        write_atomic(self._file, _FORMAT.encode(Entries(tuple(reversed(kept)))))
