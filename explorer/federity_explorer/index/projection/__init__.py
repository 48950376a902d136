"""What each kind of event does to the rows, without chain or network."""

from __future__ import annotations

from dataclasses import fields

from solders.pubkey import Pubkey

from federity._generated import events
from federity_explorer.index.projection import commits, named, operations, people, rounds, sales
from federity_explorer.index.projection.moment import Apply, Moment
from federity_explorer.index.store import Store

__all__ = ["HANDLED", "Moment", "apply", "mentioned"]

HANDLED: dict[type, Apply] = {
    **people.HANDLED,
    **commits.HANDLED,
    **rounds.HANDLED,
    **operations.HANDLED,
    **named.HANDLED,
    **sales.HANDLED,
}
"""The kinds of events that change rows. All others are kept too, raw, under the addresses that they name."""


def apply(store: Store, event: events.Event, moment: Moment) -> None:
    """Let an event change the rows."""
    handler = HANDLED.get(type(event))
    if handler is not None:
        handler(store, event, moment)


def mentioned(event: object) -> set[str]:
    """The addresses that an event names, those in its lists too."""
    found: set[str] = set()
    waiting = [event]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Pubkey):
            found.add(str(value))
        elif isinstance(value, tuple):
            waiting += value
        elif hasattr(value, "__dataclass_fields__"):
            waiting += [getattr(value, field.name) for field in fields(value)]  # type: ignore[arg-type]
    return found - {str(Pubkey.default())}
