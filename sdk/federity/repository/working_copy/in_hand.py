"""Which weights each model in hand was loaded with: a commit is what training changed since.

A working copy may load one commit into its own file, another into a file elsewhere and a third into a live
model. Each of these is an entry of `weights`; a file is known by its name, a live model by being the same
object. What nothing was loaded into (a new file, a model built anew) is taken for trained from what was
loaded last.
"""

from __future__ import annotations

import contextlib
import secrets
import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from federity.frameworks.named import Named
from federity.local_files import Format
from federity.records import Address, Count, Digest, HexOrAddress, digest, one_of
from federity.repository.working_copy.lock import write_atomic

if TYPE_CHECKING:
    from federity.repository.reports import LocalCommit
    from federity.repository.working_copy.local_commits import LocalCommits

# What stands for the accumulator of a genesis: all zero, so there is no blob to keep.
ZERO = "zero"
# Models that are remembered beside the working copy's own file and the one loaded last.
KEPT = 16

_FILE, _LIVE = "file:", "live:"

BlobOrZero = Annotated[str, one_of(ZERO, or_=digest)]


@dataclass(frozen=True)
class Loaded:
    """Weights to the bit: the accumulator of `head`, a genesis or merge, and the `deltas` on top of it.

    `commit` is what was asked for: `head`, or a proposal, whose change is among `deltas`. `accumulator` and
    `deltas` are the sha256 of their blobs, `base` is that of the snapshot they are added to. `made` counts
    the local commits made of the model since; those that are not part of `head` are the last of `deltas`.
    `identity` is the digest of the weights as loaded, `digest` that of the last ones committed since, or
    empty. Weights `declared` to be the head were not loaded; `before` is what was known of them till then.
    """

    commit: Address
    seq: Count
    base: Digest
    head: Address
    accumulator: BlobOrZero
    identity: Digest
    deltas: tuple[Digest, ...] = ()
    made: Count = 0
    digest: Annotated[str, one_of("", or_=digest)] = ""
    declared: bool = False
    before: Loaded | None = None

    @property
    def called(self) -> str:
        """The commit that the weights are of: of those of local commits on a head the newest of these, which
        may have been taken back since.
        """
        return self.deltas[-1] if self.deltas and self.commit == self.head else self.commit

    @property
    def known(self) -> str:
        """Digest of the weights that there is nothing to commit of; empty when it is not known."""
        return self.digest if self.made else self.identity

    def is_of(self, head: str, deltas: Sequence[str]) -> bool:
        """Whether the weights, commits made since included, are those of a head with just these deltas."""
        return self.head == head and sorted(self.deltas) == sorted(deltas)

    def committed(self, delta: str, now: str) -> Loaded:
        """Return the weights after a local commit of them; `now` is the digest of the model."""
        return replace(self, deltas=(*self.deltas, delta), made=self.made + 1, digest=now)

    def taken_back(self, delta: str) -> Loaded | None:
        """Return the weights after a commit was discarded: its change is uncommitted again.

        A commit that was loaded with the weights, and not made of them, stays part of what was loaded. Of
        weights declared to be the head's by that commit is known what was known before: None for nothing.
        """
        if not self.made or self.deltas[-1:] != (delta,):
            return self
        if self.declared and self.made == 1:
            return self.before
        return replace(self, deltas=self.deltas[:-1], made=self.made - 1, digest="")

    def as_made(self, kept: Loaded, dropped: Sequence[str]) -> Loaded:
        """Return weights that are those of `kept` with `dropped` on it as made of it by those commits, where
        taking the commits back would otherwise leave one of them in what was loaded.
        """
        if not self.is_of(kept.head, (*kept.deltas, *dropped)):
            return self
        back: Loaded | None = self
        for delta in reversed(dropped):
            back = back and back.taken_back(delta)
        if back is None or not set(dropped) & set(back.deltas):
            return self
        return replace(kept, deltas=(*kept.deltas, *dropped), made=len(dropped), digest=self.known)

    def landed(self, before: str, delta: str, head: str, seq: int, accumulator: str) -> Loaded:
        """Return the same weights after `delta` became all of the move from `before` to `head`."""
        if self.head != before or delta not in self.deltas:
            return self
        at = self.deltas.index(delta)
        rest = self.deltas[:at] + self.deltas[at + 1 :]
        moved = replace(self, head=head, accumulator=accumulator, deltas=rest)
        return replace(moved, commit=head, seq=seq) if self.commit == before or not rest else moved


