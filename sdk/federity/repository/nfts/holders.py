"""Who holds an NFT now. A chain has no list of that: the likely wallets are asked first, then its past."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from federity.chain import pda
from federity.chain.token import TOKEN, Holding, token_account
from federity.errors import NotAMember

if TYPE_CHECKING:
    from federity.chain.base import ChainClient
    from federity.repository.ledger.reader import Reader

__all__ = ["Held", "holding", "own"]

_BULK = 100
# Accounts through which a token is followed, and transactions of each.
_STEPS = 30
_PAST = 100


@dataclass(frozen=True)
class Held:
    """The account that holds the one token, and what it says."""

    account: Pubkey
    holding: Holding


async def holding(chain: ChainClient, mint: Pubkey, likely: Iterable[Pubkey]) -> Held | None:
    """Where the one token of a mint is; None when it is burnt, or was given on too often to be followed."""
    tried = {token_account(wallet, mint) for wallet in likely}
    found = await _among(chain, mint, tried)
    waiting = [mint, *sorted(tried, key=bytes)]
    followed: set[Pubkey] = set()
    while found is None and waiting and len(followed) < _STEPS:
        at = waiting.pop(0)
        followed.add(at)
        touched: set[Pubkey] = set()
        for record in await chain.history(at, limit=_PAST):
            message = VersionedTransaction.from_bytes(record.transaction).message
            touched |= set(message.account_keys)
        fresh = touched - tried
        tried |= fresh
        found = await _among(chain, mint, fresh)
        accounts = await _of_mint(chain, mint, fresh)
        waiting += [address for address, _ in accounts if address not in followed]
    return found


async def own(reader: Reader, mint: Pubkey, name: str) -> Held:
    """Where the session's wallet holds an NFT. Raises NotAMember when it does not."""
    wallet, sale = reader.session.wallet.pubkey, pda.sale(reader.repository)
    held = await holding(reader.session.chain, mint, [wallet, sale])
    if held is not None and held.holding.owner == sale:
        raise NotAMember(
            f"The NFT of {name} is for sale: it waits there until somebody buys it.",
            hint="Its seller ends that: `federity nft cancel`.",
        )
    if held is None or held.holding.owner != wallet:
        holder = "nobody" if held is None else str(held.holding.owner)
        raise NotAMember(f"{wallet} does not hold the NFT of {name}: {holder} does.", hint="")
    return held


async def _among(chain: ChainClient, mint: Pubkey, addresses: Iterable[Pubkey]) -> Held | None:
    held = [Held(at, found) for at, found in await _of_mint(chain, mint, addresses) if found.amount == 1]
    return held[0] if held else None


async def _of_mint(
    chain: ChainClient, mint: Pubkey, addresses: Iterable[Pubkey]
) -> list[tuple[Pubkey, Holding]]:
    """The token accounts of a mint among some addresses."""
    ordered, found = sorted(addresses, key=bytes), []
    for start in range(0, len(ordered), _BULK):
        part = ordered[start : start + _BULK]
        for address, account in zip(part, await chain.accounts(part), strict=True):
            if account is None or account.owner != TOKEN:
                continue
            read = Holding.decode(account.data)
            if read is not None and read.mint == mint:
                found.append((address, read))
    return found
