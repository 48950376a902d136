"""Sales: a repository listed, shown, bought and cancelled through the real commands, and its authors paid."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import pytest

from e2e.team import Team
from e2e.test_nfts import start
from federity._generated import accounts
from federity.errors import ConfigError, InsufficientFunds, NotAMember, NotFound, NothingToDo, StaleHead
from federity.repository.repository import Repository
from federity.repository.steps import transactions
from support.people import Person

pytestmark = pytest.mark.svm

PRICE = 1_000_000_001


async def buyer_of(team: Team, owner: Repository) -> Repository:
    """Somebody who has a copy and no role."""
    await team.session("bea")
    return await team.clone("bea", owner.url)


async def test_a_repository_is_sold_and_its_author_paid(team: Team) -> None:
    owner, ann = await start(team)
    with pytest.raises(NotFound, match="no NFT to sell"):
        await owner.nft_sell(PRICE)
    await owner.nft_mint()
    bea = await buyer_of(team, owner)
    for verb in (lambda: bea.nft_buy(PRICE), lambda: owner.nft_cancel()):
        with pytest.raises(NotFound, match="not for sale"):
            await verb()
    with pytest.raises(NotAMember, match="owner's own wallet"):
        await ann.nft_sell(PRICE)
    for price in (0, 1 << 48):
        with pytest.raises(ConfigError, match="A price is"):
            await owner.nft_sell(price)
    with pytest.raises(ConfigError, match="past already"):
        await owner.nft_sell(PRICE, expires=1)
    with pytest.raises(NotFound, match="no branch 'elsewhere'"):
        await owner.nft_sell(PRICE, branch="elsewhere")
    priced = await owner.nft_sell(PRICE, dry_run=True)
    assert (priced.signatures, (await owner.nft()).sale) == ((), None)
    sold = await owner.nft_sell(PRICE)
    assert (sold.price, sold.branch, sold.cost.rent) == (PRICE, "main", priced.cost.rent)
    with pytest.raises(NothingToDo, match="for sale already"):
        await owner.nft_sell(PRICE)
    sale = (await bea.nft()).sale
    assert sale is not None
    assert (sale.seller, sale.price, sale.over) == (team.address("owner"), PRICE, False)
    assert {row.kind: row.when for row in await owner.rent()}["sale"] == "later"
    # It is in nobody's hand, and its owner goes on owning.
    with pytest.raises(NotAMember, match="for sale"):
        await owner.nft_transfer(None, team.address("ann"))
    with pytest.raises(NothingToDo, match="yours already"):
        await owner.nft_buy(PRICE)
    with pytest.raises(ConfigError, match="at most"):
        await bea.nft_buy(PRICE - 1)
    assert (await bea.nft_buy(PRICE, dry_run=True)).signatures == ()
    bought = await bea.nft_buy(PRICE)
    assert (bought.price, bought.seller) == (PRICE, team.address("owner"))
    roles = {member.wallet: member.role for member in await bea.members()}
    assert (roles[team.address("bea")], roles[team.address("owner")]) == ("owner", "contributor")
    assert (await bea.nft()).holder == team.address("bea")
    with pytest.raises(NothingToDo):
        await owner.nft_claim()
    # Its rent is what the purse's payer has there, not the authors' money.
    (purse,) = [row for row in await owner.rent() if row.kind == "purse"]
    assert (purse.when, purse.lamports) == ("never", await team.chain.rent(accounts.Purse.SIZE))
    priced_claim = await ann.nft_claim(dry_run=True)
    before = await team.chain.balance((await team.session("ann")).wallet.pubkey)
    paid = await ann.nft_claim()
    assert paid.lamports == priced_claim.lamports == PRICE
    assert [row.branch for row in paid.updates] == ["main"]
    after = await team.chain.balance((await team.session("ann")).wallet.pubkey)
    assert after == before + PRICE - paid.cost.lamports
    with pytest.raises(NothingToDo):
        await ann.nft_claim()


async def test_a_sale_is_cancelled_by_its_seller_and_later_by_anybody(team: Team) -> None:
    owner, ann = await start(team)
    await owner.nft_mint()
    await owner.nft_sell(PRICE)
    with pytest.raises(NotAMember, match="only its seller"):
        await ann.nft_cancel()
    await owner.nft_cancel()
    view = await owner.nft()
    assert (view.sale, view.holder) == (None, team.address("owner"))
    await owner.nft_sell(PRICE, expires=await team.chain.slot() + 1000)
    await team.chain.advance(1001)
    with pytest.raises(NotFound, match="past"):
        await ann.nft_buy(PRICE)
    await ann.nft_cancel()
    assert (await owner.nft()).holder == team.address("owner")


async def test_who_cannot_pay_is_told_before_anything_is_sent(team: Team) -> None:
    owner, _ = await start(team)
    await owner.nft_mint()
    await owner.nft_sell(1 << 47)
    bea = await buyer_of(team, owner)
    with pytest.raises(InsufficientFunds, match="beside fees and rent"):
        await bea.nft_buy(1 << 47)


async def test_a_branch_that_was_only_begun_does_not_take_the_authors_price(team: Team) -> None:
    owner, ann = await start(team)
    await owner.nft_mint()
    await owner.pull()
    await owner.branch_create("side")
    with pytest.raises(ConfigError, match="Nothing was merged into side") as refused:
        await owner.nft_sell(PRICE, branch="side")
    assert "--branch main" in refused.value.hint
    assert not (await owner.nft_sell(PRICE, branch="main", dry_run=True)).to_seller
    # The seller's own work elsewhere keeps nobody from it.
    await owner.nft_transfer(None, team.address("ann"))
    await ann.claim()
    assert (await ann.nft_sell(PRICE, branch="side", dry_run=True)).to_seller


def meanwhile(monkeypatch: pytest.MonkeyPatch, rival: Callable[[], Awaitable[object]]) -> None:
    """Let somebody else act right before the next transactions are sent."""
    run = transactions.run

    async def late(*arguments: object) -> object:
        monkeypatch.setattr(transactions, "run", run)
        await rival()
        return await run(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(transactions, "run", late)


async def test_who_is_too_late_is_told_what_happened(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, ann = await start(team)
    await owner.nft_mint()
    bea = await buyer_of(team, owner)
    meanwhile(monkeypatch, lambda: owner.nft_sell(PRICE))
    with pytest.raises(NothingToDo, match="put up for sale meanwhile"):
        await owner.nft_sell(PRICE)
    for rival in (owner.nft_cancel, lambda: ann.nft_buy(PRICE)):
        meanwhile(monkeypatch, rival)
        with pytest.raises(NotFound, match="sold or taken off sale meanwhile, and nothing was paid"):
            await bea.nft_buy(PRICE)
        if rival == owner.nft_cancel:
            await owner.nft_sell(PRICE)
    await ann.nft_sell(PRICE)

    async def dearer() -> None:
        await ann.nft_cancel()
        await ann.nft_sell(2 * PRICE)

    meanwhile(monkeypatch, dearer)
    with pytest.raises(StaleHead, match="another one meanwhile"):
        await bea.nft_buy(PRICE)
    meanwhile(monkeypatch, lambda: bea.nft_buy(2 * PRICE))
    with pytest.raises(NothingToDo, match="sold to you"):
        await bea.nft_buy(2 * PRICE)
    meanwhile(monkeypatch, ann.nft_claim)
    with pytest.raises(NothingToDo, match="claimed meanwhile"):
        await ann.nft_claim()


def test_the_commands_say_whose_sale_it_is_and_take_it_off(owner: Person) -> None:
    owner.do("nft", "mint", "--yes")
    assert "not for sale" in owner.refused(NotFound, "nft", "buy", "--yes")
    assert owner.run("nft", "sell", "0.0000000001").code == 2
    priced = json.loads(owner.do("nft", "sell", "1.5", "--dry-run", "--json"))
    assert (priced["price"], priced["branch"], priced["signatures"]) == (1_500_000_000, "main", [])
    alone = "for the seller: nothing was merged into main"
    assert priced["to_seller"] is True
    assert alone in owner.do("nft", "sell", "1.5", "--yes")
    seller = owner.address()
    assert f"its sale by {seller}" in owner.do("whoami")
    assert alone in owner.do("nft", "show")
    assert json.loads(owner.do("nft", "show", "--json"))["sale"]["price"] == 1_500_000_000
    bea = owner.newcomer("bea")
    assert "at most" in bea.refused(ConfigError, "nft", "buy", "--max-price", "1", "--yes")
    owner.do("repository", "archive", "--yes")
    shown = owner.do("nft", "show")
    assert "archived" in shown and "nothing new begins in it" in shown
    said = bea.do("nft", "buy", "--dry-run")
    assert alone in said and "price: 1.5 SOL, paid by" in said and "the repository is archived" in said
    assert json.loads(bea.do("nft", "buy", "--dry-run", "--json"))["archived"] is True
    owner.do("nft", "cancel", "--yes")
    assert json.loads(owner.do("whoami", "--json"))["holder"] == seller
