"""`verify`: from a commit to its genesis with nothing but the chain and the store.

Blobs are fetched anew, hashes and commitments recomputed, every proof verified again from the transaction
that carried it, and every merge summed again. Nothing that this working copy holds is believed; only what an
ancestor's weights are, to compare a new base with, it may have checked before.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS, KIND_OPERATION, LEVEL_BOUNDED, REPOSITORY_INSECURE
from federity.errors import BlobError, NotFound
from federity.objects import decode_base, lineage
from federity.progress import OnProgress, Progress
from federity.repository.ledger import heads, identity, places
from federity.repository.ledger.compared import compared
from federity.repository.ledger.reader import NOBODY, Reader
from federity.repository.ledger.references import resolve
from federity.repository.ledger.summands import HEADS, UPDATES, heads_below, merged_parts, summands
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.reports import Check, VerifiedCommit, VerifyReport
from federity.repository.reports.words import KINDS
from federity.repository.verification.provenance import absent, failed, gaps, meaning, passed
from federity.repository.verification.verify_merge import check_merge
from federity.repository.verification.verify_operation import check_operation
from federity.repository.verification.verify_update import check_update

if TYPE_CHECKING:
    from federity.objects import Base


async def verify(reader: Reader, reference: Any, on_progress: OnProgress) -> VerifyReport:
    """See `Repository.verify`."""
    await reader.check_chain()
    start = await resolve(reader, reference)
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    first = await reader.commit(start)
    found: list[VerifiedCommit] = []
    reader = await reader.on_base_of(first)
    if first.kind in UPDATES:
        found.append(await _update(reader, repository, start, first))
    path = [item async for item in heads_below(reader, start if first.kind in HEADS else first.parent)]
    seen = {start}
    for done, (address, commit) in enumerate(path):
        on_progress(Progress("verifying", done, len(path), "heads"))
        if commit.kind == KIND_GENESIS:
            found.append(await _genesis(reader, repository, address, commit))
            continue
        if commit.kind == KIND_OPERATION:
            parts = [
                (one.address, one.commit)
                for one in await summands(reader, address, commit)
                if one.is_update and one.address not in seen
            ]
        else:
            parts = await merged_parts(reader, address)
        for part_address, part in parts:
            if part_address not in seen:
                found.append(await _update(reader, repository, part_address, part))
        seen |= {part_address for part_address, _ in parts}
        if commit.kind == KIND_OPERATION:
            checks = await check_operation(reader, address, commit)
            found.append(_verified(address, commit, checks))
        else:
            found.append(await _merge(reader, address, commit, parts))
    on_progress(Progress("verifying", len(path), len(path), "heads"))
    insecure = bool(repository.flags & REPOSITORY_INSECURE)
    checks = [check for commit in found for check in commit.checks]
    bases = [commit for _, commit in path if commit.kind == KIND_GENESIS]
    return VerifyReport(
        commit=str(start),
        repository=str(reader.repository),
        insecure=insecure,
        srs="development, its secret is public" if insecure else "ceremony",
        commits=tuple(found),
        checks=tuple(check for check in checks if check.outcome != "passed"),
        proofs=sum(commit.proofs for commit in found),
        ok=all(check.outcome != "failed" for check in checks),
        complete=all(check.outcome == "passed" for check in checks),
        not_proved=gaps(
            insecure,
            continued=any(base.parent != NOBODY for base in bases),
        ),
    )


def _verified(
    address: Pubkey,
    commit: accounts.Commit,
    checks: list[Check],
    proofs: int = 0,
    parts: identity.Parts = (),
) -> VerifiedCommit:
    return VerifiedCommit(
        address=str(address),
        kind=KINDS.get(commit.kind, str(commit.kind)),
        level=commit.level,
        level_meaning=meaning(commit.level),
        author=str(commit.author),
        proofs=proofs,
        checks=tuple(checks),
        id=identity.name(address, commit, parts),
    )


async def _update(
    reader: Reader, repository: accounts.Repository, address: Pubkey, commit: accounts.Commit
) -> VerifiedCommit:
    checks, proofs = await check_update(reader, repository, address, commit)
    if commit.level >= LEVEL_BOUNDED and not proofs:
        checks.append(failed("level", f"it claims L{commit.level}, but no proof of it is in its history"))
    return _verified(address, commit, checks, proofs)


async def _merge(
    reader: Reader,
    address: Pubkey,
    commit: accounts.Commit,
    parts: list[tuple[Pubkey, accounts.Commit]],
) -> VerifiedCommit:
    return _verified(address, commit, await check_merge(reader, address, commit, parts), parts=parts)


async def _genesis(
    reader: Reader, repository: accounts.Repository, address: Pubkey, commit: accounts.Commit
) -> VerifiedCommit:
    """The base's bytes, and the lineage that names them together with the reference string."""
    checks = []
    srs = hashlib.sha256(b"federity/srs/v1" + bytes(repository.tau_g2)).digest()
    same = srs == bytes(repository.srs_id)
    checks.append(
        passed("reference string") if same else failed("reference string", "its id is not its hash")
    )
    try:
        base = await _base(reader, commit)
    except BlobError as error:
        checks.append(absent("base", error.sentence))
        return _verified(address, commit, checks)
    own = lineage(base.manifest.hash, bytes(commit.blob_hash), bytes(repository.srs_id), base.manifest.chunks)
    if own == bytes(commit.lineage):
        checks.append(
            passed("base", f"{base.manifest.elements} values, sha256 {bytes(commit.blob_hash).hex()}")
        )
    else:
        checks.append(failed("base", "the lineage names another base, manifest or reference string"))
    if commit.parent != NOBODY:
        checks.append(await _ancestor(reader, commit, base))
    return _verified(address, commit, checks)


async def _ancestor(reader: Reader, commit: accounts.Commit, base: Base) -> Check:
    """What of a base that names an ancestor is the ancestor's to the bit."""
    try:
        before = await reader.linked(commit.parent)
        there = await reader.on_base_of(before)
        _, state = await heads.state_of(there, commit.parent, heads.Fetch())
        weights = await parts_of_weights(there, state)
    except (BlobError, NotFound) as error:
        return absent("ancestor", error.sentence)
    found = await asyncio.to_thread(compared, weights, base.tensors)
    return passed("ancestor", f"{commit.parent}: {found.sentence}")


async def _base(reader: Reader, commit: accounts.Commit) -> Base:
    blob = await places.base(reader.session, commit.repository, bytes(commit.blob_hash))
    return await asyncio.to_thread(decode_base, blob)
