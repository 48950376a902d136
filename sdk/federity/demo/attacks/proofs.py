"""Proofs that say something else than what is claimed. The program refuses each."""

from __future__ import annotations

import hashlib

import numpy as np
from solders.pubkey import Pubkey

from federity._generated import accounts, constants
from federity._native import UnitProof
from federity.demo.attacks.arena import Arena
from federity.demo.attacks.attempt import Attempt
from federity.demo.attacks.cast import ELEMENTS, UNIT, rules, update

PROVED = rules(min_level=1)


async def _commit(arena: Arena, by: str = "ann", owner: str = "owner") -> Pubkey:
    """A commit of two units on a branch of its own."""
    round_ = await arena.open_round(await arena.branch(PROVED, owner), owner)
    return await arena.propose(round_, by, proved=True, parts=2)


async def _honest(arena: Arena) -> tuple[Pubkey, UnitProof]:
    """Ann's commit, and the proof of its unit 0, which is not sent: what others replay."""
    if arena.honest is None:
        commit = await _commit(arena)
        arena.honest = commit, await arena.prove(commit, 0, update(1))
    return arena.honest


async def _submit(arena: Arena, by: str, commit: Pubkey, unit: int, proof: UnitProof) -> Attempt:
    instruction = await arena.submission(by, commit, unit, proof)
    return lambda: arena.send(by, instruction)


async def altered_delta(arena: Arena) -> Attempt:
    """Prove a delta, then commit to another one: the same proof with the altered delta's point."""
    commit, proof = await _honest(arena)
    altered = update(1)
    altered[7] += 1
    point = arena.point(altered[:UNIT])
    forged = UnitProof(proof.proof, point, proof.opening, proof.p, proof.y, proof.norm)
    return await _submit(arena, "ann", commit, 0, forged)


async def altered_blob(arena: Arena) -> Attempt:
    """Prove for one blob and name another: the context holds the blob's hash."""
    commit, proof = await _honest(arena)
    branch = (await arena.account(accounts.Commit, commit)).branch
    round_ = await arena.open_round(branch, "ann", constants.ROUND_SOLO)
    blob_hash = hashlib.sha256(b"another blob").digest()
    other = await arena.propose(round_, "ann", proved=True, parts=2, blob_hash=blob_hash)
    return await _submit(arena, "ann", other, 0, proof)


async def other_round(arena: Arena) -> Attempt:
    """Replay one's own proof in another round of the same branch."""
    commit, proof = await _honest(arena)
    branch = (await arena.account(accounts.Commit, commit)).branch
    round_ = await arena.open_round(branch, "ann", constants.ROUND_SOLO)
    return await _submit(arena, "ann", await arena.propose(round_, "ann", proved=True, parts=2), 0, proof)


async def other_wallet(arena: Arena) -> Attempt:
    """Copy another contributor's proof into a commit of one's own, in the same round."""
    commit, proof = await _honest(arena)
    round_ = (await arena.account(accounts.Commit, commit)).round
    return await _submit(arena, "bob", await arena.propose(round_, "bob", proved=True, parts=2), 0, proof)


async def other_author(arena: Arena) -> Attempt:
    """Put a proved unit into another contributor's commit, who did not choose it."""
    commit, proof = await _honest(arena)
    return await _submit(arena, "bob", commit, 0, proof)


async def other_repository(arena: Arena) -> Attempt:
    """Replay a proof in another owner's repository of the same name."""
    _, proof = await _honest(arena)
    return await _submit(arena, "ann", await _commit(arena, owner="twin"), 0, proof)


async def unit_twice(arena: Arena) -> Attempt:
    """Count one unit twice."""
    commit = await _commit(arena)
    proof = await arena.prove(commit, 0, update(1))
    await arena.send("ann", await arena.submission("ann", commit, 0, proof))
    return await _submit(arena, "ann", commit, 0, proof)


async def one_offset(arena: Arena) -> Attempt:
    """Place a second unit at the first one's offset: the offset is the program's, never the caller's."""
    commit, proof = await _honest(arena)
    return await _submit(arena, "ann", commit, 1, proof)


async def norm_bound(arena: Arena) -> Attempt:
    """Prove a delta that is longer than the branch allows, honestly."""
    branch = await arena.branch(rules(min_level=1, norm_bound=1000))
    commit = await arena.propose(await arena.open_round(branch), "ann", proved=True)
    long = np.zeros(ELEMENTS, np.int8)
    long[:8] = 127
    return await _submit(arena, "ann", commit, 0, await arena.prove(commit, 0, long))


async def other_shift(arena: Arena) -> Attempt:
    """Prove at shift 8 and submit at shift 0, where the same integers mean 256 times the change."""
    commit = await _commit(arena)
    return await _submit(arena, "ann", commit, 0, await arena.prove(commit, 0, update(1), shift=8))
