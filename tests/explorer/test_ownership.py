"""Who holds which power and what is for sale when a repository changes hands: pages and JSON, by value."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from solders.pubkey import Pubkey

from bench.explorer_history import Script, ToldChain, key, record
from explorer.test_projection import content, sample
from federity._generated import constants, events
from federity.chain import pda
from federity.chain.base import ChainClient
from federity.session import Session
from federity_explorer.app import Explorer
from federity_explorer.guarding import Limits
from federity_explorer.index.follower import Follower
from federity_explorer.index.store import Store
from federity_explorer.read.database import Database
from federity_explorer.read.links import Links
from federity_explorer.site import Site
from federity_explorer.views import tokens
from federity_explorer.views.registry import API

SCRIPT = Script(4, people=4)
OWNER, KEEPER, MAINTAINER, BUYER = SCRIPT.people
HOME, BRANCH = SCRIPT.repository, key(4, b"main")
SALE, MINT, HOT = pda.sale(HOME), key("mint", 4, Pubkey.default()), key("a hot key")
PRICE, EXPIRES = 1_500_000_000, 5_000_000


class Seen:
    """An explorer over the beginning of a repository, to which more is told."""

    def __init__(self, folder: Path, more: list[events.Event]) -> None:
        begun = list(Script(4, people=4).begin())
        told = [record(("more", n), 60, [event]) for n, event in enumerate(more)]
        self.chain = ToldChain([*begun, *told])
        self.path = folder / "index.sqlite3"

    async def answer(self, url: str) -> Any:
        """A page as text, or its JSON."""
        store = Store(self.path)
        await Follower(cast(ChainClient, self.chain), store).catch_up()
        database = Database(self.path)
        site = Site(database, Links("x", "http://127.0.0.1/rpc"), "a chain", "http://explorer", 1 << 20)
        app = Explorer(site, cast(Session, SimpleNamespace(chain=self.chain)), Limits(rate=0)).app()
        transport: Any = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://explorer") as client:
            answer = await client.get(url)
        database.close()
        store.close()
        assert answer.status_code == 200, answer.text
        return answer.json() if url.startswith(API) else " ".join(answer.text.split())


ROLES: list[events.Event] = [
    events.MemberChanged(HOME, KEEPER, 2, constants.ROLE_KEEPER, OWNER, 60),
    events.MemberChanged(HOME, MAINTAINER, 2, constants.ROLE_MAINTAINER, OWNER, 60),
    events.MemberDelegated(HOME, MAINTAINER, HOT, constants.ROLE_KEEPER, 0),
]
LISTED = events.SaleListed(HOME, SALE, BRANCH, OWNER, PRICE, EXPIRES, 60)
BOUGHT = events.SaleBought(HOME, SALE, BRANCH, OWNER, BUYER, PRICE, 1, 2, 60)
ACCEPTED = events.RepositoryAccepted(HOME, OWNER, BUYER, 1, 60)


def _roles(page: Any) -> dict[str, tuple[str, str, str]]:
    return {one["wallet"]: (one["role"], one["unconfirmed"], one["delegate_role"]) for one in page["members"]}


async def test_who_changed_hands_takes_powers_along(tmp_path: Path) -> None:
    """Keepers and maintainers of before are contributors until they are confirmed; delegates are nothing."""
    page = await Seen(tmp_path / "before", ROLES).answer(f"{API}/r/{HOME}")
    assert _roles(page) == {
        str(OWNER): ("owner", "", ""),
        str(MAINTAINER): ("maintainer", "", "keeper"),
        str(KEEPER): ("keeper", "", ""),
        str(BUYER): ("contributor", "", ""),
    }
    sold = [*ROLES, ACCEPTED]
    page = await Seen(tmp_path / "after", sold).answer(f"{API}/r/{HOME}")
    assert _roles(page) == {
        str(BUYER): ("owner", "", ""),
        str(OWNER): ("contributor", "maintainer", ""),
        str(MAINTAINER): ("contributor", "maintainer", ""),
        str(KEEPER): ("contributor", "keeper", ""),
    }
    assert page["members"][0]["wallet"] == str(BUYER)
    html = await Seen(tmp_path / "html", sold).answer(f"/r/{HOME}")
    assert html.count("contributor (unconfirmed maintainer)") == 2
    assert "contributor (unconfirmed keeper)" in html and str(HOT) not in html
    html = await Seen(tmp_path / "wallet", sold).answer(f"/w/{OWNER}")
    assert "contributor (unconfirmed maintainer)" in html
    (role,) = (await Seen(tmp_path / "keeper", sold).answer(f"{API}/w/{KEEPER}"))["memberships"]
    assert (role["role"], role["unconfirmed"]) == ("contributor", "keeper")
    assert (await Seen(tmp_path / "hot", sold).answer(f"{API}/w/{HOT}"))["memberships"] == []
    confirmed = [*sold, events.MemberChanged(HOME, KEEPER, 2, constants.ROLE_KEEPER, BUYER, 61)]
    page = await Seen(tmp_path / "again", confirmed).answer(f"{API}/r/{HOME}")
    assert _roles(page)[str(KEEPER)] == ("keeper", "", "")


async def test_a_delegate_that_lapsed_is_not_told_of(tmp_path: Path) -> None:
    lapsed = events.MemberDelegated(HOME, MAINTAINER, HOT, constants.ROLE_KEEPER, 59)
    page = await Seen(tmp_path, [*ROLES, lapsed]).answer(f"{API}/r/{HOME}")
    assert _roles(page)[str(MAINTAINER)] == ("maintainer", "", "")


async def test_what_is_for_sale_says_so_with_its_price(tmp_path: Path) -> None:
    page = (await Seen(tmp_path / "json", [LISTED]).answer(f"{API}/r/{HOME}"))["sale"]
    said = (page["state"], page["price"], page["price_sol"], page["seller"], page["branch_name"])
    assert said == ("open", PRICE, "1.5 SOL", str(OWNER), "main")
    assert page["expires"] == EXPIRES
    html = await Seen(tmp_path / "html", [LISTED]).answer(f"/r/{HOME}")
    assert "For sale for <strong>1.5 SOL</strong>" in html and "share the price" in html
    html = await Seen(tmp_path / "wallet", [LISTED]).answer(f"/w/{OWNER}")
    assert "for sale for 1.5 SOL by" in html and "puts it up for sale for 1.5 SOL until slot 5000000" in html


async def test_a_sale_ends_and_pays(tmp_path: Path) -> None:
    paid = [
        events.SaleClaimed(BRANCH, key("an update"), KEEPER, 250_000_000, 1),
        events.SaleClaimed(BRANCH, key("another"), KEEPER, 250_000_000, 1),
        events.SaleSwept(BRANCH, BUYER, 5000),
    ]
    sold = [LISTED, BOUGHT, ACCEPTED, *paid]
    assert (await Seen(tmp_path / "home", sold).answer(f"{API}/r/{HOME}"))["sale"] is None
    page = await Seen(tmp_path / "buyer", sold).answer(f"{API}/w/{BUYER}")
    assert [(one["state"], one["buyer"]) for one in page["sales"]] == [("sold", str(BUYER))]
    assert [one["words"] for one in page["earnings"]] == ["0.000005 SOL as its owner"]
    words = [one["words"] for one in page["events"] if one["kind"] == "SaleBought"]
    assert len(words) == 1 and words[0].endswith("for 1.5 SOL")
    page = await Seen(tmp_path / "author", sold).answer(f"{API}/w/{KEEPER}")
    assert [one["words"] for one in page["earnings"]] == ["0.5 SOL for its updates"]
    cancelled = [LISTED, events.SaleCancelled(HOME, SALE, OWNER, OWNER, 61)]
    assert (await Seen(tmp_path / "off", cancelled).answer(f"{API}/r/{HOME}"))["sale"] is None
    again = [*cancelled, replace(LISTED, price=7_000_000_000)]
    assert (await Seen(tmp_path / "on", again).answer(f"{API}/r/{HOME}"))["sale"]["price_sol"] == "7 SOL"
    past = replace(LISTED, expires=1)
    html = await Seen(tmp_path / "past", [past]).answer(f"/r/{HOME}")
    assert "it can only be taken back now" in html and "For sale for" not in html


async def test_a_fork_takes_a_sale_back(tmp_path: Path) -> None:
    """Rows of sales, payments and epochs are those of before when what was not final is not told any more."""
    whole = Seen(
        tmp_path, [*ROLES, LISTED, BOUGHT, ACCEPTED, events.SaleSwept(BRANCH, BUYER, 5)]
    ).chain.records
    begun = whole[: -len(ROLES) - 4]
    chain, store = ToldChain(begun), Store(tmp_path / "grown.sqlite3")
    follower = Follower(cast(ChainClient, chain), store)
    await follower.catch_up()
    before = content(store)
    chain.records, chain.final = whole, begun[-1].slot
    await follower.catch_up()
    assert store.db.execute("SELECT count(*) FROM sales, earnings").fetchone()[0] == 1
    chain.records = begun
    assert (await follower.catch_up()).undone == len(whole) - len(begun)
    assert content(store) == before
    store.close()


@pytest.mark.parametrize("on_sale", [True, False])
async def test_the_page_of_a_token_on_sale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_sale: bool
) -> None:
    """Its holder is the sale, which nobody claims the repository with."""
    mint = pda.mint(HOME)
    holder = SALE if on_sale else OWNER
    minted = replace(sample(events.NftMinted), mint=mint, repository=HOME, owner=OWNER, blob_hash=b"\1" * 32)

    async def found(*_: Any) -> Any:
        return SimpleNamespace(name="model", uri="")

    async def held(*_: Any) -> Any:
        return SimpleNamespace(holding=SimpleNamespace(owner=holder, frozen=False))

    async def none(*_: Any) -> list[Any]:
        return []

    monkeypatch.setattr(tokens, "_mint", found)
    monkeypatch.setattr(tokens, "holding", held)
    monkeypatch.setattr(tokens, "_checks", none)
    told: list[events.Event] = [minted, LISTED] if on_sale else [minted]
    page = await Seen(tmp_path / "json", told).answer(f"{API}/nft/{mint}")
    assert (page["on_sale"], page["claims"], page["holder"]) == (on_sale, not on_sale, str(holder))
    html = await Seen(tmp_path / "html", told).answer(f"/nft/{mint}")
    if on_sale:
        assert (page["sale"]["price"], page["sale"]["seller"]) == (PRICE, str(OWNER))
        assert "held by its sale" in html and "For sale for <strong>1.5 SOL</strong>" in html
        assert f'href="/b/{BRANCH}"' in html and "until slot 5 000 000, about " in html
        assert "may claim the repository" not in html
    else:
        assert page["sale"] is None
        assert "may claim the repository" in html and "For sale" not in html


GENESIS = key(4, b"main", "genesis")


def _moved(head: Pubkey, by: Pubkey, old: Pubkey, level: int) -> events.HeadMoved:
    made = sample(events.HeadMoved)
    return cast(
        events.HeadMoved,
        replace(made, branch=BRANCH, round=by, from_=old, head=head, head_seq=1, level=level, slot=60),
    )


async def test_what_no_update_is_in_has_no_level(tmp_path: Path) -> None:
    """The lowest level of nothing is none, and a new base keeps that of what it is made from."""
    card = (await Seen(tmp_path / "genesis", []).answer(f"{API}/c/{GENESIS}"))["commit"]
    assert (card["level"], card["history_level"]) == (None, None)
    html = await Seen(tmp_path / "html", []).answer(f"/c/{GENESIS}")
    assert "lowest level" not in html and "L3" not in html and "no update is in it" in html
    # A sum of nothing but the base.
    by, total = key("an operation"), key("a sum")
    twice = (events.types.NamedTerm(GENESIS, events.types.TermArgs(False, 512, 255)),)
    summed: list[events.Event] = [
        events.OperationCreated(by, BRANCH, GENESIS, OWNER, total, 8, twice, bytes(32), 60),
        _moved(total, by, GENESIS, 3),
    ]
    card = (await Seen(tmp_path / "sum", summed).answer(f"{API}/c/{total}"))["commit"]
    assert (card["level"], card["history_level"]) == (None, None)
    assert [term["level"] for term in card["terms"]] == [None]
    assert "base only" in await Seen(tmp_path / "sum page", summed).answer(f"/c/{total}")
    # A signed update merged, then a new base made of that head.
    (main,) = (
        event
        for one in Seen(tmp_path, []).chain.records
        for event in one.events
        if isinstance(event, events.GenesisCreated)
    )
    round_, merge, update = key("a round"), key("a merge"), key("an update")
    created = replace(
        sample(events.CommitCreated),
        commit=update,
        repository=HOME,
        branch=BRANCH,
        round=round_,
        parent=GENESIS,
        author=KEEPER,
        kind=constants.KIND_UPDATE,
        parts=1,
    )
    anew = replace(
        main, branch=key("anew"), commit=key("new base"), ancestor=merge, name=b"anew".ljust(32, b"\0")
    )
    merged: list[events.Event] = [
        events.RoundOpened(round_, BRANCH, 0, constants.ROUND_OPEN, OWNER, main.rules, 60),
        created,
        events.CommitAccepted(round_, update, 0, 1, bytes(32)),
        events.MergeBegun(round_, merge, GENESIS, OWNER, 1, 60),
        _moved(merge, round_, GENESIS, constants.LEVEL_SIGNED),
        anew,
    ]
    card = (await Seen(tmp_path / "merge", merged).answer(f"{API}/c/{merge}"))["commit"]
    assert (card["level"], card["history_level"]) == (0, 0)
    card = (await Seen(tmp_path / "anew", merged).answer(f"{API}/c/{anew.commit}"))["commit"]
    assert (card["level"], card["history_level"]) == (None, 0)
    html = await Seen(tmp_path / "anew page", merged).answer(f"/c/{anew.commit}")
    assert "The lowest level of all that came before it is L0." in html
