"""`nft list` and `nft show`: which NFTs a repository has, and who holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.chain.token import TOKEN, Mint
from federity.errors import NotFound
from federity.repository.ledger import query
from federity.repository.nfts.holders import holding
from federity.repository.nfts.standing import sale_of, terms
from federity.repository.nfts.subjects import mint_at, named, subject_of
from federity.repository.reports.nft_reports import NftView, SaleView

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader

__all__ = ["nfts", "show"]


async def nfts(reader: Reader) -> list[NftView]:
    """See `Repository.nfts`."""
    await reader.check_chain()
    chain = reader.session.chain
    repository = await reader.load(accounts.Repository, reader.repository, "repository")
    if repository.nft_mint == Pubkey.default():
        return []
    commits = await query.find(chain, accounts.Commit, repository=reader.repository)
    subjects = [(reader.repository, repository.owner), *((at, found.author) for at, found in commits)]
    by_mint = {pda.mint(at): (at, author) for at, author in subjects}
    mints, views = list(by_mint), []
    for start in range(0, len(mints), query.BULK):
        part = mints[start : start + query.BULK]
        for address, account in zip(part, await chain.accounts(part), strict=True):
            if account is not None and account.owner == TOKEN:
                subject, author = by_mint[address]
                views.append(await _view(reader, address, Mint.decode(account.data), subject, author))
    return sorted(views, key=lambda view: (view.kind != "repository", view.name))


async def show(reader: Reader, reference: Any) -> NftView:
    """See `Repository.nft`."""
    await reader.check_chain()
    address = await named(reader, reference)
    mint, subject = await mint_at(reader, address), await subject_of(reader, address)
    if subject is None:
        raise NotFound(f"{address} is a mint, but no NFT of this repository.")
    if subject == reader.repository:
        author = (await reader.load(accounts.Repository, subject, "repository")).owner
    else:
        author = (await reader.own_commit(subject)).author
    return await _view(reader, address, mint, subject, author)


async def _view(reader: Reader, address: Pubkey, mint: Mint, subject: Pubkey, author: Pubkey) -> NftView:
    likely, sale = {author, reader.session.wallet.pubkey}, None
    if subject == reader.repository and (sale := await sale_of(reader)) is not None:
        likely.add(pda.sale(reader.repository))
    held = await holding(reader.session.chain, address, likely)
    return NftView(
        mint=str(address),
        name=mint.name,
        kind="repository" if subject == reader.repository else "commit",
        subject=str(subject),
        author=str(author),
        holder="" if held is None else str(held.holding.owner),
        uri=mint.uri,
        sale=None if sale is None else await _sale(reader, sale),
    )


async def _sale(reader: Reader, sale: accounts.Sale) -> SaleView:
    slot = await reader.session.chain.slot()
    return SaleView(**vars(await terms(reader, sale)), over=slot > sale.expires)
