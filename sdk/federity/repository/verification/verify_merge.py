"""Rechecking one merge: its set, its weights, and its sum, over points and over vectors."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    LEVEL_TRAINED,
    ROUND_OPEN,
    ROUND_STATE_MERGED,
    WEIGHT_ONE,
    WEIGHTING_KEEPER,
    WEIGHTING_SAMPLES,
)
from federity.errors import BlobError, Insecure
from federity.objects import bounds, decode_accumulator
from federity.repository.ledger import heads
from federity.repository.ledger.commitments import check_opens, points_of
from federity.repository.ledger.planning import rule_weights
from federity.repository.ledger.summands import sum_of_points, summands
from federity.repository.reports import Check
from federity.repository.verification.provenance import absent, failed, passed

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

Parts = list[tuple[Pubkey, accounts.Commit]]


async def check_merge(reader: Reader, address: Pubkey, commit: accounts.Commit, parts: Parts) -> list[Check]:
    """The checks of one merge."""
    round_ = await reader.load(accounts.Round, commit.round, "round")
    checks = [_set(round_, parts), _weights(round_, parts)]
    checks.append(await _sum(reader, address, commit, parts))
    checks += await check_blobs(reader, address, commit)
    level = min((part.level for _, part in parts if part.weight), default=LEVEL_TRAINED)
    same = level == commit.level
    wrong = failed("level", "it is not the lowest of its parts that count")
    checks.append(passed("level") if same else wrong)
    return checks


def _set(round_: accounts.Round, parts: Parts) -> Check:
    """The set's hash over commits, indices and samples, as the program extended it."""
    state = bytes(32)
    for index, (address, part) in enumerate(parts):
        numbers = index.to_bytes(4, "little") + part.samples.to_bytes(4, "little")
        state = hashlib.sha256(state + bytes(address) + numbers).digest()
    whole = round_.accepted == len(parts) and state == bytes(round_.set_hash)
    if whole and round_.state == ROUND_STATE_MERGED:
        return passed("set", f"all {len(parts)} accepted commits")
    return failed("set", "the commits held by the round are not the set it locked")


def _weights(round_: accounts.Round, parts: Parts) -> Check:
    """Weights by the round's rule; those of a keeper are only held against the cap and the sum."""
    actual = [part.weight for _, part in parts]
    cap = round_.rules.max_weight
    if round_.kind != ROUND_OPEN:
        return (
            passed("weights") if actual == [WEIGHT_ONE] else failed("weights", "a push of one has weight one")
        )
    if sum(actual) > WEIGHT_ONE or any(weight > cap for weight in actual):
        return failed("weights", "they sum to more than one, or one is over the cap")
    if round_.rules.weighting == WEIGHTING_KEEPER:
        return passed("weights", "chosen by the keeper, within cap and sum")
    samples = [part.samples for _, part in parts]
    by_samples = round_.rules.weighting == WEIGHTING_SAMPLES
    if actual == rule_weights(samples, [bool(part.rejects) for _, part in parts], by_samples, cap):
        return passed("weights", "by declared samples" if by_samples else "uniform")
    return failed("weights", "they are not what the round's rule gives")


async def _sum(reader: Reader, address: Pubkey, commit: accounts.Commit, parts: Parts) -> Check:
    """`C_A' = C_A + sum w' C_i`, chunk by chunk."""
    total = await sum_of_points(reader, commit.chunks, await summands(reader, address, commit))
    if total == await points_of(reader.session, address, commit):
        return passed("sum", f"parent plus {len(parts)} weighted commits")
    return failed("sum", "the head's commitment is not its parent's plus the stated commits")


async def check_blobs(reader: Reader, address: Pubkey, commit: accounts.Commit) -> list[Check]:
    """Each blob that was named for the result: a cache, so a wrong one is reported and does no harm."""
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    checks = []
    for place in await heads.places(reader, address, commit):
        location = place.location
        try:
            blob = await reader.session.storage.get(
                location, bounds.accumulator(reader.manifest.elements).size, sha256=place.sha256
            )
            found = await asyncio.to_thread(decode_accumulator, blob, reader.manifest)
            await check_opens(reader.session, bytes(repository.srs_id), address, commit, found.values)
            checks.append(passed("result", str(location)))
        except (BlobError, Insecure) as error:
            checks.append(absent("result", f"{location} is not the head's vector: {error.sentence}"))
    return checks
