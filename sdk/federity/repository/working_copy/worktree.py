"""The `.federity` folder of a working copy: what it holds, read and written whole.

config.toml     which repository, on which chain, which branch        (WorktreeConfig)
HEAD            the head that commits go on top of                    (Head)
manifests/      names, shapes and units of the tensors of each base seen
rules.json      rules of a repository that is not on its chain yet
weights         which weights each model in hand was loaded with (in_hand.py)
objects/        blobs by sha256, in the store's format
accumulators/   sha256 of the accumulator blob of each head seen
commits/        local commits and what quantisation dropped after each (local_commits.py)
residual/       what quantisation dropped before the oldest local commit, by branch
push/           journal of a push in progress: proofs already made (journal.py)
pushed/         addresses on the chain of the commits made here
reflog          where HEAD has been (reflog.py)
bisect          a search for the first bad commit (bisecting.py)
queue           what waits to be sent besides local commits (queue.py)
history         what was fetched of the repository's accounts (history.py)
remotes         what other repositories are called here (remotes.py)
stash/          weights put aside (stash.py)
seen            what files came to when they were last read (seen.py)
.gitignore      git leaves this folder alone
lock            held by whoever changes any of this
"""

from __future__ import annotations

import logging
import zlib
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from federity import objects
from federity.errors import BadBlob, FederityError, WorktreeError
from federity.files import listed, remove, sweep, writing
from federity.local_files import Format, Unsound, contents
from federity.records import Address
from federity.repository.reports.rules import Rules
from federity.repository.working_copy.bisecting import Bisecting
from federity.repository.working_copy.history import History
from federity.repository.working_copy.in_hand import InHand
from federity.repository.working_copy.known_heads import KnownHeads
from federity.repository.working_copy.local_commits import LocalCommits
from federity.repository.working_copy.lock import locked, write_atomic
from federity.repository.working_copy.places import Places
from federity.repository.working_copy.queue import Queue
from federity.repository.working_copy.reflog import Reflog, Tip
from federity.repository.working_copy.remotes import Remotes
from federity.repository.working_copy.seen import Seen
from federity.repository.working_copy.settings import ANEW, CONFIG, HEAD, Head, WorktreeConfig
from federity.repository.working_copy.stash import Stash
from federity.storage.directory import DirectoryStorage
from federity.text import short

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from federity.objects import Manifest
    from federity.repository.reports import LocalCommit

FOLDER = ".federity"
MODEL = "model.safetensors"


@dataclass(frozen=True)
class PushedTo:
    """What `pushed/ID` holds: the address of a commit made here."""

    address: Address


_RULES = Format(Rules, "Delete the folder .federity and run `federity init` again.")
# These can be made again.
_PUSHED = Format(PushedTo, "Delete it.")

_log = logging.getLogger("federity")


