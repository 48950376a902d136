"""From a commit's address to its vector, trusting nothing but the chain.

A head's accumulator is looked for in this order: what this working copy has checked before; a blob that
somebody named; the sum of the heads and deltas that the program added up. A named blob is a cache: it
counts only when its values are in range and open the commitment that the chain computed. Whatever the
source, the vector that is handed out opens the commitment.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from solders.pubkey import Pubkey

from federity import objects
from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS, ROUND_STATE_MERGED
from federity.errors import BlobError, BlobMissing, CommitmentMismatch, FileUnavailable
from federity.objects import bounds
from federity.progress import OnProgress, Progress, silent
from federity.repository.ledger import places as places_room
from federity.repository.ledger import query
from federity.repository.ledger.commitments import check_opens, opener
from federity.repository.ledger.memory import ZERO
from federity.repository.ledger.planning import merged_weight
from federity.repository.ledger.summands import HEADS, Summand, summands
from federity.repository.reports import RefusedBlob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from federity.objects import Accumulator, Delta, DeltaInfo, Location, Manifest, Place
    from federity.objects.blob import Blob, Data
    from federity.repository.ledger.reader import Reader

R = TypeVar("R")

# With a checked ancestor at most this many merges away, its deltas are smaller than the head's whole
# accumulator.
NEAR = 8


@dataclass
class Fetch:
    """What one search for a vector cost and met."""

    on_progress: OnProgress = silent
    fetched_bytes: int = 0
    rebuilt: int = 0
    refused: list[RefusedBlob] = field(default_factory=list)

    async def get(self, reader: Reader, place: Place, limit: bounds.Limit) -> Blob:
        """Fetch a blob, from the working copy when it is there. Raises BlobError, FileUnavailable.

        It is for the caller to keep what turns out to be worth keeping.
        """
        try:
            return await reader.objects.get(place.location, limit.size, sha256=place.sha256)
        except (BlobError, FileUnavailable):
            data = await reader.session.storage.get(place.location, limit.size, sha256=place.sha256)
        self.fetched_bytes += len(data)
        return data


async def accumulator(reader: Reader, address: Pubkey, fetch: Fetch) -> Accumulator:
    """The accumulator of a head.

    Heads that it is a sum of, and that are not at hand, are made first. Raises NotFound, BlobMissing,
    CommitmentMismatch, WorktreeError for another lineage's.
    """
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    srs_id = bytes(repository.srs_id)
    near = await _checked_ancestor(reader, address)
    have: dict[Pubkey, Accumulator] = {}
    sums: dict[Pubkey, list[Summand]] = {}
    waiting = [address]
    done = 0
    while waiting:
        at = waiting[-1]
        if at in have:
            waiting.pop()
            continue
        commit = await reader.linked(at)
        if at not in sums:
            reader.check_lineage(bytes(commit.lineage))
            found = None if is_another(reader, at, commit) else await reader.cached_accumulator(str(at))
            if found is None and commit.kind == KIND_GENESIS:
                found = objects.Accumulator.zero(reader.manifest)
                reader.memory.set_accumulator(str(at), ZERO)
            if found is None and not near:
                found = await _named(reader, srs_id, at, commit, fetch, _needed(have, sums))
            if found is not None:
                have[at] = found
                continue
            sums[at] = await summands(reader, at, commit)
        missing = [one.address for one in sums[at] if not one.is_update and one.address not in have]
        if missing:
            waiting += missing
            continue
        result = await rebuilt(reader, commit, sums[at], have, fetch)
        await _keep_sum(reader, srs_id, at, commit, sums[at], result, fetch, _needed(have, sums))
        del sums[at]
        have[at] = await reader.cached_accumulator(str(at)) or result
        needed = {str(address), str(at), *_needed(have, sums)}
        have = {one: vector for one, vector in have.items() if str(one) in needed}
        fetch.rebuilt += 1
        done += 1
        fetch.on_progress(Progress("rebuilding", done, done + len(sums), "heads"))
    return have[address]


def _needed(have: Mapping[Pubkey, Accumulator], sums: Mapping[Pubkey, list[Summand]]) -> frozenset[str]:
    """The heads at hand that a sum still waits for."""
    return frozenset(str(one.address) for parts in sums.values() for one in parts if one.address in have)


def mark_of(commit: accounts.Commit) -> str:
    """What tells a head from another at its address: where it was made, of what, and what it is.

    Addresses follow from the branch's moves, so after a fork that the cluster dropped another head may have
    the same one.
    """
    made = commit.created_slot.to_bytes(8) + bytes(commit.parent) + bytes(commit.author)
    return hashlib.sha256(made + bytes(commit.chunk.point)).hexdigest()


def is_another(reader: Reader, address: Pubkey, commit: accounts.Commit) -> bool:
    """Whether the head that was checked at this address is not the one that is there."""
    known = reader.memory.mark(str(address))
    return known not in ("", mark_of(commit))


async def keep(
    reader: Reader,
    address: Pubkey,
    checked: Data,
    needed: frozenset[str] = frozenset(),
    commit: accounts.Commit | None = None,
) -> Location:
    """Remember the blob of an accumulator that opens its head's commitment, or fails to be made if not.

    Old ones are forgotten, but not those of the heads `needed`. `commit` is the head's account, read anew
    where it is not given.
    """
    location = await reader.objects.put(checked)
    commit = commit or await query.load(reader.session.chain, accounts.Commit, address)
    reader.memory.set_accumulator(str(address), location.id.hex(), mark_of(commit) if commit else "")
    reader.memory.forget_accumulators(needed)
    return location


async def _checked_ancestor(reader: Reader, address: Pubkey) -> bool:
    """Whether an ancestor nearer than `NEAR` merges was checked before, the genesis not counted."""
    for _ in range(NEAR):
        if reader.memory.accumulator(str(address)) not in (None, ZERO):
            return True
        commit = await query.load(reader.session.chain, accounts.Commit, address)
        if commit is None or commit.kind == KIND_GENESIS:
            return False
        address = commit.parent
    return False


async def _named(
    reader: Reader,
    srs_id: bytes,
    address: Pubkey,
    commit: accounts.Commit,
    fetch: Fetch,
    needed: frozenset[str],
) -> Accumulator | None:
    """The first blob that anybody named for this head and that is the true one."""
    for place in await places(reader, address, commit):
        try:
            data = await fetch.get(reader, place, bounds.accumulator(reader.manifest.elements))
            found = await asyncio.to_thread(objects.decode_accumulator, data, reader.manifest)
            await check_opens(reader.session, srs_id, address, commit, found.values)
            if found.fraction_bits != commit.fraction_bits:
                raise CommitmentMismatch("The blob states other fraction bits than the head.")
        except BlobError as error:
            fetch.refused.append(RefusedBlob(str(address), str(place.location), error.sentence))
            continue
        except FileUnavailable:
            continue  # no fault of who named it; other places, and the parts, say the same
        await keep(reader, address, data, needed, commit)
        return found
    return None


async def places(reader: Reader, address: Pubkey, commit: accounts.Commit) -> list[Place]:
    """Where a commit's blob is said to be."""
    return await places_room.named(reader.session.chain, commit.repository, address, commit)


