"""The part of the facade that NFTs are in: made, held, given away, rechecked, claimed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.repository import nfts
from federity.repository.governance.facade import Commit, Governance
from federity.repository.reports.readable import Listing
from federity.wallet import Whose

if TYPE_CHECKING:
    from federity.repository.reports import TransactionReport
    from federity.repository.reports.nft_reports import (
        MintReport,
        NftCheck,
        NftView,
        ProceedsReport,
        SaleReport,
    )


class Holding(Governance):
    """NFTs. A method hands over to a module of its name."""

    async def nft_mint(self, commit_: Commit = None, *, dry_run: bool = False) -> MintReport:
        """Make the NFT of the repository, or of a commit of yours that was merged; of a merge the one in it
        that is yours.

        Picture and description are kept in the store first; they say what the chain says, and `nft_verify`
        compares. Who holds the repository's NFT may claim the repository; it is offered to nobody any more.
        Raises NotAMember (not the owner, not the author), NotFound, NothingToDo (there is one), ConfigError
        (not merged).
        """
        return await nfts.minting.mint(self._workspace, commit_, dry_run)

    async def nfts(self) -> Listing[NftView]:
        """The repository's NFT and those of its commits, with their holders."""
        return Listing(await nfts.looking.nfts(self._workspace))

    async def nft(self, which: Commit = None) -> NftView:
        """One NFT: the repository's, a commit's, or that at a mint's address. Raises NotFound."""
        return await nfts.looking.show(self._workspace, which)

    async def nft_transfer(self, which: Commit, to: Whose, *, dry_run: bool = False) -> TransactionReport:
        """Give an NFT of yours to a wallet; `which` is None for the repository's.

        Giving the repository's away lets its new holder claim the repository. Raises NotAMember (you do not
        hold it), NothingToDo, NotFound, ConfigError (no wallet).
        """
        return await nfts.giving.give(self._workspace, which, to, dry_run)

    async def nft_verify(self, which: Commit = None) -> NftCheck:
        """Recheck an NFT from chain and store alone: pointers both ways, group, address, authorities, and
        that its description says what the chain says. Raises NotFound.
        """
        return await nfts.checking.verify(self._workspace, which)

    async def nft_sell(
        self, price: int, *, branch: str | None = None, expires: int | None = None, dry_run: bool = False
    ) -> SaleReport:
        """Put the repository's NFT up for sale for `price` lamports, until slot `expires` (default: a week).

        It waits in the sale and you stay the owner until somebody buys. The price will be shared by the
        authors of what was merged into `branch` (default: the one checked out), each update by its weight.
        Where nothing was merged into it the price is the seller's, and refused while others' work was merged
        into another branch. Raises NotAMember (not the owner, or you do not hold it), NotFound, NothingToDo
        (it is for sale), ConfigError.
        """
        return await nfts.selling.sell(self._workspace, price, branch, expires, dry_run)

    async def nft_buy(self, max_price: int, *, dry_run: bool = False) -> SaleReport:
        """Buy the repository for what its sale asks, at most `max_price` lamports, and own it from then on.

        Keepers, maintainers and delegates hold nothing any more until you give them their roles anew. Raises
        NotFound (not for sale, or no longer), ConfigError (it costs more), InsufficientFunds, NothingToDo,
        StaleHead (there is another sale meanwhile).
        """
        return await nfts.selling.buy(self._workspace, max_price, dry_run)

    async def nft_cancel(self, *, dry_run: bool = False) -> SaleReport:
        """End the sale: the NFT returns to its seller. Anybody may, once it is past.

        Raises NotFound (not for sale, or no longer), NotAMember (not your sale, and not past), StaleHead
        (there is another sale meanwhile).
        """
        return await nfts.selling.cancel(self._workspace, dry_run)

    async def nft_claim(self, *, dry_run: bool = False) -> ProceedsReport:
        """Have what your updates have earned in sales; as the owner also what was rounded away.

        Raises NothingToDo, InsufficientFunds (your wallet is empty and would stay too empty), StaleHead (some
        of it was claimed meanwhile).
        """
        return await nfts.proceeds.claim(self._workspace, dry_run)

    async def claim(self, *, dry_run: bool = False) -> TransactionReport:
        """Become the owner of the repository whose NFT your wallet holds.

        Keepers, maintainers and delegates hold nothing any more until you give them their roles anew. Raises
        NotAMember (you do not hold it), NotFound (there is none), NothingToDo (it is yours).
        """
        return await nfts.giving.claim(self._workspace, dry_run)
