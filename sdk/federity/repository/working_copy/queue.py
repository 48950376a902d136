"""`queue`: what was asked for where there was no chain, in order, and what the program will make of it.

It is a truth of this working copy, as its local commits are: `push` sends it, and nothing else drops it but
whoever takes it back. HEAD stands on what is queued last of its branch, so that what comes after is made of
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from federity.files import remove
from federity.local_files import Format
from federity.records import Address, Count, Hex, Maybe, Name, one_of
from federity.repository.reports.queue_reports import QueuedView
from federity.repository.working_copy import packed as packing
from federity.repository.working_copy.lock import write_atomic

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.chain.recorded import Recording

MERGE, RECIPE, REVERT, PICK, RESET, BRANCH = "merge", "recipe", "revert", "cherry-pick", "reset", "branch"


@dataclass(frozen=True)
class Asked:
    """A verb with its arguments, commits by their addresses. `weights` are shares, as fractions; `words` what
    the history is to say of it.
    """

    verb: Annotated[str, one_of(MERGE, RECIPE, REVERT, PICK, RESET, BRANCH)]
    subjects: tuple[Address, ...]
    words: str = ""
    weights: dict[Address, str] = field(default_factory=dict)
    average: bool = False
    ff_only: bool = False

    def moved(self, places: Mapping[str, str]) -> Asked:
        """The same of commits that are elsewhere now."""
        weights = {places.get(at, at): share for at, share in self.weights.items()}
        subjects = tuple(places.get(at, at) for at in self.subjects)
        return Asked(self.verb, subjects, self.words, weights, self.average, self.ff_only)


@dataclass(frozen=True)
class Queued:
    """One thing that waits to be sent: `asked` of `branch`, which it moves from `head` to `result`, or makes
    at `result`.

    It stands on the branch's head `on`, its move number `seq`, with the local commits `under` it in between,
    whose heads will be `landings`. `operation` is its address, empty of a branch. `accounts` are those of the
    program that all this changes, as they will be after the slots `first_slot` to `slot` of the forecast;
    `at` is a Unix second.
    """

    asked: Asked
    branch: Name
    author: Address
    on: Address
    seq: Count
    head: Address
    result: Address
    first_slot: Count
    slot: Count
    at: Count
    accounts: Annotated[str, packing.accounts]
    under: tuple[Hex, ...] = ()
    landings: tuple[Address, ...] = ()
    operation: Maybe = ""

    def __post_init__(self) -> None:
        """Refuse, with ValueError, what cannot belong together."""
        if len(self.under) != len(self.landings):
            raise ValueError("it has other commits than heads of them")
        if not 0 <= self.slot - self.first_slot < 1 << 16:
            raise ValueError("it takes slots that nothing takes")

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads that the branch will have on the way, the one it has first and the last one last."""
        moved = () if self.asked.verb == BRANCH else (self.result,)
        return (self.on, *self.landings, *moved)

    @property
    def makes(self) -> frozenset[str]:
        """The heads that are there by this alone: not one that it only takes the branch to."""
        return frozenset(self.heads[1:]) - frozenset(self.asked.subjects)


@dataclass(frozen=True)
class _Entries:
    """What `queue` holds, the oldest first."""

    entries: tuple[Queued, ...] = ()


_FORMAT = Format(
    _Entries,
    "Put model.safetensors aside, delete it, and run `federity pull --force`: what was queued is to be asked "
    "for again.",
    limit=1 << 28,
)


class Queue:
    """The file `queue` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(self, file: Path) -> None:
        """Take the file."""
        self._file = file

    def entries(self) -> tuple[Queued, ...]:
        """All that waits, the oldest first. Raises WorktreeError when the file is damaged."""
        return _FORMAT.read(self._file).entries if self._file.exists() else ()

    def write(self, entries: Sequence[Queued]) -> None:
        """Let these be what waits. Raises StorageFull, FileUnavailable."""
        if entries:
            write_atomic(self._file, _FORMAT.encode(_Entries(tuple(entries))))
        else:
            remove(self._file)

    def under(self) -> frozenset[str]:
        """The ids of local commits that something is queued on top of."""
        return frozenset(identity for entry in self.entries() for identity in entry.under)

    def heads(self) -> frozenset[str]:
        """The addresses of the heads that will be there once all of this is sent."""
        return frozenset(head for entry in self.entries() for head in entry.heads[1:])

    def waits(self, operation: str) -> bool:
        """Whether the operation of this address is queued."""
        return any(entry.operation == operation for entry in self.entries())

    def first(self, branch: str) -> Queued | None:
        """What moves a branch first, of those that the chain has already."""
        own = [entry for entry in self.entries() if entry.branch == branch]
        return own[0] if own and own[0].asked.verb != BRANCH else None

    def last(self, branch: str) -> Queued | None:
        """What was queued last of a branch."""
        own = [entry for entry in self.entries() if entry.branch == branch]
        return own[-1] if own else None


def queued_view(entry: Queued) -> QueuedView:
    """What is said of something queued."""
    return QueuedView(
        verb=entry.asked.verb,
        branch=entry.branch,
        subjects=entry.asked.subjects,
        head_before=entry.head,
        head=entry.result,
        operation=entry.operation,
        commits=entry.under,
        message=entry.asked.words,
        time=entry.at,
    )


def foreseen(entries: Sequence[Queued]) -> tuple[dict[Pubkey, bytes], dict[int, int]]:
    """The accounts as they will be once all of this is sent, empty where one will be gone; and the dates of
    the slots of that forecast, in Unix seconds.
    """
    accounts: dict[Pubkey, bytes] = {}
    times: dict[int, int] = {}
    for entry in entries:
        accounts |= packing.unpacked_accounts(entry.accounts)
        times |= dict.fromkeys(range(entry.first_slot, entry.slot + 1), entry.at)
    return accounts, times


def ahead(recording: Recording, entries: Sequence[Queued]) -> Recording:
    """A recording as it will be once all of this is sent."""
    accounts, times = foreseen(entries)
    kept = {at: data for at, data in {**recording.accounts, **accounts}.items() if data or at not in accounts}
    slot = max([recording.slot, *(entry.slot for entry in entries)])
    return replace(recording, slot=slot, accounts=kept, times={**recording.times, **times})
