"""Members of repositories, and the keys that they take proofs by."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from federity._generated import constants
from federity.repository.ledger.pins import RELATIONS
from federity.repository.ledger.roles import NAMES
from federity_explorer.read.database import Row, many
from federity_explorer.read.status import status

__all__ = [
    "MEMBERS",
    "MemberView",
    "PinView",
    "delegate_role_now",
    "members",
    "pins",
    "role_now",
    "roles",
    "unconfirmed_role",
]


@dataclass(frozen=True)
class MemberView:
    """A member and the key that may act for it.

    `role` is what it holds now; `unconfirmed` a higher one that waits to be given anew since the repository
    changed hands. A delegate that lapsed, or was named before that, may do nothing and is not told of.
    """

    wallet: str
    role: str
    unconfirmed: str
    delegate: str
    delegate_role: str
    time: int | None


@dataclass(frozen=True)
class PinView:
    """A verifying key that a repository takes proofs by. `name` is the repository's."""

    repository: str
    name: str
    insecure: bool
    key: str
    relation: str
    n: int
    pinned_by: str
    time: int | None


def role_now(row: Row) -> int:
    """The role that a member's row, with its repository's `owner` and epoch (`now`), holds. As the program
    reads it, a keeper or maintainer of an older epoch is a contributor.
    """
    if row["wallet"] == row["owner"]:
        return constants.ROLE_OWNER
    if row["role"] >= constants.ROLE_KEEPER and row["epoch"] != row["now"]:
        return constants.ROLE_CONTRIBUTOR
    return int(row["role"])


def delegate_role_now(row: Row, slot: int) -> int:
    """The most that a member's delegate may do in a slot; 0 where it has lapsed, or was named before the
    repository changed hands.
    """
    late = 0 < row["delegate_expires"] < slot
    named = row["delegate"] and row["delegate_epoch"] == row["now"] and not late
    return min(role_now(row), row["delegate_role"]) if named else 0


def unconfirmed_role(row: Row) -> str:
    """The higher role that waits to be given anew; empty for none."""
    return NAMES.get(row["role"], "") if row["role"] > role_now(row) else ""


MEMBERS = (
    "SELECT m.*, r.name, r.owner, coalesce(r.epoch, 0) AS now FROM members m"
    " LEFT JOIN repositories r ON r.address = m.repository"
)
"""Members' rows as roles are read of them, with the `name` of the repository."""


def members(db: sqlite3.Connection, repository: str) -> list[MemberView]:
    """The members of a repository, the owner first, then by role."""
    rows = many(
        db,
        f"{MEMBERS} WHERE m.repository = ? ORDER BY m.wallet != r.owner, m.role DESC, m.slot LIMIT 500",
        repository,
    )
    ranked = sorted(rows, key=lambda row: -role_now(row))
    slot = status(db).slot
    return [_member(row, slot) for row in ranked]


def _member(row: Row, slot: int) -> MemberView:
    role, acting = role_now(row), delegate_role_now(row, slot)
    return MemberView(
        wallet=row["wallet"],
        role=NAMES.get(role, str(role)),
        unconfirmed=unconfirmed_role(row),
        delegate=row["delegate"] if acting else "",
        delegate_role=NAMES.get(acting, ""),
        time=row["time"],
    )


def roles(db: sqlite3.Connection, repository: str) -> dict[str, str]:
    """Each member's role, by wallet."""
    return {member.wallet: member.role for member in members(db, repository)}


def pins(db: sqlite3.Connection, of: str | None = None) -> list[PinView]:
    """The keys that are pinned in a repository, or in any."""
    where, values = ("WHERE p.repository = ?", (of,)) if of else ("", ())
    rows = many(
        db,
        "SELECT p.*, r.name, r.flags FROM pins p LEFT JOIN repositories r ON r.address = p.repository"  # noqa: S608
        f" {where} ORDER BY p.time LIMIT 200",
        *values,
    )
    return [
        PinView(
            repository=row["repository"],
            name=row["name"] or "",
            insecure=bool((row["flags"] or 0) & constants.REPOSITORY_INSECURE),
            key=row["key"],
            relation=RELATIONS.get(row["relation"], str(row["relation"])),
            n=row["n"],
            pinned_by=row["pinned_by"],
            time=row["time"],
        )
        for row in rows
    ]