class Worktree:
    """The `.federity` folder under `path`. Blocking calls are small files; blobs go through `objects`."""

    def __init__(self, path: Path) -> None:
        """Take the folder of a working copy, which `find` or `start` made sure of."""
        self.path = path
        self.folder = path / FOLDER
        self.objects = DirectoryStorage(self.folder / "objects")
        self.commits = LocalCommits(self.folder)
        self._other: WorktreeConfig | None = None
        self.queue = Queue(self.folder / "queue")
        self.in_hand = InHand(path, self.folder, self.commits, self.queue.waits)
        self.stash = Stash(self.folder / "stash")
        self.seen = Seen(self.folder)
        self.reflog = Reflog(self.folder / "reflog")
        self.places = Places(self.folder / "places")
        self.remotes = Remotes(self.folder / "remotes")
        self.history = History(self.folder / "history")
        self.bisecting = Bisecting(self.folder / "bisect")
        self._heads = KnownHeads(self.folder / "accumulators", self.objects)

    @classmethod
    def find(cls, path: Path) -> Worktree:
        """Find the working copy at `path` or above. Raises WorktreeError."""
        start = path.resolve()
        for candidate in (start, *start.parents):
            if (candidate / FOLDER / "config.toml").is_file():
                return cls(candidate)
        raise WorktreeError(
            f"{path} is not a Federity working copy, and no folder above it is.",
            hint="Start one with `federity init` or `federity clone`.",
        )

    def start(
        self, config: WorktreeConfig, manifest: Manifest, head: Head, rules: Rules | None = None
    ) -> None:
        """Write a new working copy, while nobody else does; `config.toml` comes last and makes it one."""
        self.refuse_existing(self.path)
        # A repository of code around it is not to take blobs and residuals in.
        self.write(".gitignore", b"*\n")
        self.set_manifest(config.base, manifest)
        self.set_head(head)
        if rules is not None:
            self.write("rules.json", _RULES.encode(rules))
        self.set_config(config)

    @classmethod
    def prepare(cls, path: Path) -> tuple[Worktree, bool]:
        """Make the folder of a working copy to be started; also whether it was not there before.

        Raises StorageFull, FileUnavailable.
        """
        made = not path.exists()
        with writing(path):
            path.mkdir(parents=True, exist_ok=True)
        return cls(path.resolve()), made

    @staticmethod
    def refuse_existing(path: Path) -> None:
        """Raise WorktreeError when `path` is a working copy already."""
        if (path / FOLDER / "config.toml").exists():
            raise WorktreeError(f"{path} is a Federity working copy already.", hint="Choose another folder.")

    @asynccontextmanager
    async def lock(self, verb: str = "") -> AsyncIterator[None]:
        """Keep other processes from changing the working copy; what killed ones left is deleted first.

        What `verb` has done to HEAD is in the reflog afterwards. Raises WorktreeError when another process
        does not end, FileUnavailable.
        """
        async with locked(self.folder / "lock"):
            self._sweep()
            if self.started:
                self.stand()
            self._note("")
            try:
                yield
            finally:
                self._note(verb)

    def _note(self, verb: str) -> None:
        """Write down where HEAD is. That is never worth failing."""
        with suppress(FederityError, OSError):
            if self.started:
                head = self.head()
                deltas = tuple(commit.delta for commit in self.stack(head.branch))
                self.reflog.note(Tip(head.branch, head.commit, head.called, self.config().base, deltas), verb)

    @property
    def started(self) -> bool:
        """Whether this is a working copy: `start` has come to its end."""
        return (self.folder / "config.toml").is_file()

    def _sweep(self) -> None:
        """Delete drafts everywhere, and what a commit's file no longer names. That is never worth failing."""
        with suppress(FederityError, OSError):
            folders = [path for path in listed(self.folder) if path.is_dir()]
            for folder in (self.path, self.folder, *folders):
                sweep(folder)
            self._name_lost()
            self.commits.sweep()

    def _name_lost(self) -> None:
        """Say which commits somebody has deleted by hand: those that models in hand are said to hold."""
        for identity in self.commits.without_record():
            again = None if self.pushed(identity) else self.in_hand.lose(identity)
            if again is not None:
                rest = "is uncommitted again" if again else "is in weights in hand, and no commit sends it"
                _log.warning(
                    "The record of the local commit %s is gone from %s: what it held %s.",
                    short(identity), self.folder / "commits", rest,
                )  # fmt: skip
            self.stash.sweep()

    def write(self, name: str, data: bytes) -> None:
        """Write a file of the folder whole. Raises StorageFull, FileUnavailable."""
        write_atomic(self.folder / name, data)

    def of(self, config: WorktreeConfig) -> Worktree:
        """What this working copy has of another repository, which `config` names: to read, not to change."""
        there = Worktree(self.path)
        there._other = config
        return there

    def config(self) -> WorktreeConfig:
        """Read `config.toml`. Raises WorktreeError when it is damaged."""
        return self._other or CONFIG.read(self.folder / "config.toml")

    def set_config(self, config: WorktreeConfig) -> None:
        """Write `config.toml`."""
        self.write("config.toml", CONFIG.encode(config))

    def head(self) -> Head:
        """Read `HEAD`. Raises WorktreeError when it is damaged."""
        return HEAD.read(self.folder / "HEAD")

    def set_head(self, head: Head) -> None:
        """Write `HEAD`."""
        self.write("HEAD", HEAD.encode(head))

    def manifest(self, base: str) -> Manifest:
        """Read the manifest of the base with this sha256.

        Raises WorktreeError (damaged, or never seen), FileUnavailable.
        """
        path = self.folder / "manifests" / f"{base}.json"
        try:
            text, _, check = contents(path, objects.MAX_JSON + 64).partition(b"\n")
            if check and check != _check(text):
                raise Unsound("its checksum is not that of what it holds")
            return objects.Manifest.from_json(text)
        except (Unsound, BadBlob) as error:
            raise WorktreeError(f"{path} is damaged: {error}.", hint=ANEW) from error
        except FileNotFoundError as error:
            raise WorktreeError(f"There is no {path}.", hint=ANEW) from error

    def has_manifest(self, base: str) -> bool:
        """Whether this working copy has seen the base with this sha256."""
        return (self.folder / "manifests" / f"{base}.json").exists()

    def set_manifest(self, base: str, manifest: Manifest) -> None:
        """Remember the manifest of a base."""
        text = manifest.to_json()
        self.write(f"manifests/{base}.json", text + b"\n" + _check(text))

    def rules(self) -> Rules:
        """Rules for a repository that is not on its chain yet."""
        if not (self.folder / "rules.json").exists():
            return Rules()
        return _RULES.read(self.folder / "rules.json")

    def pending(self) -> bool:
        """Whether the repository was made here and is not known to be on its chain."""
        return (self.folder / "rules.json").exists()

    def published(self) -> None:
        """Note that the repository is on its chain."""
        remove(self.folder / "rules.json")

    def stack(self, branch: str) -> list[LocalCommit]:
        """A branch's local commits that lie on top of its head, oldest first. Raises WorktreeError."""
        below = {*self.head().landed, *self.queue.under()}
        return [commit for commit in self.commits.all(branch) if commit.id not in below]

    def own(self, branch: str) -> list[LocalCommit]:
        """A branch's local commits that nothing is queued on top of, oldest first."""
        under = self.queue.under()
        return [commit for commit in self.commits.all(branch) if commit.id not in under]

    def stand(self) -> None:
        """Let HEAD be what is queued last of its branch, also where a process was killed between the two; the
        caller holds the lock. Raises WorktreeError.
        """
        head = self.head()
        last = self.queue.last(head.branch)
        if last is not None and head.commit != last.result:
            seq = last.seq + len(last.heads) - 1
            self.set_head(replace(head, commit=last.result, seq=seq, landed=(), id=""))

    def discard(self, commit: LocalCommit) -> None:
        """Take a branch's newest local commit back: its change is one of the model in hand again.

        A process killed anywhere leaves it all or not at all. The caller holds the lock.
        """
        self.in_hand.taking_back(commit)
        self.commits.remove(commit)
        self.in_hand.settle()
        self.drop_journal(commit.id)

    def renamed(self, places: Mapping[str, str]) -> None:
        """Let heads with the same weights as before be where they are now; the caller holds the lock."""
        self.in_hand.renamed(places)
        for commit in self.commits.all():
            if commit.parent in places:
                self.commits.update(replace(commit, parent=places[commit.parent]))

    def without(self, commit: LocalCommit) -> Worktree:
        """The working copy as it would be without a local commit; only its commits are to be asked of it."""
        there = Worktree(self.path)
        there.commits = self.commits.without(commit)
        return there

    def tidy(self) -> None:
        """Take the commits off the stack that the head contains or that were amended, and drop the journals
        of pushes that are not under way; the caller holds the lock.
        """
        self.in_hand.settle()
        self.commits.forget_amended()
        head = self.head()
        for identity in head.landed:
            if self.commits.has(identity):
                commit = self.commits.get(identity)
                if (accumulator := self.accumulator(head.commit)) is not None:
                    self.in_hand.land(commit, head.commit, head.seq, accumulator)
                self.commits.land(commit)
        under_way = self._waiting()
        for path in listed(self.folder / "push", ".json"):
            if path.stem not in under_way:
                remove(path)

    def _waiting(self) -> frozenset[str]:
        """The ids of the commits that a push would still send."""
        landed = self.head().landed
        return frozenset(c.id for c in self.commits.all() if c.state == "local" and c.id not in landed)

    def accumulator(self, commit: str) -> str | None:
        """Hash of the accumulator blob of a head, when this working copy has checked one."""
        return self._heads.get(commit)

    def mark(self, commit: str) -> str:
        """Which head was checked at this address, see `federity.repository.ledger.heads.mark_of`."""
        return self._heads.mark(commit)

    def set_accumulator(self, commit: str, blob_hash: str, mark: str = "") -> None:
        """Remember the accumulator blob of a head, and its mark."""
        self._heads.put(commit, blob_hash, mark)

    def forget_accumulators(self, needed: frozenset[str] = frozenset()) -> None:
        """Forget all but the newest accumulators, the head's, those of the heads `needed` and those that
        models in hand were loaded with, and delete the blobs that only they name.
        """
        head = self.head().commit if (self.folder / "HEAD").exists() else ""
        self._heads.forget({head, *needed}, self.in_hand.pinned() | self.stash.pinned())

    def set_branch(self, branch: str, base: str) -> None:
        """Switch the working copy to another branch, and to the base that it stands on."""
        self.set_config(replace(self.config(), branch=branch, base=base))

    def pushed(self, identity: str) -> str | None:
        """The address that a local commit has on the chain, also after it became part of a head."""
        known = _PUSHED.read_cache(self.folder / "pushed" / identity)
        return known.address if known else None

    def set_pushed(self, identity: str, address: str) -> None:
        """Remember the address of a commit made here."""
        self.write(f"pushed/{identity}", _PUSHED.encode(PushedTo(address)))

    def has_journal(self) -> bool:
        """Whether a push was stopped half way: it has a journal, and its commit has not arrived."""
        return any(self.is_being_pushed(identity) for identity in self._waiting())

    def is_being_pushed(self, identity: str) -> bool:
        """Whether the push of a local commit has begun."""
        return (self.folder / "push" / f"{identity}.json").exists()

    def drop_journal(self, identity: str) -> None:
        """Forget how far the push of a local commit got."""
        remove(self.folder / "push" / f"{identity}.json")


def _check(text: bytes) -> bytes:
    return f"{zlib.crc32(text):08x}\n".encode()
