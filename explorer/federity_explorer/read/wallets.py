"""A wallet: what it did, where, and what of it is in the heads of today."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from federity._generated import constants
from federity.repository.ledger.roles import NAMES
from federity_explorer.read.cards import Card, cards
from federity_explorer.read.database import many
from federity_explorer.read.people import MEMBERS, delegate_role_now, role_now, unconfirmed_role
from federity_explorer.read.repositories import RepositoryView, repository_view
from federity_explorer.read.status import status

__all__ = ["Membership", "Part", "memberships", "merged", "owned", "parts"]


@dataclass(frozen=True)
class Membership:
    """A role that a wallet has in a repository now; `through` is the wallet that it is the delegate of.
    `unconfirmed` is a higher role that waits to be given anew since the repository changed hands.
    """

    repository: str
    name: str
    role: str
    unconfirmed: str
    through: str
    time: int | None


@dataclass(frozen=True)
class Part:
    """What of a wallet's work went into a branch: so many of its commits, and the sum of the weights with
    which merges and operations took them (1: as much as one update merged whole). The head's shares are on
    its page.
    """

    repository: str
    repository_name: str
    branch: str
    branch_name: str
    head: str
    commits: int
    weight: float


def memberships(db: sqlite3.Connection, wallet: str) -> list[Membership]:
    """Where a wallet is a member, or acts for one."""
    rows = many(
        db,
        f"{MEMBERS} WHERE m.wallet = ?1 OR m.delegate = ?1 ORDER BY m.slot DESC LIMIT 100",
        wallet,
    )
    found, slot = [], status(db).slot
    for row in rows:
        own = row["wallet"] == wallet
        role = role_now(row) if own else delegate_role_now(row, slot)
        if not role:
            continue
        found.append(
            Membership(
                repository=row["repository"],
                name=row["name"] or "",
                role=NAMES.get(role, str(role)),
                unconfirmed=unconfirmed_role(row) if own else "",
                through="" if own else row["wallet"],
                time=row["time"],
            )
        )
    return found


def owned(db: sqlite3.Connection, wallet: str) -> list[RepositoryView]:
    """The repositories that a wallet owns."""
    rows = many(db, "SELECT * FROM repositories WHERE owner = ? ORDER BY moved DESC LIMIT 100", wallet)
    return [repository_view(row) for row in rows]


def parts(db: sqlite3.Connection, wallet: str) -> list[Part]:
    """Where a wallet's work went, the most first."""
    rows = many(
        db,
        "SELECT h.branch, b.name AS branch_name, b.head, b.repository, r.name AS repository_name,"
        " count(DISTINCT c.address) AS commits, sum(CAST(t.factor AS REAL) / t.one) AS weight"
        " FROM commits c JOIN terms t ON t.term = c.address"
        " JOIN commits h ON h.address = t.result AND h.state = ?"
        " JOIN branches b ON b.address = h.branch JOIN repositories r ON r.address = b.repository"
        " WHERE c.author = ? AND t.update_ = 1 GROUP BY h.branch ORDER BY weight DESC LIMIT 50",
        constants.COMMIT_STATE_HISTORY,
        wallet,
    )
    return [Part(**row) for row in rows]


def merged(db: sqlite3.Connection, wallet: str) -> list[tuple[Card, str]]:
    """A wallet's updates that heads took in, newest first, each with the head that did."""
    rows = many(
        db,
        "SELECT c.*, t.result FROM commits c JOIN terms t ON t.term = c.address"
        " JOIN commits h ON h.address = t.result AND h.state = ?"
        " WHERE c.author = ? AND t.factor > 0 ORDER BY c.tx DESC LIMIT 50",
        constants.COMMIT_STATE_HISTORY,
        wallet,
    )
    return list(zip(cards(db, rows), [row["result"] for row in rows], strict=True))
