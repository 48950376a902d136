"""Measure how far the updates of a round are from one another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.repository.ledger import heads
from federity.strategies import distances

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

__all__ = ["compare"]


async def compare(workspace: Workspace, commits: Sequence[str]) -> dict[tuple[bytes, bytes], int]:
    """Return the squared distance of each pair, by the hashes of their blobs, the smaller first.

    The blobs were opened against the chain when they were inspected. Raises BlobError, ChainUnavailable.
    """
    fetch = heads.Fetch()
    hashes, deltas = [], []
    for name in commits:
        address = Pubkey.from_string(name)
        commit = await workspace.load(accounts.Commit, address, "commit")
        delta, _ = await heads.delta(workspace, address, commit, fetch)
        hashes.append(bytes(commit.blob_hash))
        deltas.append(delta)
    rows = await asyncio.to_thread(distances, deltas)
    return {
        (min(one, other), max(one, other)): rows[i][j]
        for i, one in enumerate(hashes)
        for j, other in enumerate(hashes)
        if i < j
    }
