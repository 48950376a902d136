"""Members of repositories, and the keys that they take proofs by."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from federity._generated import constants
from federity.repository.ledger.pins import RELATIONS
from federity_explorer.read.database import many

__all__ = ["ROLES", "MemberView", "PinView", "members", "pins", "roles"]

ROLES = {
    constants.ROLE_READER: "reader",
    constants.ROLE_CONTRIBUTOR: "contributor",
    constants.ROLE_KEEPER: "keeper",
    constants.ROLE_MAINTAINER: "maintainer",
    constants.ROLE_OWNER: "owner",
}


@dataclass(frozen=True)
class MemberView:
    """A member and the key that may act for it."""

    wallet: str
    role: str
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


def members(db: sqlite3.Connection, repository: str, owner: str) -> list[MemberView]:
    """The members of a repository, the owner first, then by role."""
    rows = many(
        db,
        "SELECT * FROM members WHERE repository = ? ORDER BY wallet != ?, role DESC, slot LIMIT 500",
        repository,
        owner,
    )
    return [
        MemberView(
            wallet=row["wallet"],
            role="owner" if row["wallet"] == owner else ROLES.get(row["role"], str(row["role"])),
            delegate=row["delegate"],
            delegate_role=ROLES.get(row["delegate_role"], "") if row["delegate"] else "",
            time=row["time"],
        )
        for row in rows
    ]


def roles(db: sqlite3.Connection, repository: str, owner: str) -> dict[str, str]:
    """Each member's role, by wallet."""
    return {member.wallet: member.role for member in members(db, repository, owner)}


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
