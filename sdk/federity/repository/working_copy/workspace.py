"""A working copy together with a session: what every verb starts from."""

from __future__ import annotations

import asyncio
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from federity import objects
from federity._generated import accounts
from federity.chain import pda
from federity.errors import BlobError, ChainUnavailable, NotFound, WorktreeError
from federity.repository.ledger import query
from federity.repository.ledger.reader import R, Reader
from federity.repository.working_copy.names import LocalNames
from federity.repository.working_copy.queue import foreseen
from federity.text import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solders.pubkey import Pubkey

    from federity.chain.base import ChainClient
    from federity.objects import Accumulator, Delta
    from federity.objects.blob import Blob
    from federity.repository.reports import LocalCommit
    from federity.repository.working_copy.in_hand import Loaded
    from federity.repository.working_copy.settings import Head, WorktreeConfig
    from federity.repository.working_copy.worktree import Worktree
    from federity.session import Session
    from federity.storage.base import Storage
    from federity.storage.directory import DirectoryStorage


class Workspace(Reader):
    """A reader whose memory is a working copy. Verbs are functions of one."""

    def __init__(self, session: Session | None, worktree: Worktree) -> None:
        """Without a session what was fetched answers for the chain."""
        super().__init__(session, worktree, LocalNames(worktree))
        self.worktree = worktree
        self.names: LocalNames
        self._apart: Session | None = None
        self._on: str | None = None

    @property
    def session(self) -> Session:
        """The session, or one on what was fetched. Raises ChainUnavailable when there is neither."""
        if self._session is not None:
            return self._session
        if self._apart is None:
            from federity.repository.working_copy import offline

            self._apart = offline.session(self.worktree)
        return self._apart

    @property
    def offline(self) -> bool:
        """Whether there is no chain to ask: what was fetched answers, and what is to be sent is queued."""
        return self._session is None or not self._session.reaches

    def check_reached(self, verb: str) -> None:
        """Refuse a verb that is of the chain as it is now. Raises ChainUnavailable."""
        if self.offline:
            raise ChainUnavailable(
                f"`{verb}` needs the chain, and the repository was opened without one.",
                hint="Open it with a session: `async with federity.connect() as session: ...`.",
            )

    @property
    def objects(self) -> DirectoryStorage:
        """The blobs of the working copy."""
        return self.worktree.objects

    @property
    def branch_name(self) -> str:
        """The branch that verbs are about: the one that is checked out, unless this looks at another."""
        return self._on or self.worktree.config().branch

    @property
    def branch(self) -> Pubkey:
        """The address of that branch."""
        return pda.branch(self.repository, self.branch_name)

    async def on_branch(self, name: str) -> Workspace:
        """The same with its eyes on a branch, and on the base that it stands on. Raises NotFound."""
        there = copy(self)
        there._on = name
        return await there.on_base_of(await there.branch_state())

    def through(self, chain: ChainClient, storage: Storage | None = None) -> Workspace:
        """The same with another way to its chain and, if it is named, to its store."""
        return Workspace(self.session.on(chain, storage), self.worktree)

    def ahead(self) -> Workspace:
        """The same with its eyes on the chain as it will be once all is sent that is queued here."""
        entries = self.worktree.queue.entries()
        if self.offline or not entries:
            return self
        from federity.chain.overlaid import OverlaidChain
        from federity.storage.apart import StoreApart

        chain = OverlaidChain(self.session.chain, *foreseen(entries))
        return self.through(chain, StoreApart(self.objects, self.session.storage))

    def without(self, commit: LocalCommit) -> Workspace:
        """This working copy as it would be without a local commit."""
        return Workspace(self._session, self.worktree.without(commit))

    def at(self, config: WorktreeConfig) -> Workspace:
        """The repository that `config` names, with what this working copy has; none of its branches is
        checked out.
        """
        return Workspace(self._session, self.worktree.of(replace(config, branch="")))

    async def load(self, kind: type[R], address: Pubkey, what: str) -> R:
        """See `Reader.load`; of what is queued here it is said that it is."""
        try:
            return await super().load(kind, address, what)
        except NotFound as error:
            if str(address) not in self.worktree.queue.heads():
                raise
            raise NotFound(
                f"{short(str(address))} is queued here, and not on the chain yet.",
                hint="`federity push` sends what is queued.",
            ) from error

    async def branch_state(self) -> accounts.Branch:
        """The branch that verbs are about, as the chain has it. Raises NotFound."""
        name = self.branch_name
        found = await query.load(self.session.chain, accounts.Branch, self.branch)
        if found is None:
            raise NotFound(f"The repository has no branch {name!r} on this chain.", hint=self._unpublished())
        return found

    def _unpublished(self) -> str | None:
        return "`federity push` puts the repository on the chain." if self.worktree.pending() else None

    async def head_accumulator(self, head: Head) -> Accumulator:
        """The accumulator of the head the working copy stands on, from this working copy alone.

        Raises WorktreeError when the local copy is gone or is not what it was.
        """
        found = await self.cached_accumulator(head.commit)
        if found is None:
            raise WorktreeError(
                f"The local copy of head {head.commit} is gone or damaged.",
                hint="Run `federity pull`: it fetches and checks it again.",
            )
        return found

    def known_accumulator(self, head: str) -> str:
        """The sha256 of a head's accumulator, of which `head_accumulator` or `heads` made sure."""
        found = self.worktree.accumulator(head)
        if found is None:
            raise WorktreeError(f"The local copy of head {head} is gone.", hint="Run `federity pull`.")
        return found

    async def state_of(self, loaded: Loaded) -> Accumulator:
        """The weights that a model was loaded with, and the commits made of them since: what training started
        from. From this working copy alone. Raises WorktreeError.
        """
        if loaded.base != self.base_hash:
            raise WorktreeError(
                "The weights in hand were trained from another base than this branch has.",
                hint="Switch to their branch with `federity checkout BRANCH`, or load this one's.",
            )
        try:
            state = await self._accumulator(loaded.accumulator)
            deltas = [await self._delta(delta) for delta in loaded.deltas]
        except BlobError as error:
            raise WorktreeError(
                f"The local copy of {loaded.commit}, from which training started, is gone or damaged.",
                hint=f"Run `federity checkout {loaded.commit} --model FILE` with the name of a new file: "
                "that fetches it again.",
            ) from error
        return await asyncio.to_thread(state.advanced, deltas) if deltas else state

    async def plus(self, head: Accumulator, deltas: Sequence[str]) -> Accumulator:
        """A head with deltas of local commits on it, by their blobs. Raises BlobError when one is gone."""
        found = [await self._delta(delta) for delta in deltas]
        return await asyncio.to_thread(head.advanced, found) if found else head

    async def local_delta(self, commit: LocalCommit) -> Delta:
        """The delta of a local commit. Raises BlobError when the object was damaged, with what to do."""
        data = await self.local_blob(commit)
        return (await asyncio.to_thread(objects.decode_delta, data, self.manifest))[0]

    async def local_blob(self, commit: LocalCommit) -> Blob:
        """The blob of a local commit's delta. Raises BlobError when the object is damaged or gone."""
        try:
            return await self.objects.get(objects.Location.local(bytes.fromhex(commit.delta)))
        except BlobError as error:
            error.hint = "Take the commit back with `federity commit --discard` and commit the model again."
            raise

    async def on_top(self, head: Accumulator, commits: list[LocalCommit]) -> Accumulator:
        """A head with local commits on it, each at full weight."""
        deltas = [await self.local_delta(commit) for commit in commits]
        return await asyncio.to_thread(head.advanced, deltas) if deltas else head
