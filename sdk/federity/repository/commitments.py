"""Commitments of whole vectors, chunk by chunk, and the points that the chain holds for a commit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS
from federity.chain import pda
from federity.errors import CommitmentMismatch, Insecure, NotFound
from federity.objects.chunks import slices
from federity.repository import query

if TYPE_CHECKING:
    from federity.session import Session

IDENTITY = bytes(64)
# int8[n], a delta, or int64[n], an accumulator.
Vector = npt.NDArray[np.int8] | npt.NDArray[np.int64]


async def commit_vector(session: Session, srs_id: bytes, values: Vector) -> list[bytes]:
    """The points of a vector's chunks, 64 bytes each.

    `values` is int8[n] or int64[n] below 2^61 in magnitude.

    Raises Insecure when this installation does not have the repository's SRS.
    """
    srs = await session.prover.srs()
    if srs.id != srs_id:
        raise Insecure(
            "The repository's commitments are over a reference string that this installation does not have."
        )

    def point(part: slice) -> bytes:
        chunk: Vector = values[part]
        return _native.commit(srs, chunk, 0)

    return [await asyncio.to_thread(point, part) for part in slices(len(values))]


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


async def check_opens(
    session: Session,
    srs_id: bytes,
    address: Pubkey,
    commit: accounts.Commit,
    values: Vector,
) -> None:
    """Make sure that a vector is the one the chain holds a commitment to. Raises CommitmentMismatch."""
    expected = await points_of(session, address, commit)
    actual = await commit_vector(session, srs_id, values)
    if expected != actual:
        chunk = next(i for i, (a, b) in enumerate(zip(expected, actual, strict=True)) if a != b)
        raise CommitmentMismatch(f"The vector does not open the commitment of {address} (chunk {chunk}).")
