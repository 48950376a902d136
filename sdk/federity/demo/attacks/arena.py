"""A repository to attack: a small model on the demo's chain, with everybody's wallet at hand.

Attackers do not use the SDK's verbs, which would not do such things: every instruction is built by hand.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Self

import numpy as np
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts, constants, types
from federity._generated import instructions as program
from federity._native import UnitProof
from federity.chain import pda
from federity.demo.attacks.cast import FUNDS, NOWHERE, PEOPLE, UNIT, Values, update
from federity.demo.attacks.steps import Steps
from federity.repository.ledger import query
from federity.repository.ledger.context import UpdateContext
from federity.session import Session
from federity.wallet import Wallet


class Arena(Steps):
    """What attacks act on: honest steps, sent."""

    @classmethod
    async def build(cls, session: Session) -> Self:
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
        self.branches += 1
        name = f"b{self.branches}"
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
                repository=state.repository,
                branch=branch,
                round=address,
                kind=kind,
            ),
        )
        return address

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
                repository=repository,
                commit=commit,
                chunk=0,
                point=self.point(update(seed)),
            ),
        )
        return commit

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
