"""Sales of repositories: what is asked, who is paid, how it ended; and what sales paid to a wallet."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from solders.pubkey import Pubkey

from federity._generated import events
from federity.chain.slots import SLOT_MILLISECONDS
from federity.text import short, sol
from federity_explorer.index.projection.sales import BOUGHT, LISTED
from federity_explorer.read.database import Row, many, one
from federity_explorer.read.status import Status, status

__all__ = ["Earned", "SaleView", "earnings", "sale", "sales_of", "told"]


@dataclass(frozen=True)
class SaleView:
    """The newest sale of a repository's NFT. `state` is `open`, `past` (it can only be taken back), `sold` or
    `cancelled`; `price` is lamports, `expires` the last slot in which it can be bought, `expires_time` about
    when that is; the authors of what was merged into `branch` share the price. `words` say it all.
    """

    address: str
    repository: str
    repository_name: str
    branch: str
    branch_name: str
    seller: str
    buyer: str
    price: int
    price_sol: str
    expires: int
    expires_time: int
    state: str
    words: str
    slot: int
    time: int | None


@dataclass(frozen=True)
class Earned:
    """What sales of a branch paid to a wallet, in lamports: for its updates, and an owner's rest."""

    branch: str
    branch_name: str
    repository: str
    claimed: int
    swept: int
    words: str


_SALES = (
    "SELECT s.*, r.name AS repository_name, b.name AS branch_name FROM sales s"
    " LEFT JOIN repositories r ON r.address = s.repository LEFT JOIN branches b ON b.address = s.branch"
)


def sale(db: sqlite3.Connection, repository: str, now: int) -> SaleView | None:
    """The sale that stands, as of the Unix second `now`; None where there is none."""
    row = one(db, f"{_SALES} WHERE s.repository = ? AND s.state = ?", repository, LISTED)
    return None if row is None else _view(row, now, status(db))


def sales_of(db: sqlite3.Connection, wallet: str, now: int) -> list[SaleView]:
    """The sales in which a wallet sells or bought, newest first."""
    rows = many(db, f"{_SALES} WHERE s.seller = ?1 OR s.buyer = ?1 ORDER BY s.slot DESC LIMIT 50", wallet)
    seen = status(db)
    return [_view(row, now, seen) for row in rows]


def earnings(db: sqlite3.Connection, wallet: str) -> list[Earned]:
    """What sales paid to a wallet, the most first."""
    rows = many(
        db,
        "SELECT e.*, b.name, b.repository FROM earnings e LEFT JOIN branches b ON b.address = e.branch"
        " WHERE e.wallet = ? ORDER BY e.claimed + e.swept DESC LIMIT 50",
        wallet,
    )
    return [
        Earned(
            branch=row["branch"],
            branch_name=row["name"] or short(row["branch"]),
            repository=row["repository"] or "",
            claimed=row["claimed"],
            swept=row["swept"],
            words=" and ".join(
                [f"{sol(row['claimed'])} for its updates"] * bool(row["claimed"])
                + [f"{sol(row['swept'])} as its owner"] * bool(row["swept"])
            ),
        )
        for row in rows
    ]


def _view(row: Row, now: int, seen: Status) -> SaleView:
    due = seen.looked + (row["expires"] - seen.slot) * SLOT_MILLISECONDS // 1000
    state = "cancelled"
    if row["state"] == LISTED:
        state = "past" if due < now else "open"
    elif row["state"] == BOUGHT:
        state = "sold"
    price, seller = sol(row["price"]), short(row["seller"])
    words = {
        "open": f"for sale for {price} by {seller}",
        "past": f"was for sale for {price} by {seller}, and can only be taken back",
        "sold": f"sold for {price} by {seller} to {short(row['buyer'])}",
        "cancelled": f"was for sale for {price} by {seller}, and was taken back",
    }[state]
    return SaleView(
        address=row["address"],
        repository=row["repository"],
        repository_name=row["repository_name"] or "",
        branch=row["branch"],
        branch_name=row["branch_name"] or "",
        seller=row["seller"],
        buyer=row["buyer"],
        price=row["price"],
        price_sol=price,
        expires=row["expires"],
        expires_time=due,
        state=state,
        words=words,
        slot=row["slot"],
        time=row["time"],
    )


def told(event: object) -> str:
    """A sale's event in words; empty for every other."""
    match event:
        case events.SaleListed():
            return (
                f"{_who(event.seller)} puts it up for sale for {sol(event.price)} until slot {event.expires}"
            )
        case events.SaleBought():
            return f"{_who(event.buyer)} buys it from {_who(event.seller)} for {sol(event.price)}"
        case events.SaleCancelled():
            return f"{_who(event.by)} takes what {_who(event.seller)} sold off sale"
        case events.SaleClaimed():
            return f"{_who(event.author)} is paid {sol(event.lamports)} for {_who(event.commit)}"
        case events.SaleSwept():
            return f"{_who(event.owner)}, the owner, is paid the rest: {sol(event.lamports)}"
    return ""


def _who(address: Pubkey) -> str:
    return short(str(address))