async def delta_places(reader: Reader, address: Pubkey, commit: accounts.Commit) -> list[Place]:
    """Where an update's delta may be."""
    return await places_room.of_delta(reader.session.chain, commit.repository, address, commit)


async def weight(reader: Reader, commit: accounts.Commit) -> int:
    """The Q16 weight that an update has in the head it was merged into; zero before that."""
    if commit.held_by == Pubkey.default():
        return 0
    round_ = await reader.load(accounts.Round, commit.held_by, "round")
    return merged_weight(round_, commit) if round_.state == ROUND_STATE_MERGED else 0


async def delta(
    reader: Reader, address: Pubkey, commit: accounts.Commit, fetch: Fetch
) -> tuple[Delta, DeltaInfo]:
    """The delta of an update: the bytes its author named, of the shape and shift that the chain holds.

    Whether it opens the commitment is for the caller to check. Raises BlobMissing, BlobMismatch,
    FileUnavailable; BadBlob and CommitmentMismatch only of the very bytes that the author named.
    """
    found, info = await _named_by_author(reader, address, commit, fetch, objects.decode_delta)
    if found.shift != commit.shift:
        raise CommitmentMismatch(f"The blob of {address} states another shift than the chain.")
    return found, info


async def said(reader: Reader, address: Pubkey, commit: accounts.Commit, fetch: Fetch) -> DeltaInfo:
    """What the author of an update says beside it: the blob's header, none of its chunks.

    Raises BlobMissing, BlobMismatch, FileUnavailable, BadBlob.
    """
    return await _named_by_author(reader, address, commit, fetch, objects.decode_delta_info)