@dataclass(frozen=True)
class Once:
    """What holds instead once (and as long as) there is a local commit with this id, or an operation of this
    address is queued; None: nothing known.
    """

    commit: HexOrAddress
    loaded: Loaded | None = None


@dataclass(frozen=True)
class Entry:
    """A model and what it was `loaded` with: None while that is going on, or when it was interrupted.

    A file holds weights with one of the digests `expected` then. `once` is there while a commit is made or
    taken back, so that a process killed at any moment leaves both or neither. A commit that was loaded
    `aside`, into a file elsewhere, is not where the working copy stands.
    """

    model: str
    loaded: Loaded | None = None
    expected: tuple[Digest, ...] = ()
    once: Once | None = None
    aside: bool = False

    @property
    def place(self) -> str:
        """The model for people: a file's name, relative to the working copy if it is in it."""
        return self.model.removeprefix(_FILE) if self.model.startswith(_FILE) else "a model in memory"

    def settled(self, exists: Callable[[str], bool]) -> Entry | None:
        """Return the entry with `once` decided; None when nothing is known of the model any more."""
        if self.once is None:
            return self
        if exists(self.once.commit):
            loaded = self.once.loaded
            return replace(self, loaded=loaded, expected=(), once=None) if loaded else None
        return replace(self, once=None) if self.loaded or self.expected else None


@dataclass(frozen=True)
class Models:
    """What `weights` holds: all entries, that of the model loaded last at the end."""

    entries: tuple[Entry, ...] = ()


_FORMAT = Format(
    Models,
    "Delete it. Which commit the weights in hand were trained from is then not known: run `federity pull`, "
    "or `federity commit --replace` to make them the head as they are.",
    version=2,
    limit=1 << 24,
)


