"""A repository as chain and store have it: what everything that needs no working copy starts from."""

from __future__ import annotations

import asyncio
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Self, TypeVar

from solders.pubkey import Pubkey

from federity import objects
from federity._generated import accounts
from federity._generated.constants import REPOSITORY_ARCHIVED
from federity.chain import pda
from federity.config import EMBEDDED
from federity.errors import (
    Archived,
    BadBlob,
    BlobError,
    ConfigError,
    FileUnavailable,
    NotAMember,
    NotFound,
    WorktreeError,
    WrongCluster,
)
from federity.masking import shown_url
from federity.repository.ledger import admission, places, query
from federity.repository.ledger.mainnet import refuse_on_mainnet
from federity.repository.ledger.memory import ZERO, Memory
from federity.repository.ledger.roles import delegate_role_now, role_now

if TYPE_CHECKING:
    from federity.objects import Accumulator, Base, Delta, Manifest
    from federity.objects.blob import Blob
    from federity.repository.ledger.names import Names
    from federity.session import Session
    from federity.storage.base import Storage

NOBODY = Pubkey.default()

R = TypeVar("R", bound=query.Record)


class Reader:
    """Session, memory and names: chain and store of one repository, with what was checked of it before."""

    def __init__(self, session: Session | None, memory: Memory, names: Names) -> None:
        """Without a session only what needs neither chain nor store works."""
        self._session = session
        self._memory = memory
        self._base: str | None = None
        self._known: tuple[str, Manifest] | None = None
        self._on_arweave = False
        self.names = names

    @property
    def session(self) -> Session:
        """The session. Raises ConfigError when the repository was opened without one."""
        if self._session is None:
            raise ConfigError("This needs a chain, and the repository was opened without a session.")
        return self._session

    @property
    def offline(self) -> bool:
        """Whether there is no session."""
        return self._session is None

    @property
    def memory(self) -> Memory:
        """What was fetched and checked before."""
        return self._memory

    @property
    def objects(self) -> Storage:
        """Blobs at hand, by sha256."""
        return self._memory.objects

    @property
    def repository(self) -> Pubkey:
        """The repository's address."""
        return Pubkey.from_string(self._memory.config().repository)

    @property
    def base_hash(self) -> str:
        """The sha256 of the genesis snapshot that vectors are added to, in hex."""
        return self._base or self._memory.config().base

    @property
    def manifest(self) -> Manifest:
        """What the model consists of. Follows the memory to the base that it is switched to."""
        base = self.base_hash
        if self._known is None or self._known[0] != base:
            self._known = base, self._memory.manifest(base)
        return self._known[1]

    @property
    def lineage(self) -> bytes:
        """What vectors must have in common to be added: the hash of manifest, base and reference string."""
        srs = bytes.fromhex(self._memory.config().srs)
        own = self.manifest
        return objects.lineage(own.hash, bytes.fromhex(self.base_hash), srs, own.chunks)

    async def on_arweave(self) -> bool:
        """Whether the chain says that blobs of this repository are on Arweave; once there, always there."""
        if not self._on_arweave:
            self._on_arweave = await places.on_arweave(self.session.chain, self.repository)
        return self._on_arweave

    async def base(self) -> Base:
        """The genesis snapshot, from what is at hand or, when that copy is damaged or gone, from the store.

        Raises BlobError, FileUnavailable.
        """
        base = await self._fetched_base()
        if base.manifest.hash != self.manifest.hash:
            raise WorktreeError(
                "The manifest kept here is not the one of the base.", hint="Clone the repository anew."
            )
        return base

    async def _fetched_base(self) -> Base:
        location = objects.Location.local(bytes.fromhex(self.base_hash))
        data: Blob
        try:
            data = await self.objects.get(location)
        except (BlobError, FileUnavailable):
            if self._session is None:
                raise
            data = await places.base(self._session, self.repository, location.id)
            await self.objects.put(data)
        return await asyncio.to_thread(objects.decode_base, data)

    async def on_base_of(self, found: accounts.Commit | accounts.Branch) -> Self:
        """The same with its eyes on the base that a commit or branch stands on.

        Itself when that is its own. Raises BlobError when the base cannot be had or is not the lineage's.
        """
        if bytes(found.lineage) == self.lineage:
            return self
        if isinstance(found, accounts.Commit):
            branch = await self.load(accounts.Branch, found.branch, "branch")
        else:
            branch = found
        there = copy(self)
        there._base = base = bytes(branch.base_hash).hex()
        if not self._memory.has_manifest(base):
            fetched = (await there._fetched_base()).manifest
            srs = bytes.fromhex(self._memory.config().srs)
            own = objects.lineage(fetched.hash, bytes.fromhex(base), srs, fetched.chunks)
            if own != bytes(found.lineage):
                raise BadBlob("The base is not the one that the branch's lineage names.")
            self._memory.set_manifest(base, fetched)
        there.check_lineage(bytes(found.lineage))
        return there

    async def cached_accumulator(self, commit: str) -> Accumulator | None:
        """The accumulator of a head that was checked before; None when there is none to trust."""
        known = self._memory.accumulator(commit)
        if known is None:
            return None
        try:
            return await self._accumulator(known)
        except (BlobError, ValueError):
            return None

    async def _accumulator(self, blob: str) -> Accumulator:
        if blob == ZERO:
            return objects.Accumulator.zero(self.manifest)
        data = await self.objects.get(objects.Location.local(bytes.fromhex(blob)))
        return await asyncio.to_thread(objects.decode_accumulator, data, self.manifest)

    async def _delta(self, blob: str) -> Delta:
        data = await self.objects.get(objects.Location.local(bytes.fromhex(blob)))
        return (await asyncio.to_thread(objects.decode_delta, data, self.manifest))[0]

    # --- the chain

    async def load(self, kind: type[R], address: Pubkey, what: str) -> R:
        """Read an account. Raises NotFound, which calls it `what`."""
        found = await query.load(self.session.chain, kind, address)
        if found is None:
            raise NotFound(f"There is no {what} at {address}.")
        return found

    async def commit(self, address: Pubkey) -> accounts.Commit:
        """Read a commit that somebody named: of this repository, or one that the program adds up here.

        That is what is or was a head of another repository, or was merged into one, of the lineage of a
        branch of this one; made in an insecure one only where this one is. Raises NotFound.
        """
        found = await self.linked(address)
        if found.repository != self.repository:
            await admission.check(self.session.chain, self.repository, self.lineage, address, found)
        return found

    async def own_commit(self, address: Pubkey) -> accounts.Commit:
        """Read a commit that somebody named, of this repository alone. Raises NotFound."""
        found = await self.linked(address)
        if found.repository != self.repository:
            raise NotFound(f"{address} is a commit of another repository.")
        return found

    async def linked(self, address: Pubkey) -> accounts.Commit:
        """Read a commit that another one stands on or is a sum of, which is what the program made sure of.

        Raises NotFound.
        """
        return await self.load(accounts.Commit, address, "commit")

    def check_lineage(self, named: bytes) -> None:
        """Refuse what stands on another base than is looked at: sums alone do not show it.

        Raises WorktreeError.
        """
        if named != self.lineage:
            raise WorktreeError(
                "That branch or commit stands on another base than this working copy.",
                hint="Switch to its branch with `federity checkout BRANCH`, or export it with --export.",
            )

    async def member(self) -> tuple[Pubkey, accounts.Member]:
        """The membership that the session's wallet acts under, as itself or a delegate.

        Its `role` is what the wallet may do now (`federity.repository.ledger.roles`). Raises NotAMember.
        """
        return await self._member(None)

    async def _member(self, repository: accounts.Repository | None) -> tuple[Pubkey, accounts.Member]:
        """`member`, where the repository's account may have been read already."""
        wallet, chain = self.session.wallet.pubkey, self.session.chain
        address = pda.member(self.repository, wallet)
        member = await query.load(chain, accounts.Member, address)
        if member is not None:
            repository = repository or await self._account()
            return address, replace(member, role=role_now(repository, member))
        delegated = await query.find(chain, accounts.Member, repository=self.repository, delegate=wallet)
        if delegated:
            repository = repository or await self._account()
            slot = await chain.slot()
            for at, found in delegated:
                if role := delegate_role_now(repository, found, slot):
                    return at, replace(found, role=role)
        raise NotAMember(f"{wallet} is not a member of {self._memory.config().spec}.")

    async def _account(self) -> accounts.Repository:
        return await self.load(accounts.Repository, self.repository, "repository")

    async def check_active(self) -> accounts.Repository:
        """The repository's account, if something new may begin in it. Raises Archived."""
        repository = await self._account()
        if repository.flags & REPOSITORY_ARCHIVED:
            raise Archived("The repository is archived: nothing new begins in it.")
        return repository

    async def require_role(
        self, role: int, name: str, *, ending: bool = False
    ) -> tuple[Pubkey, accounts.Member]:
        """`member`, with at least this role. Raises NotAMember, and Archived, but for what only ends
        something.
        """
        address, member = await self._member(None if ending else await self.check_active())
        if member.role < role:
            raise NotAMember(
                f"{member.wallet} would need the role {name} or a higher one for this.",
                hint="Ask the repository's owner for `federity member set-role`.",
            )
        return address, member

    async def check_chain(self) -> None:
        """Make sure that the session's chain is the repository's. Raises WrongCluster, Insecure."""
        config = self._memory.config()
        genesis = await self.session.chain.genesis_hash()
        if config.cluster and genesis.hex() != config.cluster:
            hint = f"Use --url {shown_url(config.url)}."
            if self.session.url == config.url:
                embedded = "Set FEDERITY_HOME to the folder it was made with."
                hint = embedded if config.url == EMBEDDED else "That cluster was started anew since."
            raise WrongCluster(
                f"The repository lives on another chain than {shown_url(self.session.url)}.", hint=hint
            )
        refuse_on_mainnet(genesis, config.insecure)
