"""How the weights of two commits differ, tensor by tensor: read and checked as `federity diff` does.

What is compared is of strangers, and large: one comparison at a time, few that wait, models up to a size, and
what was found is kept, because commits never change.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity import objects
from federity._generated import accounts
from federity.errors import ChainUnavailable, FederityError, WorktreeError
from federity.progress import silent
from federity.repository.ledger import heads, places, query
from federity.repository.ledger.names import Names
from federity.repository.ledger.reader import Reader
from federity.repository.verbs import diff
from federity.session import Session
from federity.storage.memory import MemoryStorage

if TYPE_CHECKING:
    from federity.objects import Manifest
    from federity.repository.reports.diff_reports import DiffReport

__all__ = ["Compared", "Comparing"]

Made = tuple[str, int]
"""A commit: its address, and the slot it was made in, for after a fork another may be at the address."""

KEPT = 256
WAITING = 4
SECONDS = 120.0


@dataclass(frozen=True)
class Compared:
    """What came of a comparison: a report, or why there is none."""

    report: DiffReport | None
    problem: str = ""


@dataclass(frozen=True)
class _Facts:
    """Which repository a reader reads: see `federity.repository.ledger.memory.Facts`."""

    repository: str
    base: str
    srs: str
    cluster: str
    insecure: bool
    url: str = ""
    spec: str = "the repository"


class _Memory:
    """What one comparison has fetched and checked: see `federity.repository.ledger.memory.Memory`."""

    def __init__(self, facts: _Facts) -> None:
        self.objects = MemoryStorage()
        self._facts = facts
        self._manifests: dict[str, Manifest] = {}
        self._heads: dict[str, tuple[str, str]] = {}

    def config(self) -> _Facts:
        return self._facts

    def manifest(self, base: str) -> Manifest:
        if base not in self._manifests:
            raise WorktreeError("The base was not read yet.")
        return self._manifests[base]

    def has_manifest(self, base: str) -> bool:
        return base in self._manifests

    def set_manifest(self, base: str, manifest: Manifest) -> None:
        self._manifests[base] = manifest

    def accumulator(self, commit: str) -> str | None:
        return self._heads.get(commit, (None, ""))[0]

    def mark(self, commit: str) -> str:
        return self._heads.get(commit, ("", ""))[1]

    def set_accumulator(self, commit: str, blob_hash: str, mark: str = "") -> None:
        self._heads[commit] = blob_hash, mark

    def forget_accumulators(self, needed: frozenset[str] = frozenset()) -> None:
        """Forget all but those that are needed, and the one that was made last."""
        last = next(reversed(self._heads), "")
        for commit in [one for one in self._heads if one not in needed and one != last]:
            blob, _ = self._heads.pop(commit)
            if blob not in [held for held, _ in self._heads.values()] and len(blob) == 64:
                self.objects.blobs.pop(bytes.fromhex(blob), None)


class Comparing:
    """Compares commits of one chain."""

    def __init__(self, session: Session) -> None:
        """Read through a session, whose wallet is never asked for."""
        self._session = session
        self._found: OrderedDict[tuple[Made, Made], Compared] = OrderedDict()
        self._alone = asyncio.Semaphore(1)
        self._waiting = 0

    async def diff(self, before: Made, after: Made) -> Compared:
        """How two commits differ. Raises ChainUnavailable while too many others wait."""
        known = self._found.get((before, after))
        if known is not None:
            self._found.move_to_end((before, after))
            return known
        if self._waiting >= WAITING:
            raise ChainUnavailable("Others are being compared now.")
        self._waiting += 1
        try:
            async with self._alone, asyncio.timeout(SECONDS):
                found = Compared(await self._compare(before[0], after[0]))
        except TimeoutError:
            return Compared(None, "It takes too long here: `federity diff` compares them on your machine.")
        except (ChainUnavailable, WorktreeError):
            raise
        except FederityError as error:
            return Compared(None, error.sentence)
        finally:
            self._waiting -= 1
        self._found[(before, after)] = found
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
        return found

    async def _compare(self, before: str, after: str) -> DiffReport:
        old, new = Pubkey.from_string(before), Pubkey.from_string(after)
        commits = [await self._load(one) for one in (old, new)]
        first = await self._reader(commits[0])
        second = first
        if commits[1].repository != commits[0].repository:
            second = await self._reader(commits[1])
        sides = []
        for address, commit, reader in zip((old, new), commits, (first, second), strict=True):
            there = await reader.on_base_of(commit)
            _, state = await heads.state_of(there, address, heads.Fetch(silent))
            sides.append((str(address), state, there))
        return await diff.across(*sides)

    async def _load(self, address: Pubkey) -> accounts.Commit:
        found = await query.load(self._session.chain, accounts.Commit, address)
        if found is None:
            raise ChainUnavailable("The node does not tell the commit now.")
        return found

    async def _reader(self, commit: accounts.Commit) -> Reader:
        """A reader of a commit's repository, with its base at hand."""
        session = self._session
        repository = await query.load(session.chain, accounts.Repository, commit.repository)
        branch = await query.load(session.chain, accounts.Branch, commit.branch)
        if repository is None or branch is None:
            raise ChainUnavailable("The node does not tell the repository now.")
        base = bytes(branch.base_hash)
        memory = _Memory(
            _Facts(
                repository=str(commit.repository),
                base=base.hex(),
                srs=bytes(repository.srs_id).hex(),
                cluster=bytes(repository.cluster).hex(),
                insecure=True,
            )
        )
        data = await places.base(session, commit.repository, base)
        await memory.objects.put(data)
        memory.set_manifest(base.hex(), (await asyncio.to_thread(objects.decode_base, data)).manifest)
        return Reader(session, memory, Names())