class InHand:
    """The file `weights` of a working copy. Whoever changes it holds the working copy's lock."""

    def __init__(
        self, path: Path, folder: Path, commits: LocalCommits, waits: Callable[[str], bool] | None = None
    ) -> None:
        """Take the working copy, its `.federity` folder, its local commits, and what says whether an
        operation is queued.
        """
        self._root, self._file, self._commits, self._waits = path, folder / "weights", commits, waits
        self._live: dict[int, tuple[weakref.ref[Any], str]] = {}

    def find(self, model: Any) -> Entry | None:
        """The entry of a model, or of what was loaded last; None when nothing was. Raises WorktreeError."""
        entries, key = self._entries(), self._key(model)
        own = next((entry for entry in entries if entry.model == key), None)
        return own or (entries[-1] if entries else None)

    def doubtful(self, model: Any) -> tuple[Entry, Entry] | None:
        """What a model that nothing was loaded into may have been trained from, where that is not one thing:
        what was loaded last was only looked at, and the working copy stands on something else.
        """
        entries, key = self._entries(), self._key(model)
        here = [entry for entry in entries if not entry.aside]
        if any(entry.model == key for entry in entries) or not here or not entries[-1].aside:
            return None
        last = entries[-1]
        # Of what a commit was made of, training goes on.
        looked_at = last.loaded is not None and not last.loaded.made
        return (last, here[-1]) if looked_at and last.loaded != here[-1].loaded else None

    def name(self, model: Any) -> str:
        """The name of a model's entry; a new one for a live model that nothing was loaded into."""
        return self._key(model) or _LIVE + secrets.token_hex(8)

    def begin(self, model: Any, expected: Iterable[str] = ()) -> None:
        """Note that weights are about to be put into a model; `finish` comes next."""
        self._put(Entry(self.name(model), None, tuple(dict.fromkeys(expected))))

    def finish(self, model: Any, loaded: Loaded, *, aside: bool = False) -> None:
        """Note that the weights are in the model, which is the last entry since `begin`."""
        key = self._entries()[-1].model
        if key.startswith(_LIVE):
            # What cannot be referred to is never found again, and is taken for what was loaded last.
            with contextlib.suppress(TypeError):
                anchor = _anchor(model)
                self._live[id(anchor)] = weakref.ref(anchor), key
        self._put(Entry(key, loaded, aside=aside))

    def committing(self, key: str, commit: str, loaded: Loaded) -> None:
        """Note what holds of a model once the local commit of this id is there; then call `settle`."""
        entries = {entry.model: entry for entry in self._entries()}
        entries[key] = replace(entries.get(key, Entry(key)), once=Once(commit, loaded))
        self._write(list(entries.values()))

    def amending(self, key: str, commit: str, loaded: Loaded, amended: LocalCommit) -> None:
        """Note what holds of all models once the local commit of this id is in the place of another: of the
        model that it is made of, and of others that the other was made of; then put it there.
        """
        after = []
        for entry in self._entries():
            then = entry.loaded and entry.loaded.taken_back(amended.delta)
            then = loaded if entry.model == key else then
            after.append(entry if then == entry.loaded else replace(entry, once=Once(commit, then)))
        self._write(after)

    def resetting(self, kept: Loaded, dropped: Sequence[str]) -> None:
        """Note that the commits about to be taken back, the newest of the branch, are to be a change again
        also of models that they were loaded into with the rest.
        """
        entries = self._entries()
        self._write([replace(e, loaded=e.loaded and e.loaded.as_made(kept, dropped)) for e in entries])

    def taking_back(self, commit: LocalCommit) -> None:
        """Note what holds of all models once a local commit is gone; then take it away and call `settle`."""
        after = []
        for entry in self._entries():
            loaded = entry.loaded and entry.loaded.taken_back(commit.delta)
            once = Once(commit.id, entry.loaded) if entry.loaded and loaded != entry.loaded else None
            after.append(replace(entry, loaded=loaded, once=once))
        self._write(after)

    def holds(self, heads: Collection[str]) -> bool:
        """Whether a model is said to be loaded with one of these heads, commits on it or not."""
        return any(entry.loaded and entry.loaded.head in heads for entry in self._entries())

    def unqueueing(self, operation: str, heads: Collection[str], kept: Loaded) -> None:
        """Note what holds of all models once a queued operation is gone, and the heads that it was to make:
        of what was loaded with these everything on top of `kept` is a change. Then take it away and `settle`.
        """
        after = []
        for entry in self._entries():
            gone = entry.loaded is not None and entry.loaded.head in heads
            once = Once(operation, entry.loaded) if gone else entry.once
            after.append(replace(entry, loaded=kept, once=once) if gone else entry)
        self._write(after)

    def lose(self, delta: str) -> bool | None:
        """Note that a commit is gone without having been taken back. Whether its change is uncommitted again
        in all models that it was made of; None when no model is said to hold it.
        """
        entries, after = self._entries(), []
        for entry in entries:
            made = entry.loaded and entry.loaded.deltas[len(entry.loaded.deltas) - entry.loaded.made :]
            back = entry.loaded and entry.loaded.taken_back(delta) if delta in (made or ()) else entry.loaded
            # Nothing is known any more of weights that this commit declared to be the head's.
            after += [replace(entry, loaded=back)] if back or not entry.loaded else []
        holding = [entry for entry in entries if entry.loaded and delta in entry.loaded.deltas]
        if not holding:
            return None
        self._write(after)
        return not any(entry.loaded and delta in entry.loaded.deltas for entry in after)

    def land(self, commit: LocalCommit, head: str, seq: int, accumulator: str) -> None:
        """Note that a local commit was all of the move from its parent to `head`."""
        after = []
        for entry in self._entries():
            moved = entry.loaded and entry.loaded.landed(commit.parent, commit.delta, head, seq, accumulator)
            after.append(replace(entry, loaded=moved))
        self._write(after)

    def renamed(self, places: Mapping[str, str]) -> None:
        """Note that heads with the same weights are at other addresses: before, and now."""
        after = []
        for entry in self._entries():
            found = entry.loaded
            if found is not None:
                commit, head = places.get(found.commit, found.commit), places.get(found.head, found.head)
                found = replace(found, commit=commit, head=head)
            after.append(replace(entry, loaded=found))
        self._write(after)

    def settle(self) -> None:
        """Write down what became of a commit that was made or taken back."""
        self._write(self._entries())

    def known(self, path: Path) -> frozenset[str]:
        """Digests of weights that a file may hold without anything being lost when it is overwritten."""
        entries, key = self._entries(), self._key(path)
        own = [entry for entry in entries if entry.model == key] or entries
        found = {identity for entry in own for identity in entry.expected}
        found |= {kept for e in own if e.loaded for kept in (e.loaded.identity, e.loaded.known) if kept}
        return frozenset(found)

    def pinned(self) -> frozenset[str]:
        """The accumulators' blobs that are needed to tell what training changed."""
        return frozenset(entry.loaded.accumulator for entry in self._entries() if entry.loaded)

    def loaded(self) -> tuple[Loaded, ...]:
        """All that models are, or may still turn out to be, loaded with: also while a commit is made."""
        entries = self._read().entries
        found = [one for entry in entries for one in (entry.loaded, entry.once and entry.once.loaded) if one]
        return tuple(found)

    def any(self) -> bool:
        """Whether weights were ever loaded, to the end."""
        return any(entry.loaded for entry in self._entries())

    def _key(self, model: Any) -> str | None:
        if isinstance(model, Path):
            # A link is replaced, not followed, when weights are written.
            place = model.parent.resolve() / model.name
            inside = place.is_relative_to(self._root)
            return _FILE + (place.relative_to(self._root) if inside else place).as_posix()
        anchor = _anchor(model)
        found = self._live.get(id(anchor))
        return found[1] if found is not None and found[0]() is anchor else None

    def _entries(self) -> list[Entry]:
        return [entry for one in self._read().entries if (entry := one.settled(self._is_there)) is not None]

    def _is_there(self, name: str) -> bool:
        return self._commits.has(name) or (self._waits is not None and self._waits(name))

    def _read(self) -> Models:
        return _FORMAT.read(self._file) if self._file.exists() else Models()

    def _put(self, entry: Entry) -> None:
        """Make an entry the last one, and forget those of files and live models that are gone."""
        self._live = {number: found for number, found in self._live.items() if found[0]() is not None}
        alive = {key for _, key in self._live.values()}
        others = [other for other in self._entries() if other.model != entry.model]
        here = [other for other in others if self._may_be_there(other.model)]
        kept = [other for n, other in enumerate(here) if n >= len(here) - KEPT or other.model in alive]
        self._write([*kept, entry])

    def _may_be_there(self, key: str) -> bool:
        return key.startswith(_LIVE) or (self._root / key.removeprefix(_FILE)).is_file()

    def _write(self, entries: Sequence[Entry]) -> None:
        models = Models(tuple(entries))
        if self._read() != models:
            write_atomic(self._file, _FORMAT.encode(models))


def _anchor(model: Any) -> Any:
    """What of a live model stays the same object while it is trained."""
    if isinstance(model, Named):
        model = model.model
    return next(iter(model.values()), None) if isinstance(model, Mapping) else model
