"""Which NFT a word means: a commit's, the repository's, or a mint's address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import KIND_MERGE
from federity.chain import pda
from federity.chain.token import TOKEN, Mint
from federity.errors import ConfigError, NotFound
from federity.repository.ledger import query
from federity.repository.ledger.references import resolve
from federity.repository.ledger.summands import merged_parts

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

__all__ = ["credited", "mint_at", "named", "subject_of"]


async def credited(reader: Reader, reference: Any) -> Pubkey:
    """The commit that an NFT is made of: of a merge the update in it that is the wallet's, or the only one.

    Raises NotFound, ConfigError (several may be meant).
    """
    address = await resolve(reader, reference)
    commit = await reader.own_commit(address)
    if commit.kind != KIND_MERGE:
        return address
    parts = [(at, part) for at, part in await merged_parts(reader, address) if part.weight]
    own = [at for at, part in parts if part.author == reader.session.wallet.pubkey]
    if len(parts) == 1 or len(own) == 1:
        return own[0] if own else parts[0][0]
    raise ConfigError(
        f"{address} is a merge of {len(parts)} commits, and each of them has an NFT of its own.",
        hint="Name one of them: " + ", ".join(str(at) for at, _ in parts[:8]),
    )


async def named(reader: Reader, reference: Any) -> Pubkey:
    """The mint that a word means: None the repository's, a mint's own address, or a commit's.

    Raises NotFound, also where no NFT was made yet.
    """
    if reference is None:
        mint = pda.mint(reader.repository)
    else:
        given = _address(reference)
        account = None if given is None else await reader.session.chain.account(given)
        if given is not None and account is not None and account.owner == TOKEN:
            return given
        mint = pda.mint(await credited(reader, reference))
    if await reader.session.chain.account(mint) is None:
        of = "the repository" if reference is None else f"{reference}"
        raise NotFound(f"There is no NFT of {of}.", hint="`federity nft mint` makes one.")
    return mint


async def subject_of(reader: Reader, mint: Pubkey) -> Pubkey | None:
    """The repository or commit that a mint is the NFT of; None for any other mint."""
    if mint == pda.mint(reader.repository):
        return reader.repository
    for address, _ in await query.find(reader.session.chain, accounts.Commit, repository=reader.repository):
        if mint == pda.mint(address):
            return address
    return None


async def mint_at(reader: Reader, address: Pubkey) -> Mint:
    """The mint at an address. Raises NotFound."""
    account = await reader.session.chain.account(address)
    if account is None or account.owner != TOKEN:
        raise NotFound(f"There is no mint of Token-2022 at {address}.")
    return Mint.decode(account.data)


def _address(reference: Any) -> Pubkey | None:
    if isinstance(reference, Pubkey):
        return reference
    try:
        return Pubkey.from_string(str(reference))
    except ValueError:
        return None
