"""The one name of a commit: what `commit` prints, what every machine shows, and what every verb takes.

An update is named by the sha256 of its delta, which its author knows before there is a chain and which its
account records. A merge that adds a single update whole is that update on the head, and has its name. Other
heads, which nobody but the chain made, are named by their address.
"""

from __future__ import annotations

from collections.abc import Sequence

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_MERGE, KIND_SERVER, KIND_UPDATE, WEIGHT_ONE

Parts = Sequence[tuple[Pubkey, accounts.Commit]]


def single(parts: Parts) -> tuple[Pubkey, accounts.Commit] | None:
    """The update that a merge with these parts is the same as; None for the sum of several, or of a share."""
    return parts[0] if len(parts) == 1 and parts[0][1].weight == WEIGHT_ONE else None


def name(address: Pubkey, commit: accounts.Commit, parts: Parts = ()) -> str:
    """The name of a commit; a merge's `parts` are what it is the sum of. 64 hex digits, or an address."""
    if commit.kind == KIND_MERGE and (update := single(parts)) is not None:
        return bytes(update[1].blob_hash).hex()
    if commit.kind in (KIND_UPDATE, KIND_SERVER):
        return bytes(commit.blob_hash).hex()
    return str(address)
