"""One commit with all that is known of it, and lists of commits."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from federity._generated import constants
from federity.repository.reports.words import VERDICTS
from federity_explorer.read.cards import Card, cards
from federity_explorer.read.database import among, many, one

__all__ = [
    "PlaceView",
    "ReviewView",
    "UnitView",
    "by_author",
    "by_round",
    "commit",
    "heads",
    "places",
    "reviews",
    "units",
    "uses",
]


@dataclass(frozen=True)
class ReviewView:
    """A review. `voided_by` took it back; `text` are a stranger's words, or `problem` why there are none."""

    subject: str
    reviewer: str
    verdict: str
    text: str
    problem: str
    note_hash: str
    voided_by: str
    time: int | None


@dataclass(frozen=True)
class PlaceView:
    """Where a blob is said to be, and by whom: the author's word, or a stranger's."""

    location: str
    blob_hash: str
    poster: str
    time: int | None


@dataclass(frozen=True)
class UnitView:
    """A unit whose proof the program verified, and the transaction in which it did."""

    unit: int
    p: str
    signature: str
    time: int | None


def commit(db: sqlite3.Connection, address: str) -> Card | None:
    """A commit by its address."""
    row = one(db, "SELECT * FROM commits WHERE address = ?", address)
    return None if row is None else cards(db, [row])[0]


def heads(
    db: sqlite3.Connection, scope: str, address: str, before: int | None = None, limit: int = 40
) -> list[Card]:
    """Heads of a `repository` or `branch`, newest first; those before transaction number `before`."""
    rows = many(
        db,
        f"SELECT * FROM commits WHERE {'branch' if scope == 'branch' else 'repository'} = ?"  # noqa: S608
        " AND state = ? AND tx < ? ORDER BY tx DESC LIMIT ?",
        address,
        constants.COMMIT_STATE_HISTORY,
        (1 << 62) if before is None else before,
        limit,
    )
    return cards(db, rows)


def latest(db: sqlite3.Connection, limit: int = 12) -> list[Card]:
    """The heads that moved last, of all repositories."""
    rows = among(
        db,
        "SELECT c.* FROM branches b JOIN commits c ON c.address = b.head WHERE b.address IN ({marks})",
        [
            row["address"]
            for row in many(db, "SELECT address FROM branches ORDER BY moved DESC LIMIT ?", limit)
        ],
    )
    rows.sort(key=lambda row: -(row["tx"] or 0))
    return cards(db, rows)


def by_round(db: sqlite3.Connection, round_: str) -> list[Card]:
    """The commits that were made for a round or that it took, in the order of acceptance."""
    rows = many(
        db,
        "SELECT * FROM commits WHERE (round = ?1 OR held_by = ?1) AND kind IN (2, 4)"
        " ORDER BY idx IS NULL, idx, tx LIMIT 500",
        round_,
    )
    return cards(db, rows)


def by_author(db: sqlite3.Connection, wallet: str, limit: int = 50) -> list[Card]:
    """What a wallet proposed, newest first."""
    rows = many(db, "SELECT * FROM commits WHERE author = ? ORDER BY tx DESC LIMIT ?", wallet, limit)
    return cards(db, rows)


def uses(db: sqlite3.Connection, address: str) -> list[Card]:
    """The heads that a commit is a term of."""
    rows = many(
        db,
        "SELECT c.* FROM terms t JOIN commits c ON c.address = t.result WHERE t.term = ? AND c.state = ?"
        " ORDER BY c.tx DESC LIMIT 50",
        address,
        constants.COMMIT_STATE_HISTORY,
    )
    return cards(db, rows)


_REVIEWS = (
    "SELECT r.*, w.text, w.problem FROM reviews r"
    " LEFT JOIN words w ON w.hash = r.note_hash AND w.kind = 'note'"
)


def reviews(db: sqlite3.Connection, column: str, value: str) -> list[ReviewView]:
    """The reviews of a `subject`, or by a `reviewer`, with their words."""
    rows = many(
        db,
        f"{_REVIEWS} WHERE r.{'subject' if column == 'subject' else 'reviewer'} = ?"
        " ORDER BY r.slot LIMIT 200",
        value,
    )
    return [
        ReviewView(
            subject=row["subject"],
            reviewer=row["reviewer"],
            verdict=VERDICTS.get(row["verdict"], str(row["verdict"])),
            text=row["text"] or "",
            problem=row["problem"] or "",
            note_hash=row["note_hash"],
            voided_by=row["voided_by"],
            time=row["time"],
        )
        for row in rows
    ]


def places(db: sqlite3.Connection, found: Card) -> list[PlaceView]:
    """Where a commit's blob is said to be."""
    own = [PlaceView(found.location, found.blob_hash, found.author, found.time)] if found.location else []
    rows = many(db, "SELECT * FROM locations WHERE location_of = ? ORDER BY time LIMIT 50", found.address)
    return own + [PlaceView(row["location"], row["blob_hash"], row["poster"], row["time"]) for row in rows]


def units(db: sqlite3.Connection, address: str, limit: int = 1000) -> list[UnitView]:
    """The units of a commit that were proved."""
    rows = many(
        db,
        "SELECT u.*, t.signature, t.time FROM units u JOIN transactions t ON t.no = u.tx"
        " WHERE u.unit_of = ? ORDER BY u.unit LIMIT ?",
        address,
        limit,
    )
    return [UnitView(row["unit"], row["p"], row["signature"], row["time"]) for row in rows]
