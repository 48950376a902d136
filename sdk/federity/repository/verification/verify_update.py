"""Rechecking one update: its blob, its commitments, and each proof from the transaction that carried it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts
from federity._generated.constants import (
    CHUNK_ELEMENTS,
    COMMIT_SEALED,
    KIND_SERVER,
    LANES,
    LEVEL_BOUNDED,
    RELATION_UPDATE,
    UPDATE_WIDTH,
)
from federity._generated.instructions import CommitProve
from federity._native import UnitProof
from federity.chain import pda
from federity.chain.instructions import instructions_of
from federity.errors import BlobError, BlobMissing, FileUnavailable, Insecure
from federity.objects import Delta, bounds, decode_delta
from federity.repository.ledger import heads, query
from federity.repository.ledger.commitments import IDENTITY, check_opens, points_of
from federity.repository.ledger.context import UpdateContext
from federity.repository.ledger.pins import origin
from federity.repository.reports import Check
from federity.repository.verification.provenance import absent, failed, passed

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


async def check_update(
    reader: Reader, repository: accounts.Repository, address: Pubkey, commit: accounts.Commit
) -> tuple[list[Check], int]:
    """The checks of one update, and how many proofs held."""
    checks: list[Check] = []
    if commit.kind == KIND_SERVER:
        checks.append(
            passed("server update", "of the keeper's own making: no chain computed it from commits")
        )
    delta = await _check_blob(reader, repository, address, commit, checks)
    if commit.level < LEVEL_BOUNDED:
        return checks, 0
    if delta is not None:
        same = delta.norm == commit.norm
        checks.append(passed("norm") if same else failed("norm", "the chain holds another than the vector's"))
    return checks, await _check_proofs(reader, repository, address, commit, checks)


async def _check_blob(
    reader: Reader,
    repository: accounts.Repository,
    address: Pubkey,
    commit: accounts.Commit,
    checks: list[Check],
) -> Delta | None:
    try:
        delta = await _fetch(reader, address, commit)
    except BlobError as error:
        checks.append(absent("blob", error.sentence))
        return None
    if delta.shift != commit.shift:
        checks.append(failed("blob", "its shift is not the one on the chain"))
        return None
    checks.append(passed("blob", f"sha256 {bytes(commit.blob_hash).hex()}"))
    try:
        await check_opens(reader.session, bytes(repository.srs_id), address, commit, delta.values)
        checks.append(passed("commitment", f"{commit.chunks} recomputed from the blob"))
    except BlobError as error:
        checks.append(failed("commitment", error.sentence))
    except Insecure as error:
        checks.append(absent("commitment", error.sentence))
    return delta


async def _fetch(reader: Reader, address: Pubkey, commit: accounts.Commit) -> Delta:
    """The delta from the store, whose bytes must be the ones its author named."""
    failure: BlobError | FileUnavailable | None = None
    limit = bounds.delta(reader.manifest.elements).size
    for place in await heads.delta_places(reader, address, commit):
        try:
            blob = await reader.session.storage.get(place.location, limit, sha256=place.sha256)
            return (await asyncio.to_thread(decode_delta, blob, reader.manifest))[0]
        except (BlobError, FileUnavailable) as error:
            failure = failure or error
    raise failure or BlobMissing("Nobody says where the blob is.")


async def _check_proofs(
    reader: Reader,
    repository: accounts.Repository,
    address: Pubkey,
    commit: accounts.Commit,
    checks: list[Check],
) -> int:
    """Verify every proof again, and that together they are the commit's points and norm."""
    session = reader.session
    key = await reader.load(accounts.VerifyingKey, commit.key, "verifying key")
    verifying_key = bytes(key.bytes_)
    pin = await query.load(session.chain, accounts.KeyPin, pda.key_pin(commit.repository, commit.key))
    if pda.key(verifying_key) != commit.key:
        checks.append(failed("key", "its address is not the hash of its bytes"))
    elif pin is None or (pin.relation, pin.width) != (RELATION_UPDATE, UPDATE_WIDTH):
        checks.append(failed("key", "the repository does not say that it proves updates"))
    elif pin.n != commit.unit_size:
        checks.append(failed("key", "it is pinned for units of another size"))
    else:
        checks.append(passed("key", f"pinned for units of {commit.unit_size} values; {origin(commit.key)}"))
    sent = await _sent_proofs(reader, address)
    context = _context(repository, address, commit)
    points, norm, held = [IDENTITY] * commit.chunks, 0, 0
    for unit, proof in sorted(sent.items()):
        offset = unit * commit.unit_size % CHUNK_ELEMENTS // LANES
        good = await asyncio.to_thread(
            _native.verify_update,
            verifying_key,
            bytes(repository.tau_g2),
            proof,
            offset,
            context.hash(unit),
            bool(commit.flags & COMMIT_SEALED),
        )
        if not good:
            checks.append(failed("proof", f"the proof of unit {unit} does not verify"))
            continue
        chunk = unit * commit.unit_size // CHUNK_ELEMENTS
        points[chunk] = _native.point_add(points[chunk], proof.point)
        norm += proof.norm
        held += 1
    if held == commit.parts:
        checks.append(passed("proofs", f"{held} of {commit.parts} units verified again"))
    else:
        checks.append(failed("proofs", f"{held} of {commit.parts} units have a proof that verifies"))
    whole = points == await points_of(session, address, commit)
    total = norm << 2 * (8 - commit.shift)
    if whole and total == commit.norm:
        checks.append(passed("sum of units"))
    else:
        checks.append(failed("sum of units", "points or norms of the units do not add up to the commit's"))
    return held


def _context(repository: accounts.Repository, address: Pubkey, commit: accounts.Commit) -> UpdateContext:
    return UpdateContext(
        cluster=bytes(repository.cluster),
        lineage=bytes(commit.lineage),
        repository=commit.repository,
        branch=commit.branch,
        round=commit.round,
        parent=commit.parent,
        author=commit.author,
        commit=address,
        blob_hash=bytes(commit.blob_hash),
        shift=commit.shift,
        key=commit.key,
    )


async def _sent_proofs(reader: Reader, address: Pubkey) -> dict[int, UnitProof]:
    """The proofs that the program accepted for a commit, by unit, from its transactions."""
    found = {}
    for record in await reader.session.chain.history(address):
        if record.failure is not None:
            continue
        for instruction in instructions_of(record):
            arguments = instruction.arguments
            if isinstance(arguments, CommitProve) and instruction.accounts["commit"] == address:
                sent = arguments
                found[sent.unit] = UnitProof(
                    proof=bytes(sent.proof),
                    point=bytes(sent.point),
                    opening=bytes(sent.opening),
                    p=bytes(sent.p),
                    y=bytes(sent.y),
                    norm=sent.norm,
                )
    return found
