"""NFTs as the chain has them now: what a mint is, who holds it, and which ones a wallet holds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.chain.token import TOKEN, Holding, Mint, token_account
from federity.errors import NotFound
from federity.repository.ledger import query
from federity.repository.nfts import pointers
from federity.repository.nfts.holders import holding
from federity_explorer.read import named, people, repositories, sales
from federity_explorer.read.cards import Card
from federity_explorer.read.commits import commit
from federity_explorer.read.database import many, one
from federity_explorer.read.named import NftView
from federity_explorer.read.sales import SaleView
from federity_explorer.site import Ask
from federity_explorer.views.accounts import address_of
from federity_explorer.views.asked import Live

__all__ = ["HeldPage", "NftPage", "held", "nft", "picture"]

MOST = 2000
"""NFTs of the index that a wallet's accounts are looked for of, the newest."""


@dataclass(frozen=True)
class CheckView:
    """One thing that this server checked of a mint on the chain."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class NftPage:
    """An NFT. `title` is what the mint says it is called, `holder` empty where nobody has it or it was given
    on too often to be followed; `claims` says whether its holder may claim the repository.
    `on_sale` says that the holder is the repository's sale, which gives it to who buys; `sale` what it asks.
    """

    nft: NftView
    title: str
    uri: str
    holder: str
    frozen: bool
    claims: bool
    on_sale: bool
    sale: SaleView | None
    commit: Card | None
    checks: list[CheckView]


@dataclass(frozen=True)
class HeldPage:
    """The NFTs in a wallet's usual accounts now. `all_looked_at` is False where there are more than are asked
    for.
    """

    wallet: str
    nfts: list[NftView]
    all_looked_at: bool


async def nft(live: Live, ask: Ask) -> NftPage | None:
    """An NFT. Raises ChainUnavailable."""
    address = address_of(ask.path["mint"])
    known = await live.site.database.answer(lambda db: _known(db, ask))
    if address is None or known is None:
        return None
    found, card, sale, likely = known
    mint = await _mint(live, address)
    if mint is None:
        return NftPage(found, "", "", "", False, False, False, None, card, [])
    now = await holding(live.chain, address, likely)
    repository = Pubkey.from_string(found.repository)
    own, at_sale = pda.mint(repository) == address, pda.sale(repository)
    on_sale = own and now is not None and now.holding.owner == at_sale
    return NftPage(
        nft=found,
        title=mint.name,
        uri=mint.uri,
        holder="" if now is None else str(now.holding.owner),
        frozen=now is not None and now.holding.frozen,
        claims=own and not on_sale,
        on_sale=on_sale,
        sale=sale if on_sale else None,
        commit=card,
        checks=await _checks(live, address, mint, found),
    )


def _known(
    db: sqlite3.Connection, ask: Ask
) -> tuple[NftView, Card | None, SaleView | None, set[Pubkey]] | None:
    """What the index has of an NFT: what it is of, its repository's sale, and who may hold it."""
    found = named.nft(db, ask.path["mint"])
    if found is None:
        return None
    sale = sales.sale(db, found.repository, ask.now)
    return found, commit(db, found.subject), sale, _likely(db, found)


def _likely(db: sqlite3.Connection, found: NftView) -> set[Pubkey]:
    """Who may hold it: whom it was made for, the repository's people, and its sale."""
    home = repositories.repository(db, found.repository)
    owner = "" if home is None else home.owner
    at_sale = str(pda.sale(Pubkey.from_string(found.repository)))
    wallets = {found.first, owner, at_sale, *people.roles(db, found.repository)} - {""}
    return {Pubkey.from_string(wallet) for wallet in wallets}


async def _mint(live: Live, address: Pubkey) -> Mint | None:
    account = await live.chain.account(address)
    try:
        return None if account is None or account.owner != TOKEN else Mint.decode(account.data)
    except NotFound:
        return None


async def _checks(live: Live, address: Pubkey, mint: Mint, found: NftView) -> list[CheckView]:
    repository, subject = Pubkey.from_string(found.repository), Pubkey.from_string(found.subject)
    account = await query.load(live.chain, accounts.Repository, repository)
    own = Pubkey.default() if account is None else account.nft_mint
    group = None if own in (address, Pubkey.default()) else await _mint(live, own)
    ours = subject if pda.mint(subject) == address else None
    checks = pointers.checked(address, mint, ours, pointers.Home(repository, own, group))
    return [CheckView(_WORDS[one.name], one.outcome == "passed", one.detail) for one in checks]


_WORDS = {
    "one": "there is one token",
    "nobody's": "nobody can make more of it, freeze, move or change it",
    "ours": "its address is one that only the program signs for",
    "description's pointer": "what it says of itself is in the mint itself",
    "group": "it is in the repository's group, and the group is the one that the repository names",
}


async def held(live: Live, ask: Ask) -> HeldPage | None:
    """The NFTs that a wallet holds. Raises ChainUnavailable."""
    wallet = address_of(ask.path["address"])
    if wallet is None:
        return None
    rows = await live.site.database.answer(
        lambda db: many(db, "SELECT mint FROM nfts ORDER BY slot DESC LIMIT ?", MOST + 1)
    )
    mints = [row["mint"] for row in rows[:MOST]]
    places = [token_account(wallet, Pubkey.from_string(mint)) for mint in mints]
    has: list[str] = []
    for start in range(0, len(places), query.BULK):
        part = places[start : start + query.BULK]
        for mint, account in zip(mints[start:], await live.chain.accounts(part), strict=False):
            if account is None or account.owner != TOKEN:
                continue
            read = Holding.decode(account.data)
            if read is not None and read.amount == 1 and read.owner == wallet and str(read.mint) == mint:
                has.append(mint)
    nfts = await live.site.database.answer(lambda db: named.nfts_of(db, has))
    return HeldPage(str(wallet), nfts, len(rows) <= MOST)


def picture(db: sqlite3.Connection, mint: str) -> str | None:
    """The picture of an NFT, an SVG as its maker drew it; None where none was fetched."""
    found = named.nft(db, mint)
    if found is None or not found.image:
        return None
    words = one(db, "SELECT text FROM words WHERE hash = ? AND kind = 'picture'", found.image)
    return words["text"] or None if words else None
