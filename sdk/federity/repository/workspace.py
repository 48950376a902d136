"""A working copy together with a session: what every verb starts from."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.config import EMBEDDED
from federity.errors import (
    BadBlob,
    BlobError,
    ConfigError,
    FileUnavailable,
    Insecure,
    NotAMember,
    NotFound,
    WorktreeError,
    WrongCluster,
)
from federity.masking import shown_url
from federity.objects import (
    Accumulator,
    Base,
    Delta,
    Location,
    Manifest,
    decode_accumulator,
    decode_base,
    decode_delta,
    lineage,
)
from federity.repository import query
from federity.repository.in_hand import ZERO
from federity.repository.reports import LocalCommit
from federity.repository.worktree import Head, Worktree
from federity.storage.directory import DirectoryStorage

if TYPE_CHECKING:
    from federity.objects.blob import Blob
    from federity.repository.in_hand import Loaded
    from federity.session import Session

# Genesis hash of Solana's mainnet-beta: no repository with a development SRS is accepted there.
MAINNET = bytes(Pubkey.from_string("5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"))
NOBODY = Pubkey.default()

R = TypeVar("R", bound=query.Record)


class Workspace:
    """Session, working copy and what both agree on. Verbs are functions of one."""

    def __init__(self, session: Session | None, worktree: Worktree, base: str | None = None) -> None:
        """Without a session only what needs no chain works.

        With the sha256 of a base, commits on that one can be read; else those on the working copy's own.
        """
        self._session = session
        self._base = base
        self._known: tuple[str, Manifest] | None = None
        self.worktree = worktree
        self.objects = DirectoryStorage(worktree.folder / "objects")

    @property
    def session(self) -> Session:
        """The session. Raises ConfigError when the repository was opened without one."""
        if self._session is None:
            raise ConfigError("This needs a chain, and the repository was opened without a session.")
        return self._session

    @property
    def repository(self) -> Pubkey:
        """The repository's address."""
        return Pubkey.from_string(self.worktree.config().repository)

    @property
    def branch(self) -> Pubkey:
        """The address of the branch that is checked out."""
        return pda.branch(self.repository, self.worktree.config().branch)

    @property
    def base_hash(self) -> str:
        """The sha256 of the genesis snapshot that vectors are added to, in hex."""
        return self._base or self.worktree.config().base

    @property
    def manifest(self) -> Manifest:
        """What the model consists of. Follows the working copy to the branch that it is switched to."""
        base = self.base_hash
        if self._known is None or self._known[0] != base:
            self._known = base, self.worktree.manifest(base)
        return self._known[1]

    @property
    def lineage(self) -> bytes:
        """What vectors must have in common to be added: the hash of manifest, base and reference string."""
        config = self.worktree.config()
        return lineage(self.manifest.hash, bytes.fromhex(self.base_hash), bytes.fromhex(config.srs))

    async def base(self) -> Base:
        """The genesis snapshot, from this working copy or, when that copy is damaged or gone, from the store.

        Raises BlobError, FileUnavailable.
        """
        base = await self._fetched_base()
        if base.manifest.hash != self.manifest.hash:
            raise WorktreeError(
                "The manifest kept here is not the one of the base.", hint="Clone the repository anew."
            )
        return base

    async def _fetched_base(self) -> Base:
        location = Location.local(bytes.fromhex(self.base_hash))
        data: Blob
        try:
            data = await self.objects.get(location)
        except (BlobError, FileUnavailable):
            if self._session is None:
                raise
            data = await self._session.storage.get(location)
            await self.objects.put(data)
        return await asyncio.to_thread(decode_base, data)

    async def on_base_of(self, found: accounts.Commit | accounts.Branch) -> Workspace:
        """This working copy with its eyes on the base that a commit or branch stands on.

        Itself when that is its own. Raises BlobError when the base cannot be had or is not the lineage's.
        """
        if bytes(found.lineage) == self.lineage:
            return self
        if isinstance(found, accounts.Commit):
            branch = await self.load(accounts.Branch, found.branch, "branch")
        else:
            branch = found
        base = bytes(branch.base_hash).hex()
        there = Workspace(self._session, self.worktree, base)
        if not self.worktree.has_manifest(base):
            fetched = (await there._fetched_base()).manifest
            srs = bytes.fromhex(self.worktree.config().srs)
            if lineage(fetched.hash, bytes.fromhex(base), srs) != bytes(found.lineage):
                raise BadBlob("The base is not the one that the branch's lineage names.")
            self.worktree.set_manifest(base, fetched)
        there.check_lineage(bytes(found.lineage))
        return there

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

    async def cached_accumulator(self, commit: str) -> Accumulator | None:
        """The accumulator of a head that this working copy has checked before; None when it has none to
        trust.
        """
        known = self.worktree.accumulator(commit)
        if known is None:
            return None
        try:
            return await self._accumulator(known)
        except (BlobError, ValueError):
            return None

    async def _accumulator(self, blob: str) -> Accumulator:
        if blob == ZERO:
            return Accumulator.zero(self.manifest)
        data = await self.objects.get(Location.local(bytes.fromhex(blob)))
        return await asyncio.to_thread(decode_accumulator, data, self.manifest)

    async def _delta(self, blob: str) -> Delta:
        data = await self.objects.get(Location.local(bytes.fromhex(blob)))
        return (await asyncio.to_thread(decode_delta, data, self.manifest))[0]

    async def local_delta(self, commit: LocalCommit) -> Delta:
        """The delta of a local commit. Raises BlobError when the object was damaged, with what to do."""
        data = await self.local_blob(commit)
        return (await asyncio.to_thread(decode_delta, data, self.manifest))[0]

    async def local_blob(self, commit: LocalCommit) -> Blob:
        """The blob of a local commit's delta. Raises BlobError when the object is damaged or gone."""
        try:
            return await self.objects.get(Location.local(bytes.fromhex(commit.delta)))
        except BlobError as error:
            error.hint = "Take the commit back with `federity commit --discard` and commit the model again."
            raise

    async def on_top(self, head: Accumulator, commits: list[LocalCommit]) -> Accumulator:
        """A head with local commits on it, each at full weight."""
        deltas = [await self.local_delta(commit) for commit in commits]
        return await asyncio.to_thread(head.advanced, deltas) if deltas else head

    # --- the chain

    async def load(self, kind: type[R], address: Pubkey, what: str) -> R:
        """Read an account. Raises NotFound, which calls it `what`."""
        found = await query.load(self.session.chain, kind, address)
        if found is None:
            raise NotFound(f"There is no {what} at {address}.")
        return found

    async def commit(self, address: Pubkey) -> accounts.Commit:
        """Read a commit of this repository. Raises NotFound, also for another repository's."""
        found = await self.load(accounts.Commit, address, "commit")
        if found.repository != self.repository:
            raise NotFound(f"{address} is a commit of another repository.")
        return found

    def check_lineage(self, named: bytes) -> None:
        """Refuse what stands on another base than this working copy's: sums alone do not show it.

        Raises WorktreeError.
        """
        if named != self.lineage:
            raise WorktreeError(
                "That branch or commit stands on another base than this working copy.",
                hint="Switch to its branch with `federity checkout BRANCH`, or export it with --export.",
            )

    async def branch_state(self) -> accounts.Branch:
        """The branch that is checked out, as the chain has it. Raises NotFound."""
        name = self.worktree.config().branch
        found = await query.load(self.session.chain, accounts.Branch, self.branch)
        if found is None:
            raise NotFound(f"The repository has no branch {name!r} on this chain.", hint=self._unpublished())
        return found

    def _unpublished(self) -> str | None:
        return "`federity push` puts the repository on the chain." if self.worktree.pending() else None

    async def member(self) -> tuple[Pubkey, accounts.Member]:
        """The membership that the session's wallet acts under, as itself or a delegate. Raises NotAMember."""
        wallet = self.session.wallet.pubkey
        address = pda.member(self.repository, wallet)
        member = await query.load(self.session.chain, accounts.Member, address)
        if member is not None:
            return address, member
        delegated = await query.find(
            self.session.chain, accounts.Member, repository=self.repository, delegate=wallet
        )
        if not delegated:
            raise NotAMember(f"{wallet} is not a member of {self.worktree.config().spec}.")
        return delegated[0]

    async def require_role(self, role: int, name: str) -> tuple[Pubkey, accounts.Member]:
        """`member`, with at least this role. Raises NotAMember."""
        address, member = await self.member()
        if member.role < role:
            raise NotAMember(
                f"{member.wallet} would need the role {name} or a higher one for this.",
                hint="Ask the repository's owner for `federity member set-role`.",
            )
        return address, member

    async def check_chain(self) -> None:
        """Make sure that the session's chain is the repository's. Raises WrongCluster, Insecure."""
        config = self.worktree.config()
        genesis = await self.session.chain.genesis_hash()
        if genesis.hex() != config.cluster:
            hint = f"Use --url {shown_url(config.url)}."
            if self.session.url == config.url:
                embedded = "Set FEDERITY_HOME to the folder it was made with."
                hint = embedded if config.url == EMBEDDED else "That cluster was started anew since."
            raise WrongCluster(
                f"The repository lives on another chain than {shown_url(self.session.url)}.", hint=hint
            )
        refuse_on_mainnet(genesis, config.insecure)


def refuse_on_mainnet(genesis: bytes, insecure: bool) -> None:
    """Raise Insecure for a repository with a development SRS where real money is."""
    if insecure and genesis == MAINNET:
        raise Insecure(
            "The repository was created insecure: its commitments bind nobody, so mainnet is refused."
        )
