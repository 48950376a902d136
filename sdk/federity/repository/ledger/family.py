"""Repositories that stand on each other's commits: forks, what they came from, what was merged of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_GENESIS, OPERATION_STATE_DONE
from federity.errors import NotFound
from federity.repository.ledger import query

if TYPE_CHECKING:
    from federity.chain.base import ChainClient


async def family(chain: ChainClient, repository: Pubkey) -> list[Pubkey]:
    """A repository and all whose commits its history has, near ones first."""
    found = [repository]
    for one in found:
        found += [other for other in await _stood_on(chain, one) if other not in found]
    return found


async def _stood_on(chain: ChainClient, repository: Pubkey) -> list[Pubkey]:
    """The repositories in which one's branches begin, and whose commits it has added up or tagged."""
    named: set[Pubkey] = set()
    for _, branch in await query.find(chain, accounts.Branch, repository=repository):
        named.add(branch.fork_point)
    for _, operation in await query.find(chain, accounts.Operation, repository=repository):
        if operation.state == OPERATION_STATE_DONE:
            named |= {term.commit for term in operation.terms[: operation.terms_count]}
    for _, tag in await query.find(chain, accounts.Tag, repository=repository):
        named.add(tag.commit)
    commits = await query.load_many(chain, accounts.Commit, sorted(named, key=bytes))
    return sorted({one.repository for one in commits if one is not None} - {repository}, key=bytes)


async def genesis_of(chain: ChainClient, address: Pubkey) -> Pubkey:
    """The genesis whose base a head is added to: from where its branch began to where that one did.

    Raises NotFound.
    """
    while True:
        commit = await query.load(chain, accounts.Commit, address)
        if commit is None:
            raise NotFound(f"There is no commit at {address}.")
        if commit.kind == KIND_GENESIS:
            return address
        address = commit.start
