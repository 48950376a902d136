"""`fetch`: the history of all branches, its accounts and its deltas, into the working copy. HEAD stays.

Accounts come first: with them what is missing can be named. What was fetched is checked where it is used, as
ever: deltas have the hashes that the accounts name, sums open the commitments that these hold.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    COMMIT_STATE_ACCEPTED,
    COMMIT_STATE_COMPLETE,
    KIND_GENESIS,
    KIND_MERGE,
    KIND_OPERATION,
)
from federity.chain import pda
from federity.chain.recorded import RecordedChain
from federity.errors import BlobError, ChainUnavailable, FileUnavailable, NotFound
from federity.objects import Location
from federity.progress import OnProgress, each
from federity.repository.ledger import heads, notes, query
from federity.repository.ledger.recording import KINDS, record
from federity.repository.ledger.references import name_at
from federity.repository.ledger.summands import UPDATES, heads_below, merged_parts, operation_of
from federity.repository.reports.fetch_reports import FetchedBranch, FetchedTag, FetchReport
from federity.repository.working_copy.history import Fetched
from federity.repository.working_copy.remotes import ORIGIN
from federity.repository.working_copy.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from federity.chain.recorded import Recording

_log = logging.getLogger("federity")


async def fetch(workspace: Workspace, names: Sequence[str], on_progress: OnProgress) -> FetchReport:
    """See `Repository.fetch`."""
    workspace.check_reached("fetch")
    async with workspace.worktree.lock("fetch"):
        await workspace.check_chain()
        # For a repository that is not on its chain yet, with what to do about it.
        await workspace.branch_state()
        return await fetch_locked(workspace, names, on_progress)


async def refresh(workspace: Workspace, on_progress: OnProgress) -> None:
    """Bring what was fetched before up to date, after a verb that has asked the chain anyway. Where nothing
    was fetched nothing is. The caller holds the lock.
    """
    if workspace.worktree.history.read() is None:
        return
    try:
        await fetch_locked(workspace, (), on_progress)
    except ChainUnavailable as error:
        # The verb itself is done: what was fetched only stays older.
        _log.warning("What is read without a chain was not brought up to date: %s", error.sentence)


async def fetch_locked(workspace: Workspace, names: Sequence[str], on_progress: OnProgress) -> FetchReport:
    """Fetch while the caller holds the lock and has checked the chain. Raises NotFound for another branch
    among `names`; without any, all are fetched. The first may be a remote, whose branches the others are.
    """
    history, own = workspace.worktree.history, workspace.repository
    before, config = history.read(), workspace.worktree.config()
    if before is not None and (before.cluster, before.repository) != (config.cluster, config.repository):
        # Of another chain: nothing of it is known here.
        before = None
    known = before.recording() if before is not None else None
    remotes = workspace.names.remotes()
    named, names = (names[0], names[1:]) if names and names[0] in remotes else (ORIGIN, names)
    repository = remotes[named]
    # What was fetched of others once is kept up to date.
    others = [at for at in remotes.values() if at == repository or (known and at in known.accounts)]
    recording = await record(workspace.session.chain, own, *others, before=known)
    branches = _branches(recording, repository)
    for name in names:
        if name not in branches:
            raise NotFound(f"{'The repository' if named == ORIGIN else named} has no branch {name!r}.")
    at, kept = int(time.time()), before.blobs if before is not None else ()
    history.write(Fetched.of(recording, own, at, kept))
    there = Workspace(
        workspace.session.on(RecordedChain(recording, workspace.session.chain, KINDS)), workspace.worktree
    )
    old = _branches(known, repository) if known is not None else {}
    chosen = {name: branch for name, branch in branches.items() if not names or name in names}
    brought = _Brought(there, heads.Fetch(on_progress))
    for branch in chosen.values():
        await brought.branch(branch)
    tags, before_tags = _tags(recording, own), _tags(known, own) if known is not None else {}
    for tag in tags.values():
        await brought.note(bytes(tag.note_hash))
    blobs = tuple(sorted({*kept, *brought.blobs}))
    history.write(Fetched.of(recording, own, at, blobs))
    prefix = "" if named == ORIGIN else f"{named}/"
    return FetchReport(
        repository=str(repository),
        slot=recording.slot,
        branches=tuple(
            [
                FetchedBranch(
                    prefix + name,
                    str(old[name].head) if name in old else "",
                    str(branch.head),
                    await name_at(there, old[name].head) if name in old else "",
                    await name_at(there, branch.head),
                    branch.head_seq,
                )
                for name, branch in sorted(chosen.items())
            ]
        ),
        tags=tuple(
            [
                FetchedTag(
                    name,
                    str(before_tags[name].commit) if name in before_tags else "",
                    str(tag.commit),
                    await name_at(there, tag.commit),
                )
                for name, tag in sorted(tags.items())
            ]
        ),
        accounts=len(recording.accounts),
        blobs=len(brought.blobs),
        fetched_bytes=brought.fetch.fetched_bytes,
        missing=tuple(f"{name}: {why}" for name, why in sorted(brought.missing.items())),
    )


class _Brought:
    """The blobs of a history as they come in. What is here already is not asked for."""

    def __init__(self, reader: Workspace, fetch: heads.Fetch) -> None:
        self.reader, self.fetch = reader, fetch
        self.blobs: set[str] = set()
        self.missing: dict[str, str] = {}

    async def branch(self, branch: accounts.Branch) -> None:
        """What a branch's head stands on or is a sum of, across bases, and what is proposed to it."""
        start = branch.head
        wanted: dict[Pubkey, accounts.Commit] = {}
        while start != Pubkey.default():
            following = Pubkey.default()
            async for at, commit in heads_below(self.reader, start):
                if commit.kind == KIND_GENESIS:
                    await self._base(at, commit)
                    following = commit.parent
                elif commit.kind == KIND_MERGE:
                    wanted.update(await merged_parts(self.reader, at))
                elif commit.kind == KIND_OPERATION:
                    await self.note(bytes((await operation_of(self.reader, commit)).note_hash))
            start = following
        wanted.update(await self._proposed(branch))
        for at, commit in each("fetching", list(wanted.items()), "commits"):
            await self._delta(at, commit)

    async def _base(self, at: Pubkey, commit: accounts.Commit) -> None:
        try:
            await (await self.reader.on_base_of(commit)).base()
        except (BlobError, FileUnavailable) as error:
            self.missing[f"the base of {at}"] = error.sentence

    async def _proposed(self, branch: accounts.Branch) -> Mapping[Pubkey, accounts.Commit]:
        found = await query.find(self.reader.session.chain, accounts.Commit, round=branch.current_round)
        if branch.current_round == Pubkey.default():
            return {}
        live = (COMMIT_STATE_COMPLETE, COMMIT_STATE_ACCEPTED)
        return {at: one for at, one in found if one.kind in UPDATES and one.state in live}

    async def _delta(self, at: Pubkey, commit: accounts.Commit) -> None:
        name = bytes(commit.blob_hash).hex()
        if name not in self.blobs and await self.reader.objects.has(Location.local(bytes(commit.blob_hash))):
            self.blobs.add(name)
        if name not in self.blobs:
            try:
                there = await self.reader.on_base_of(commit)
                await heads.delta(there, at, commit, self.fetch)
                self.blobs.add(name)
            except (BlobError, FileUnavailable) as error:
                self.missing[f"the delta of {at}"] = error.sentence
        for _, review in await query.find(self.reader.session.chain, accounts.Review, commit=at):
            await self.note(bytes(review.note_hash))

    async def note(self, name: bytes) -> None:
        """What somebody said, by its sha256."""
        if not any(name) or name.hex() in self.blobs:
            return
        try:
            blob = await notes.blob(self.reader, name)
            await self.reader.objects.put(blob)
            self.blobs.add(name.hex())
        except (BlobError, FileUnavailable) as error:
            self.missing[f"the note {name.hex()[:12]}"] = error.sentence


def _branches(recording: Recording, repository: Pubkey) -> dict[str, accounts.Branch]:
    """The branches of a repository in a recording, by name."""
    found = (
        accounts.Branch.decode(data)
        for data in recording.accounts.values()
        if data.startswith(accounts.Branch.DISCRIMINATOR)
    )
    own = (branch for branch in found if branch.repository == repository)
    return {pda.plain_name(bytes(branch.name)): branch for branch in own}


def _tags(recording: Recording, repository: Pubkey) -> dict[str, accounts.Tag]:
    """The tags of a repository in a recording, by name."""
    found = (
        accounts.Tag.decode(data)
        for data in recording.accounts.values()
        if data.startswith(accounts.Tag.DISCRIMINATOR)
    )
    own = (tag for tag in found if tag.repository == repository)
    return {pda.plain_name(bytes(tag.name)): tag for tag in own}