async def _named_by_author(
    reader: Reader,
    address: Pubkey,
    commit: accounts.Commit,
    fetch: Fetch,
    decode: Callable[[Blob, Manifest], R],
) -> R:
    """What is decoded of the bytes that an update's author named, wherever they are."""
    failure: BlobError | FileUnavailable | None = None
    for place in await delta_places(reader, address, commit):
        try:
            data = await fetch.get(reader, place, bounds.delta(reader.manifest.elements))
            found = await asyncio.to_thread(decode, data, reader.manifest)
        except (BlobError, FileUnavailable) as error:
            failure = failure or error
            continue
        await reader.objects.put(data)
        return found
    raise failure or BlobMissing(f"Nobody says where the blob of {address} is.")


async def rebuilt(
    reader: Reader,
    commit: accounts.Commit,
    parts: list[Summand],
    have: Mapping[Pubkey, Accumulator],
    fetch: Fetch,
) -> Accumulator:
    """The accumulator of a head from those heads and deltas that it is the sum of."""
    vectors: list[tuple[Accumulator | Delta, int]] = []
    for one in parts:
        if one.is_update:
            vectors.append(((await delta(reader, one.address, one.commit, fetch))[0], one.factor))
        else:
            vectors.append((have[one.address], one.factor))
    return await asyncio.to_thread(
        objects.Accumulator.combined, reader.manifest, commit.fraction_bits, vectors
    )


async def _keep_sum(
    reader: Reader,
    srs_id: bytes,
    address: Pubkey,
    commit: accounts.Commit,
    parts: list[Summand],
    found: Accumulator,
    fetch: Fetch,
    needed: frozenset[str],
) -> None:
    """Keep a rebuilt accumulator, whose chunks are opened while they are written.

    When it is not the head's, nothing is kept, and the error says which delta is the wrong one.
    """
    try:
        check = await opener(reader.session, srs_id, address, commit)
        await keep(reader, address, objects.accumulator_parts(found, check), needed, commit)
    except CommitmentMismatch:
        for one in parts:
            if one.is_update:
                values = (await delta(reader, one.address, one.commit, fetch))[0].values
                await check_opens(reader.session, srs_id, one.address, one.commit, values)
        raise


async def state_of(reader: Reader, address: Pubkey, fetch: Fetch) -> tuple[accounts.Commit, Accumulator]:
    """Any commit's state: a head's own accumulator; for an update, its parent's plus its whole change."""
    commit = await reader.commit(address)
    reader.check_lineage(bytes(commit.lineage))
    if commit.kind in HEADS:
        return commit, await accumulator(reader, address, fetch)
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    change, _ = await delta(reader, address, commit, fetch)
    await check_opens(reader.session, bytes(repository.srs_id), address, commit, change.values)
    parent = await accumulator(reader, commit.parent, fetch)
    return commit, await asyncio.to_thread(parent.merged, [(change, objects.WEIGHT_ONE)])
