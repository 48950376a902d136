"""Operations: sums that people named, and who agreed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from federity._generated import constants
from federity_explorer.read.cards import Card, cards
from federity_explorer.read.database import Row, many, one

__all__ = ["ApprovalView", "OperationView", "approvals", "operation", "operations_open"]

STATES = {
    constants.OPERATION_STATE_OPEN: "open",
    constants.OPERATION_STATE_DONE: "done",
    constants.OPERATION_STATE_ABANDONED: "abandoned",
}


@dataclass(frozen=True)
class OperationView:
    """An operation: the `result` it makes on the branch, from `head`, over `2^m`."""

    address: str
    branch: str
    branch_name: str
    repository: str
    head: str
    author: str
    state: str
    m: int
    text: str
    problem: str
    note_hash: str
    slot: int
    time: int | None
    result: Card | None


@dataclass(frozen=True)
class ApprovalView:
    """A vote for a merge or an operation."""

    approver: str
    attempt: int
    slot: int
    time: int | None


_QUERY = (
    "SELECT o.*, b.name AS branch_name, b.repository, w.text, w.problem FROM operations o"
    " LEFT JOIN branches b ON b.address = o.branch LEFT JOIN words w ON w.hash = o.note_hash"
)


def _view(row: Row, result: Card | None) -> OperationView:
    return OperationView(
        address=row["address"],
        branch=row["branch"],
        branch_name=row["branch_name"] or "",
        repository=row["repository"] or "",
        head=row["head"],
        author=row["author"],
        state=STATES.get(row["state"], str(row["state"])),
        m=row["m"],
        text=row["text"] or "",
        problem=row["problem"] or "",
        note_hash=row["note_hash"],
        slot=row["slot"],
        time=row["time"],
        result=result,
    )


def _views(db: sqlite3.Connection, rows: list[Row]) -> list[OperationView]:
    found = [one(db, "SELECT * FROM commits WHERE address = ?", row["result"]) for row in rows]
    results = {card.address: card for card in cards(db, [row for row in found if row])}
    return [_view(row, results.get(row["result"])) for row in rows]


def operation(db: sqlite3.Connection, address: str) -> OperationView | None:
    """An operation by its address."""
    row = one(db, f"{_QUERY} WHERE o.address = ?", address)
    return None if row is None else _views(db, [row])[0]


def operations_open(db: sqlite3.Connection, repository: str) -> list[OperationView]:
    """The operations of a repository that wait."""
    rows = many(
        db,
        f"{_QUERY} WHERE b.repository = ? AND o.state = ? ORDER BY o.slot DESC LIMIT 50",
        repository,
        constants.OPERATION_STATE_OPEN,
    )
    return _views(db, rows)


def by_author(db: sqlite3.Connection, wallet: str) -> list[OperationView]:
    """The operations that a wallet made, newest first."""
    return _views(db, many(db, f"{_QUERY} WHERE o.author = ? ORDER BY o.slot DESC LIMIT 50", wallet))


def approvals(db: sqlite3.Connection, subject: str) -> list[ApprovalView]:
    """The votes on a round's merge or an operation."""
    rows = many(db, "SELECT * FROM approvals WHERE subject = ? ORDER BY slot LIMIT 50", subject)
    return [ApprovalView(row["approver"], row["attempt"], row["slot"], row["time"]) for row in rows]
