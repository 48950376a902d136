"""Operations: sums that people named and proposed, and who agreed."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from federity._generated import constants
from federity.repository.ledger.proposals import parted
from federity_explorer.read.cards import Card, cards
from federity_explorer.read.database import Row, among, many, one

__all__ = ["STATES", "ApprovalView", "OperationView", "approvals", "by_author", "operation", "operations"]

STATES = ("open", "merged", "stale", "closed")
"""What an operation can be. Stale: its head moved on, so it can never be finished."""


@dataclass(frozen=True)
class OperationView:
    """An operation: the `result` it makes on the branch, from `head`, over `2^m`. Title and body are its
    author's words, or `problem` why there are none; it has `approvals` of the `needed` ones (a merged or
    closed one needs none), and so many `remarks`.
    """

    address: str
    branch: str
    branch_name: str
    repository: str
    head: str
    author: str
    state: str
    m: int
    title: str
    body: str
    problem: str
    note_hash: str
    approvals: int
    needed: int
    remarks: int
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
    "SELECT o.*, b.name AS branch_name, b.repository, b.head AS tip, b.rules, w.text, w.problem,"
    " (SELECT count(*) FROM approvals a WHERE a.subject = o.address AND a.slot >= o.slot) AS approvals,"
    " (SELECT count(*) FROM remarks r WHERE r.subject = o.address AND r.slot >= o.slot) AS remarks"
    " FROM operations o"
    " LEFT JOIN branches b ON b.address = o.branch"
    " LEFT JOIN words w ON w.hash = o.note_hash AND w.kind = 'note'"
)


def _state(row: Row) -> str:
    if row["state"] == constants.OPERATION_STATE_DONE:
        return "merged"
    if row["state"] == constants.OPERATION_STATE_ABANDONED:
        return "closed"
    return "open" if row["head"] == row["tip"] else "stale"


def _needed(row: Row) -> int:
    rules = json.loads(row["rules"] or "{}")
    return max(1, rules["merge_approvals"]) if rules.get("protected") else 0


def _view(row: Row, result: Card | None) -> OperationView:
    title, body = parted(row["text"] or "")
    state = _state(row)
    return OperationView(
        address=row["address"],
        branch=row["branch"],
        branch_name=row["branch_name"] or "",
        repository=row["repository"] or "",
        head=row["head"],
        author=row["author"],
        state=state,
        m=row["m"],
        title=title or (result.message if result else "operation"),
        body=body,
        problem=row["problem"] or "",
        note_hash=row["note_hash"],
        approvals=row["approvals"],
        needed=_needed(row) if state == "open" else 0,
        remarks=row["remarks"],
        slot=row["slot"],
        time=row["time"],
        result=result,
    )


def _views(db: sqlite3.Connection, rows: list[Row]) -> list[OperationView]:
    found = among(db, "SELECT * FROM commits WHERE address IN ({marks})", [row["result"] for row in rows])
    results = {card.address: card for card in cards(db, found)}
    return [_view(row, results.get(row["result"])) for row in rows]


def operation(db: sqlite3.Connection, address: str) -> OperationView | None:
    """An operation by its address."""
    row = one(db, f"{_QUERY} WHERE o.address = ?", address)
    return None if row is None else _views(db, [row])[0]


_WHERE = {
    "open": f"o.state = {constants.OPERATION_STATE_OPEN} AND o.head = b.head",
    "stale": f"o.state = {constants.OPERATION_STATE_OPEN} AND o.head != b.head",
    "merged": f"o.state = {constants.OPERATION_STATE_DONE}",
    "closed": f"o.state = {constants.OPERATION_STATE_ABANDONED}",
}


def operations(
    db: sqlite3.Connection, repository: str, state: str = "open", limit: int = 40, offset: int = 0
) -> list[OperationView]:
    """The operations of a repository in a state, or in any, newest first."""
    chosen = many(
        db,
        "SELECT o.address FROM branches b JOIN operations o ON o.branch = b.address"  # noqa: S608
        f" WHERE b.repository = ? AND {_WHERE.get(state, '1')}"
        " ORDER BY o.slot DESC, o.address LIMIT ? OFFSET ?",
        repository,
        limit,
        offset,
    )
    # Votes and remarks are counted of what is shown alone.
    rows = among(db, f"{_QUERY} WHERE o.address IN ({{marks}})", [row["address"] for row in chosen])
    return _views(db, sorted(rows, key=lambda row: (-row["slot"], row["address"])))


def by_author(db: sqlite3.Connection, wallet: str) -> list[OperationView]:
    """The operations that a wallet made, newest first."""
    return _views(db, many(db, f"{_QUERY} WHERE o.author = ? ORDER BY o.slot DESC LIMIT 50", wallet))


def approvals(db: sqlite3.Connection, subject: str, since: int = 0) -> list[ApprovalView]:
    """The votes on a round's merge or an operation, those cast since a slot."""
    rows = many(
        db, "SELECT * FROM approvals WHERE subject = ? AND slot >= ? ORDER BY slot LIMIT 50", subject, since
    )
    return [ApprovalView(row["approver"], row["attempt"], row["slot"], row["time"]) for row in rows]
