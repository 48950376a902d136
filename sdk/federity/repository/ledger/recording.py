"""All accounts of repositories read at once, so that their histories are read later without a chain."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    COMMIT_STATE_HISTORY,
    ROUND_OPEN,
    ROUND_STATE_EXPIRED,
    ROUND_STATE_MERGED,
)
from federity._generated.program import program_id
from federity.chain import pda
from federity.chain.base import ChainClient, Filter
from federity.chain.recorded import Recording
from federity.errors import NotFound
from federity.repository.ledger.family import family
from federity.repository.ledger.query import BULK

Data = dict[Pubkey, bytes]

# Every kind of account that says which repository it is of. A branch is read before the commits, so that what
# it names as its head is among them.
OF_A_REPOSITORY: Final = sorted(
    (kind for kind in vars(accounts).values() if "repository" in getattr(kind, "OFFSETS", ())),
    key=lambda kind: (kind is not accounts.Branch, kind.__name__),
)
KINDS: Final = frozenset(
    kind.DISCRIMINATOR for kind in (*OF_A_REPOSITORY, accounts.Repository, accounts.Points, accounts.Review)
)
"""The kinds that a recording holds. Where blobs are is no part of a history: they are here, or fetched."""
_TAG: Final = accounts.Tag.DISCRIMINATOR


async def record(chain: ChainClient, *repositories: Pubkey, before: Recording | None = None) -> Recording:
    """Read the accounts of some repositories, and of those whose commits their histories have. What can
    change no more is taken from an earlier recording.

    Raises NotFound.
    """
    slot = await chain.slot()
    found: Data = {}
    for repository in repositories:
        for one in await family(chain, repository):
            if one not in found:
                found.update(await _of(chain, one))
    commits = {
        at: accounts.Commit.decode(data)
        for at, data in found.items()
        if data.startswith(accounts.Commit.DISCRIMINATOR)
    }
    known = before.accounts if before is not None else {}
    # Addresses follow from a branch's moves, so what a fork dropped may have had the address of another.
    same = {at for at, data in found.items() if known.get(at) == data}
    found.update(await _points(chain, commits, known, same))
    found.update(await _reviews(chain, commits, found, known, same))
    times = dict(before.times) if before is not None else {}
    wanted = {commit.created_slot for commit in commits.values()}
    wanted |= {accounts.Tag.decode(one).slot for one in found.values() if one.startswith(_TAG)}
    slots = sorted(wanted - times.keys())
    dates = await chain.block_times(slots) if slots else []
    times.update({at: time for at, time in zip(slots, dates, strict=True) if time is not None})
    return Recording(await chain.genesis_hash(), slot, found, times)


async def _of(chain: ChainClient, repository: Pubkey) -> Data:
    """The accounts of one repository. Raises NotFound."""
    (own,) = await chain.accounts([repository])
    if own is None or own.owner != program_id() or not own.data.startswith(accounts.Repository.DISCRIMINATOR):
        raise NotFound(f"There is no repository at {repository}.")
    found = {repository: own.data}
    for kind in OF_A_REPOSITORY:
        where = Filter(kind.OFFSETS["repository"], bytes(repository))
        found.update(await chain.program_accounts(kind.DISCRIMINATOR, [where]))
    return found


async def _points(
    chain: ChainClient,
    commits: Mapping[Pubkey, accounts.Commit],
    known: Mapping[Pubkey, bytes],
    same: Container[Pubkey],
) -> Data:
    """The points of further chunks; those of a commit in the history stay as they were, if it is the same."""
    found: Data = {}
    missing: list[Pubkey] = []
    for at, commit in commits.items():
        for chunk in range(1, commit.chunks if commit.points_created else 1):
            address = pda.points(at, chunk)
            if commit.state == COMMIT_STATE_HISTORY and at in same and address in known:
                found[address] = known[address]
            else:
                missing.append(address)
    for start in range(0, len(missing), BULK):
        part = missing[start : start + BULK]
        for address, account in zip(part, await chain.accounts(part), strict=True):
            if account is not None and account.data.startswith(accounts.Points.DISCRIMINATOR):
                found[address] = account.data
    return found


async def _reviews(
    chain: ChainClient,
    commits: Mapping[Pubkey, accounts.Commit],
    read: Mapping[Pubkey, bytes],
    known: Mapping[Pubkey, bytes],
    same: Container[Pubkey],
) -> Data:
    """What was said of proposals; of those whose round was over already, what was recorded then."""
    found: Data = {}
    offset = accounts.Review.OFFSETS["commit"]
    said: dict[bytes, list[Pubkey]] = {}
    for at, data in known.items():
        if data.startswith(accounts.Review.DISCRIMINATOR):
            said.setdefault(data[offset : offset + 32], []).append(at)
    for at, commit in commits.items():
        round_ = _round(read, commit.round)
        if round_ is None or round_.kind != ROUND_OPEN or at == pda.merge(commit.round):
            continue
        if _is_over(round_) and at in same and commit.round in same:
            found.update({review: known[review] for review in said.get(bytes(at), ())})
            continue
        found.update(await chain.program_accounts(accounts.Review.DISCRIMINATOR, [Filter(offset, bytes(at))]))
    return found


def _round(read: Mapping[Pubkey, bytes], address: Pubkey) -> accounts.Round | None:
    data = read.get(address, b"")
    return accounts.Round.decode(data) if data.startswith(accounts.Round.DISCRIMINATOR) else None


def _is_over(round_: accounts.Round) -> bool:
    return round_.state in (ROUND_STATE_MERGED, ROUND_STATE_EXPIRED)
