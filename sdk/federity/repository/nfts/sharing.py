"""Whom a sale would pay: the authors of one branch, so that none of them is passed over by naming another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.errors import ConfigError, NotFound
from federity.repository.ledger import query
from federity.repository.ledger.planning import merged_weight
from federity.repository.nfts.proceeds import merged

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

__all__ = ["branch_to_share", "check_shared"]


async def branch_to_share(reader: Reader, name: str) -> accounts.Branch:
    """The branch of a name. Raises NotFound."""
    address = pda.branch(reader.repository, name)
    found = await query.load(reader.session.chain, accounts.Branch, address)
    if found is None:
        raise NotFound(f"There is no branch {name!r}.", hint="`federity branch` lists them.")
    return found


async def check_shared(reader: Reader, name: str, branch: accounts.Branch, seller: Pubkey) -> None:
    """Refuse to share with the authors of a branch that has none, where another branch has some beside the
    seller: a branch that was only begun from theirs would pay the seller for their work.

    Raises ConfigError.
    """
    if branch.contributed:
        return
    own: Counter[Pubkey] = Counter()
    for credit in await merged(reader, seller):
        own[credit.commit.branch] += merged_weight(credit.round, credit.commit)
    found = await query.find(reader.session.chain, accounts.Branch, repository=reader.repository)
    by_others = {
        pda.plain_name(bytes(other.name)): weight
        for at, other in found
        if (weight := other.contributed - own[at]) > 0
    }
    if by_others:
        most = max(sorted(by_others), key=by_others.__getitem__)
        raise ConfigError(
            f"Nothing was merged into {name}, so its price would be the seller's alone, and others' work was "
            f"merged into {', '.join(sorted(by_others))}.",
            hint=f"Share it with these authors: `--branch {most}`.",
        )
