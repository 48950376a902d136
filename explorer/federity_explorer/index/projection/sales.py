"""Sales of repositories, and what they paid."""

from __future__ import annotations

from federity._generated import events
from federity_explorer.index.projection.moment import Apply, Moment
from federity_explorer.index.store import Store

__all__ = ["BOUGHT", "CANCELLED", "HANDLED", "LISTED"]

LISTED, BOUGHT, CANCELLED = range(3)
"""The states of a sale. One that is past stays listed until somebody takes it back."""


def _listed(store: Store, event: events.SaleListed, moment: Moment) -> None:
    store.put(
        "sales",
        str(event.sale),
        repository=str(event.repository),
        branch=str(event.branch),
        seller=str(event.seller),
        price=event.price,
        expires=event.expires,
        state=LISTED,
        buyer="",
        slot=event.slot,
        time=moment.time,
    )


def _bought(store: Store, event: events.SaleBought, _: Moment) -> None:
    store.put("sales", str(event.sale), state=BOUGHT, buyer=str(event.buyer))


def _cancelled(store: Store, event: events.SaleCancelled, _: Moment) -> None:
    store.put("sales", str(event.sale), state=CANCELLED)


def _claimed(store: Store, event: events.SaleClaimed, _: Moment) -> None:
    _paid(store, str(event.branch), str(event.author), claimed=event.lamports)


def _swept(store: Store, event: events.SaleSwept, _: Moment) -> None:
    _paid(store, str(event.branch), str(event.owner), swept=event.lamports)


def _paid(store: Store, branch: str, wallet: str, **lamports: int) -> None:
    if store.row("earnings", branch, wallet) is None:
        store.put("earnings", branch, wallet)
    store.add("earnings", branch, wallet, **lamports)


HANDLED: dict[type, Apply] = {
    events.SaleListed: _listed,
    events.SaleBought: _bought,
    events.SaleCancelled: _cancelled,
    events.SaleClaimed: _claimed,
    events.SaleSwept: _swept,
}
