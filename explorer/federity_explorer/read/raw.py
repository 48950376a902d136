"""What the chain said, as it said it: events, transactions, and accounts."""

from __future__ import annotations

import dataclasses
import sqlite3
from typing import Any

from solders.pubkey import Pubkey

from federity._generated import types
from federity._generated.accounts import decode_account
from federity._generated.events import decode_event
from federity.errors import ConfigError
from federity.objects import Location
from federity_explorer.read.database import Row, many, one
from federity_explorer.read.sales import told

__all__ = ["EventView", "account_fields", "events_of", "jsonable", "transaction"]

MOST = 200
"""Events that one answer shows: an address may have any number, by strangers too."""


@dataclasses.dataclass(frozen=True)
class EventView:
    """An event: its number in the index, kind, fields, and the transaction it was of. `words` tell what a
    sale's means, with amounts in SOL; of others they are empty.
    """

    number: int
    kind: str
    words: str
    fields: dict[str, Any]
    signature: str
    slot: int
    time: int | None
    final: bool


def events_of(
    db: sqlite3.Connection, address: str, before: int | None = None, limit: int = MOST
) -> list[EventView]:
    """The events that name an address, newest first; those older than number `before`."""
    rows = many(
        db,
        "SELECT e.no, e.body, e.kind, t.signature, t.slot, t.time, t.final FROM mentions m"
        " JOIN events e ON e.no = m.event JOIN transactions t ON t.no = e.tx"
        " WHERE m.address = ? AND m.event < ? ORDER BY m.event DESC LIMIT ?",
        address,
        before if before is not None else (1 << 62),
        min(limit, MOST),
    )
    return [_view(row) for row in rows]


def transaction(db: sqlite3.Connection, signature: str) -> tuple[Row, list[EventView]] | None:
    """A transaction and its events, in their order."""
    found = one(db, "SELECT * FROM transactions WHERE signature = ?", signature)
    if found is None:
        return None
    rows = many(
        db,
        "SELECT e.no, e.body, e.kind, t.signature, t.slot, t.time, t.final FROM events e"
        " JOIN transactions t ON t.no = e.tx WHERE e.tx = ? ORDER BY e.no LIMIT ?",
        found["no"],
        MOST,
    )
    return found, [_view(row) for row in rows]


def _view(row: Row) -> EventView:
    event = decode_event(row["body"])
    return EventView(
        number=row["no"],
        kind=row["kind"],
        words=told(event),
        fields={} if event is None else jsonable(event),
        signature=row["signature"],
        slot=row["slot"],
        time=row["time"],
        final=bool(row["final"]),
    )


def account_fields(data: bytes) -> tuple[str, dict[str, Any]] | None:
    """Kind and fields of an account of the program; None for other bytes."""
    try:
        found = decode_account(data)
    except ValueError:
        return None
    return None if found is None else (type(found).__name__, jsonable(found))


def jsonable(value: Any) -> Any:
    """A generated dataclass as JSON: addresses in base58, names as text, other bytes in hex."""
    if isinstance(value, types.BlobLocation):
        return _place(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name.rstrip("_"): _text(field.name, getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
    if isinstance(value, Pubkey):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [jsonable(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 53:
        return str(value)  # JavaScript has no larger whole numbers
    return value


def _place(location: types.BlobLocation) -> str:
    """A location as `federity` writes it, or its bytes where they are none."""
    data = bytes([location.tag]) + bytes(location.id)
    try:
        return str(Location.from_bytes(data))
    except ConfigError:
        return data.hex()


def _text(name: str, value: Any) -> Any:
    if name == "name" and isinstance(value, bytes):
        return value.rstrip(b"\0").decode("ascii", errors="replace")
    return jsonable(value)
