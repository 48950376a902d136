"""Commitments of whole vectors, chunk by chunk, and the points that the chain holds for a commit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from federity import _native
from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS
from federity.chain import pda
from federity.errors import CommitmentMismatch, Insecure, NotFound
from federity.objects.slices import slices
from federity.progress import each
from federity.repository.ledger import query

if TYPE_CHECKING:
    from collections.abc import Callable

    from solders.pubkey import Pubkey

    from federity._native import Srs
    from federity.objects.dtypes import Array
    from federity.objects.tensors import Tensor
    from federity.session import Session

IDENTITY = bytes(64)


async def own_srs(session: Session, srs_id: bytes) -> Srs:
    """The reference string of a repository. Raises Insecure when this installation does not have it."""
    srs = await session.prover.srs()
    if srs.id != srs_id:
        raise Insecure(
            "The repository's commitments are over a reference string that this installation does not have."
        )
    return srs


async def commit_vector(session: Session, srs_id: bytes, values: Tensor) -> list[bytes]:
    """The points of a vector's chunks, 64 bytes each; no more than one chunk is held at a time.

    `values` is int8[n], a delta, or int64[n] below 2^61 in magnitude, an accumulator. Raises Insecure when
    this installation does not have the repository's SRS.
    """
    srs = await own_srs(session, srs_id)

    def point(part: slice) -> bytes:
        return _native.commit(srs, values[part], 0)

    return [
        await asyncio.to_thread(point, part)
        for part in each("committing", list(slices(len(values))), "chunks")
    ]


async def points_of(session: Session, address: Pubkey, commit: accounts.Commit) -> list[bytes]:
    """The points that the chain holds for a commit, one a chunk. A genesis' are all the identity.

    Raises NotFound when a further chunk has no account yet.
    """
    if commit.kind == KIND_GENESIS:
        return [IDENTITY] * commit.chunks
    further = [pda.points(address, chunk) for chunk in range(1, commit.chunks)]
    found = await query.load_many(session.chain, accounts.Points, further) if further else []
    missing = [index for index, points in enumerate(found, 1) if points is None]
    if missing:
        raise NotFound(f"Commit {address} has no point for chunk {missing[0]} yet.")
    return [bytes(commit.chunk.point), *(bytes(points.chunk.point) for points in found if points is not None)]


async def opener(
    session: Session, srs_id: bytes, address: Pubkey, commit: accounts.Commit
) -> Callable[[int, Array], None]:
    """A check of single chunks, by their numbers, against the points that the chain holds for a commit.

    It raises CommitmentMismatch.
    """
    expected = await points_of(session, address, commit)
    srs = await own_srs(session, srs_id)

    def check(number: int, chunk: Array) -> None:
        if number >= len(expected) or _native.commit(srs, chunk, 0) != expected[number]:
            raise CommitmentMismatch(
                f"The vector does not open the commitment of {address} (chunk {number})."
            )

    return check


async def check_opens(
    session: Session,
    srs_id: bytes,
    address: Pubkey,
    commit: accounts.Commit,
    values: Tensor,
) -> None:
    """Make sure that a vector is the one the chain holds a commitment to; no more than a chunk is held.

    Raises CommitmentMismatch.
    """
    check = await opener(session, srs_id, address, commit)
    parts = list(slices(len(values)))
    if len(parts) != commit.chunks:
        raise CommitmentMismatch(f"The vector has {len(parts)} chunks, {address} has {commit.chunks}.")

    def one(number: int) -> None:
        check(number, values[parts[number]])

    for number in each("checking", range(len(parts)), "chunks"):
        await asyncio.to_thread(one, number)
