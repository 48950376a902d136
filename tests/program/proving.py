"""Real proofs for the small world: development keys for units of 1024 elements, and commits to prove."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import constants, instructions, types
from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from program.world import RULES, Refused, Sent, World

__all__ = ["N", "Prover", "Unit", "delta", "prepare", "prove_call", "refused", "submit"]

N = constants.UNIT_SMALL
_SEED = b"federity/test/prover"


def delta(seed: int = 1) -> NDArray[np.int8]:
    """One unit of 8-bit integers."""
    return np.random.default_rng(seed).integers(-127, 128, N, dtype=np.int8)


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The program refuses with the error of this name and no other."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.name == name, caught.value


@dataclass(frozen=True)
class Unit:
    """The arguments of `commit_prove` for one unit."""

    unit: int
    proof: bytes
    point: bytes
    opening: bytes
    p: bytes
    y: bytes
    norm: int


class Prover:
    """A development SRS and key, and contexts as the protocol's section 3 writes them."""

    def __init__(self, cache: Path) -> None:
        self.srs = _native.srs_development(_SEED, 1 << 12, str(cache))
        self.key = _native.proving_key_development(_SEED, N, str(cache))
        self.tau_g2: bytes = self.srs.tau_g2
        self.verifying_key: bytes = self.key.verifying_key
        self.address = pda.key(self.verifying_key)

    def context(self, world: World, commit: Pubkey, unit: int, /, **changed: bytes | int) -> bytes:
        """What a proof of this unit must be bound to; `changed` replaces fields by an attacker's claims."""
        account = world.account(commit)
        fields: dict[str, bytes | int] = {
            "program_id": bytes(PROGRAM_ID),
            "cluster": world.account(world.repository).cluster,
            "lineage": account.lineage,
            "repository": bytes(account.repository),
            "branch": bytes(account.branch),
            "round": bytes(account.round),
            "parent": bytes(account.parent),
            "author": bytes(account.author),
            "commit": bytes(commit),
            "blob_hash": account.blob_hash,
            "shift": account.shift,
            "unit": unit,
            "key": bytes(account.key),
        }
        assert changed.keys() <= fields.keys()
        fields.update(changed)
        data = constants.UPDATE_DOMAIN.ljust(32, b"\0")
        for name, value in fields.items():
            if isinstance(value, int):
                data += value.to_bytes(1 if name == "shift" else 4, "little")
            else:
                data += bytes(value)
        return bytes(1) + hashlib.sha256(data).digest()[1:]

    def prove(
        self,
        world: World,
        commit: Pubkey,
        values: NDArray[np.int8],
        /,
        unit: int = 0,
        offset: int | None = None,
        blinds: tuple[bytes, bytes] | None = None,
        **changed: bytes | int,
    ) -> Unit:
        """Prove one unit of a commit, sealed when there are blinds."""
        if offset is None:
            offset = unit * N % constants.CHUNK_ELEMENTS // constants.LANES
        context = self.context(world, commit, unit, **changed)
        made = _native.prove_update(self.key, self.srs, values, offset, context, blinds)
        assert _native.verify_update(
            self.verifying_key, self.tau_g2, made, offset, context, sealed=blinds is not None
        )
        return Unit(unit, made.proof, made.point, made.opening, made.p, made.y, made.norm)


def prepare(world: World, prover: Prover, rules: types.Rules = RULES, chunks: int = 1) -> Pubkey:
    """Publish a repository of the prover's SRS and pin its key; returns the pin."""
    world.publish(replace(rules, norm_bound=1 << 60), chunks=chunks, tau_g2=prover.tau_g2)
    if world.data(prover.address) is None:
        world.send(
            instructions.key_create(
                payer=world.payer.pubkey(),
                key=prover.address,
                hash=hashlib.sha256(prover.verifying_key).digest(),
                bytes_=prover.verifying_key,
            )
        )
    return pin(world, prover)


def pin(world: World, prover: Prover, by: Keypair | None = None, n: int = N) -> Pubkey:
    """Say that the prover's key proves `update` for units of `n`."""
    who = by or world.owner
    address = pda.key_pin(world.repository, prover.address)
    world.send(
        instructions.key_pin(
            payer=world.payer.pubkey(),
            authority=who.pubkey(),
            repository=world.repository,
            member=world.member(who),
            key=prover.address,
            key_pin=address,
            relation=constants.RELATION_UPDATE,
            width=constants.UPDATE_WIDTH,
            n=n,
        ),
        signers=[who],
    )
    return address


def prove_call(
    world: World, prover: Prover, commit: Pubkey, unit: Unit, points: Pubkey | None = None
) -> Instruction:
    """`commit_prove` by the commit's author, with the usual accounts."""
    author = world.authors[commit]
    return instructions.commit_prove(
        authority=author.pubkey(),
        member=pda.member(world.account(commit).repository, author.pubkey()),
        repository=world.repository,
        key=prover.address,
        key_pin=pda.key_pin(world.repository, prover.address),
        commit=commit,
        points=points,
        unit=unit.unit,
        proof=unit.proof,
        point=unit.point,
        opening=unit.opening,
        p=unit.p,
        y=unit.y,
        norm=unit.norm,
    )


def submit(world: World, prover: Prover, commit: Pubkey, unit: Unit, points: Pubkey | None = None) -> Sent:
    """Send one unit, signed by the commit's author."""
    return world.send(prove_call(world, prover, commit, unit, points), signers=[world.authors[commit]])
