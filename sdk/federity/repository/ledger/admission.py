"""Which commits of other repositories can be added up in one: those that the program takes, no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated.constants import (
    COMMIT_INSECURE,
    COMMIT_STATE_ACCEPTED,
    COMMIT_STATE_HISTORY,
    REPOSITORY_INSECURE,
    ROUND_STATE_MERGED,
)
from federity.errors import NotFound
from federity.repository.ledger import query

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.chain.base import ChainClient


async def check(
    chain: ChainClient, repository: Pubkey, lineage: bytes, address: Pubkey, found: accounts.Commit
) -> None:
    """Refuse a commit of another repository that is not of a `lineage` that is looked at nor of one of this
    one's branches, was never a head or part of one, or was made in an insecure repository unless this one is.

    Raises NotFound.
    """
    other = f"{address} is a commit of another repository"
    if bytes(found.lineage) != lineage:
        branches = await query.find(chain, accounts.Branch, repository=repository)
        if bytes(found.lineage) not in {bytes(branch.lineage) for _, branch in branches}:
            raise NotFound(f"{other}, and of a base that no branch of this one has.")
    await check_origin(chain, repository, address, found)
    if found.state != COMMIT_STATE_HISTORY and not await _is_merged(chain, found):
        raise NotFound(f"{other}, where it was not merged.")


async def check_origin(
    chain: ChainClient, repository: Pubkey, address: Pubkey, found: accounts.Commit
) -> None:
    """Refuse what was made in an insecure repository, unless this one is insecure. Raises NotFound."""
    if not found.flags & COMMIT_INSECURE:
        return
    own = await query.load(chain, accounts.Repository, repository)
    if own is None or not own.flags & REPOSITORY_INSECURE:
        raise NotFound(
            f"{address} is a commit of another repository, which was created insecure: this one takes "
            "nothing of it."
        )


async def _is_merged(chain: ChainClient, found: accounts.Commit) -> bool:
    """Whether an update is part of a head."""
    if found.state != COMMIT_STATE_ACCEPTED:
        return False
    round_ = await query.load(chain, accounts.Round, found.held_by)
    return round_ is not None and round_.state == ROUND_STATE_MERGED
