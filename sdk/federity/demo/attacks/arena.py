"""A repository to attack: a small model on the demo's chain, with everybody's wallet at hand.

Attackers do not use the SDK's verbs, which would not do such things. Here every instruction is built by hand.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts, constants, types
from federity._generated import instructions as program
from federity._native import ProvingKey, Srs, UnitProof
from federity.chain import pda
from federity.chain.base import Receipt
from federity.errors import NotFound
from federity.objects import Location
from federity.repository import query
from federity.repository.context import UpdateContext
from federity.session import Session
from federity.wallet import Wallet

Values = NDArray[np.int8]
FUNDS = 100 * 10**9
UNIT = constants.UNIT_SMALL
ELEMENTS = 2 * UNIT
NOWHERE = types.BlobLocation(tag=0, id=bytes(32))
PEOPLE = ("owner", "twin", "ann", "bob", "reader", "stranger")


def rules(**changes: int) -> types.Rules:
    """Rules of an unprotected branch without a bound, except for `changes`."""
    plain: dict[str, int] = {
        "protected": False,
        "min_level": 0,
        "weighting": constants.WEIGHTING_UNIFORM,
        "approvals": 0,
        "merge_approvals": 0,
        "allow_server": False,
        "max_staleness": 0,
        "max_weight": constants.WEIGHT_ONE,
        "norm_bound": (1 << 64) - 1,
        "propose_slots": 216_000,
        "review_slots": 216_000,
        "merge_slots": 216_000,
    }
    return types.Rules(**{**plain, **changes})  # type: ignore[arg-type]


def update(seed: int, elements: int = ELEMENTS) -> Values:
    """A small update, int8[elements], without a zero unit."""
    return np.random.default_rng(seed).integers(-20, 21, elements).astype(np.int8)


@dataclass
class Arena:
    """What attacks act on.

    `repository` is the owner's, `twin` another owner's of the same name; `honest` a commit with an unsent
    proof of its unit 0, once some attack needed it.
    """

    session: Session
    srs: Srs
    key: ProvingKey
    wallets: dict[str, Wallet]
    repository: Pubkey = field(default_factory=Pubkey.default)
    twin: Pubkey = field(default_factory=Pubkey.default)
    honest: tuple[Pubkey, UnitProof] | None = None
    _branches: int = 0

    @classmethod
    async def build(cls, session: Session) -> Arena:
        """Give everybody money, create both repositories and let ann, bob and the reader in."""
        arena = cls(
            session,
            await session.prover.srs(),
            await session.prover.key(UNIT),
            {name: Wallet.generate() for name in PEOPLE},
        )
        for wallet in arena.wallets.values():
            await session.chain.airdrop(wallet.pubkey, FUNDS)
        arena.repository = await arena.create("owner")
        arena.twin = await arena.create("twin")
        return arena

    def address(self, name: str) -> Pubkey:
        """A person's wallet."""
        return self.wallets[name].pubkey

    def member(self, name: str, repository: Pubkey | None = None) -> Pubkey:
        """Where a person's membership is, or would be."""
        return pda.member(repository or self.repository, self.address(name))

    async def send(self, by: str, *instructions: Instruction) -> Receipt:
        """Send one transaction, signed and paid by a person. Raises ProgramError."""
        wallet = self.wallets[by]
        return await self.session.chain.send(list(instructions), payer=wallet, signers=[wallet])

    async def create(self, owner: str) -> Pubkey:
        """Create an insecure repository with members and the pinned development key."""
        address = pda.repository(self.address(owner), "arena")
        await self.send(owner, self.creation(owner, address, "arena", 1, self.srs.tau_g2))
        for name, role in (("ann", 2), ("bob", 2), ("reader", 1)):
            await self.send(
                owner,
                program.member_add(
                    payer=self.address(owner),
                    authority=self.address(owner),
                    authority_member=self.member(owner, address),
                    repository=address,
                    member=self.member(name, address),
                    wallet=self.address(name),
                    role=role,
                ),
            )
        await self.pin(owner, address)
        return address

    def creation(self, owner: str, address: Pubkey, name: str, flags: int, tau_g2: bytes) -> Instruction:
        """Create a repository."""
        return program.repository_create(
            payer=self.address(owner),
            authority=self.address(owner),
            repository=address,
            member=self.member(owner, address),
            name=pda.padded_name(name),
            flags=flags,
            cluster=bytes(32),
            tau_g2=tau_g2,
        )

    async def pin(self, owner: str, repository: Pubkey) -> None:
        """Put the development key on the chain, if it is not there, and pin it."""
        verifying_key = self.key.verifying_key
        key = pda.key(verifying_key)
        if await query.load(self.session.chain, accounts.VerifyingKey, key) is None:
            digest = hashlib.sha256(verifying_key).digest()
            await self.send(
                owner,
                program.key_create(payer=self.address(owner), key=key, hash=digest, bytes_=verifying_key),
            )
        await self.send(
            owner,
            program.key_pin(
                payer=self.address(owner),
                authority=self.address(owner),
                repository=repository,
                member=self.member(owner, repository),
                key=key,
                key_pin=pda.key_pin(repository, key),
                relation=constants.RELATION_UPDATE,
                width=constants.UPDATE_WIDTH,
                n=UNIT,
            ),
        )

    async def branch(self, branch_rules: types.Rules, owner: str = "owner") -> Pubkey:
        """Make a fresh branch with a genesis of its own; all of one owner have the same lineage."""
        repository = pda.repository(self.address(owner), "arena")
        self._branches += 1
        name = f"b{self._branches}"
        address = pda.branch(repository, name)
        await self.send(
            owner,
            program.genesis_create(
                payer=self.address(owner),
                authority=self.address(owner),
                member=self.member(owner, repository),
                repository=repository,
                branch=address,
                commit=pda.genesis(address),
                name=pda.padded_name(name),
                manifest_hash=b"\x01" * 32,
                base_hash=b"\x02" * 32,
                location=NOWHERE,
                chunks=1,
                rules=branch_rules,
            ),
        )
        return address

    async def account(self, kind: type[query.R], address: Pubkey) -> query.R:
        """Read an account. Raises NotFound."""
        found = await query.load(self.session.chain, kind, address)
        if found is None:
            raise NotFound(f"There is no {kind.__name__} at {address}.")
        return found

    async def open_round(self, branch: Pubkey, by: str = "owner", kind: int = constants.ROUND_OPEN) -> Pubkey:
        """Open the branch's next round."""
        state = await self.account(accounts.Branch, branch)
        address = pda.round_(branch, state.round_count)
        await self.send(
            by,
            program.round_open(
                payer=self.address(by),
                authority=self.address(by),
                member=self.member(by, state.repository),
                branch=branch,
                round=address,
                kind=kind,
            ),
        )
        return address

    async def proposal(
        self,
        round_: Pubkey,
        by: str,
        *,
        as_member: str | None = None,
        proved: bool = False,
        shift: int = 0,
        parts: int = 1,
        blob_hash: bytes = b"\x03" * 32,
    ) -> Instruction:
        """Create a commit in a round. `as_member` claims somebody else's membership."""
        branch = (await self.account(accounts.Round, round_)).branch
        state = await self.account(accounts.Branch, branch)
        author = as_member or by
        key = pda.key(self.key.verifying_key)
        return program.commit_create(
            payer=self.address(by),
            authority=self.address(by),
            member=self.member(author, state.repository),
            branch=branch,
            round=round_,
            parent=state.head,
            key_pin=pda.key_pin(state.repository, key) if proved else None,
            commit=pda.commit(round_, self.address(author)),
            blob_hash=blob_hash,
            location=NOWHERE,
            shift=shift,
            flags=0,
            parts=parts,
            samples=1,
            loss=0,
            accuracy=0,
            epsilon=0,
        )

    async def propose(self, round_: Pubkey, by: str, **shape: int | bool | bytes) -> Pubkey:
        """Create a commit and return its address."""
        await self.send(by, await self.proposal(round_, by, **shape))  # type: ignore[arg-type]
        return pda.commit(round_, self.address(by))

    async def contribute(self, round_: Pubkey, by: str, seed: int) -> Pubkey:
        """Create a commit of level 0 and declare its point: it is complete then."""
        commit = await self.propose(round_, by)
        repository = (await self.account(accounts.Commit, commit)).repository
        await self.send(
            by,
            program.commit_declare(
                authority=self.address(by),
                member=self.member(by, repository),
                commit=commit,
                chunk=0,
                point=self.point(update(seed)),
            ),
        )
        return commit

    def point(self, values: Values) -> bytes:
        """The commitment of an update."""
        return _native.commit(self.srs, values, 0)

    async def prove(
        self, commit: Pubkey, unit: int, values: Values, *, shift: int | None = None
    ) -> UnitProof:
        """Prove one unit of a commit as it stands on the chain, or as if it had another shift."""
        state = await self.account(accounts.Commit, commit)
        repository = await self.account(accounts.Repository, state.repository)
        context = UpdateContext(
            cluster=bytes(repository.cluster),
            lineage=bytes(state.lineage),
            repository=state.repository,
            branch=state.branch,
            round=state.round,
            parent=state.parent,
            author=state.author,
            commit=commit,
            blob_hash=bytes(state.blob_hash),
            shift=state.shift if shift is None else shift,
            key=state.key,
        ).hash(unit)
        part = np.ascontiguousarray(values[unit * UNIT : (unit + 1) * UNIT])
        return await asyncio.to_thread(
            _native.prove_update, self.key, self.srs, part, unit * UNIT // constants.LANES, context
        )

    async def submission(self, commit: Pubkey, unit: int, proof: UnitProof) -> Instruction:
        """Send a proof for a commit's unit, whatever it was made for."""
        state = await self.account(accounts.Commit, commit)
        return program.commit_prove(
            repository=state.repository,
            key=state.key,
            commit=commit,
            unit=unit,
            proof=proof.proof,
            point=proof.point,
            opening=proof.opening,
            p=proof.p,
            y=proof.y,
            norm=proof.norm,
        )

    def acceptance(self, branch: Pubkey, round_: Pubkey, commit: Pubkey, author: str) -> Instruction:
        """Take a commit into a round's set."""
        return program.commit_accept(
            branch=branch, round=round_, commit=commit, member=self.member(author), previous=None
        )

    def lock(self, branch: Pubkey, round_: Pubkey) -> Instruction:
        """Lock a round, by the owner."""
        return program.round_lock(
            authority=self.address("owner"), member=self.member("owner"), branch=branch, round=round_
        )

    def begin(self, branch: Pubkey, round_: Pubkey) -> Instruction:
        """Begin the merge of a round that was locked at the branch's genesis, by the owner."""
        return program.merge_begin(
            payer=self.address("owner"),
            authority=self.address("owner"),
            round=round_,
            head=pda.genesis(branch),
            merge=pda.merge(round_),
        )

    def addition(self, round_: Pubkey, commits: list[Pubkey], expected: bytes) -> Instruction:
        """Add commits to the merge, claiming what the sum is."""
        return program.merge_add(
            round=round_,
            target=pda.merge(round_),
            chunk=0,
            expected=expected,
            remaining=[AccountMeta(commit, False, True) for commit in commits],
        )

    def finish(self, branch: Pubkey, round_: Pubkey, blob: Location | None = None) -> Instruction:
        """Move the head to the merge, by the owner, naming a blob or none."""
        place = blob or Location.none()
        return program.merge_finish(
            authority=self.address("owner"),
            member=self.member("owner") if blob else None,
            branch=branch,
            round=round_,
            merge=pda.merge(round_),
            blob_hash=place.id,
            location=types.BlobLocation(tag=int(place.tag), id=place.id),
        )
