"""Repositories and their branches: what the pages about them show."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from federity._generated import constants
from federity_explorer.read.cards import Card, cards
from federity_explorer.read.database import Row, among, many, one
from federity_explorer.read.rules import Rule, rules_in_words, safe, weighting

__all__ = [
    "BranchView",
    "RepositoryView",
    "branch",
    "branch_view",
    "branches",
    "forks",
    "repositories",
    "repository",
    "repository_view",
]


@dataclass(frozen=True)
class RepositoryView:
    """A repository in a list: who made it and owns it, and what it is called."""

    address: str
    name: str
    creator: str
    owner: str
    insecure: bool
    archived: bool
    offered_to: str
    epoch: int
    cluster: str
    srs_id: str
    ancestor: str
    slot: int
    time: int | None


@dataclass(frozen=True)
class BranchView:
    """A branch, its rules and its head."""

    address: str
    name: str
    repository: str
    creator: str
    head: str
    head_seq: int
    fork_point: str
    lineage: str
    manifest_hash: str
    base_hash: str
    rules: dict[str, Any]
    rules_in_words: tuple[Rule, ...]
    protected: bool
    min_level: int
    weighting: str
    time: int | None
    tip: Card | None = None


def repository_view(row: Row) -> RepositoryView:
    """A repository's row."""
    return RepositoryView(
        address=row["address"],
        name=row["name"] or "",
        creator=row["creator"] or "",
        owner=row["owner"] or "",
        insecure=bool((row["flags"] or 0) & constants.REPOSITORY_INSECURE),
        archived=bool(row["archived"]),
        offered_to=row["offered_to"],
        epoch=row["epoch"],
        cluster=row["cluster"] or "",
        srs_id=row["srs_id"] or "",
        ancestor=row["ancestor"],
        slot=row["slot"] or 0,
        time=row["time"],
    )


def repositories(db: sqlite3.Connection, limit: int = 50, offset: int = 0) -> list[RepositoryView]:
    """Those in which something happened last."""
    rows = many(db, "SELECT * FROM repositories ORDER BY moved DESC LIMIT ? OFFSET ?", limit, offset)
    return [repository_view(row) for row in rows]


def repository(db: sqlite3.Connection, address: str) -> RepositoryView | None:
    """A repository by its address."""
    row = one(db, "SELECT * FROM repositories WHERE address = ?", address)
    return None if row is None else repository_view(row)


def forks(db: sqlite3.Connection, of: str) -> list[RepositoryView]:
    """The repositories that began as forks of one, those that moved last first."""
    rows = many(
        db,
        "SELECT * FROM repositories WHERE ancestor = ? AND ancestor != '' ORDER BY moved DESC LIMIT 50",
        of,
    )
    return [repository_view(row) for row in rows]


def branch_view(row: Row, tip: Card | None = None) -> BranchView:
    """A branch's row."""
    rules = json.loads(row["rules"] or "{}")
    return BranchView(
        address=row["address"],
        name=row["name"] or "",
        repository=row["repository"] or "",
        creator=row["creator"] or "",
        head=row["head"] or "",
        head_seq=row["head_seq"],
        fork_point=row["fork_point"] or "",
        lineage=row["lineage"] or "",
        manifest_hash=row["manifest_hash"] or "",
        base_hash=row["base_hash"] or "",
        rules=safe(rules),
        rules_in_words=rules_in_words(rules),
        protected=bool(rules.get("protected")),
        min_level=rules.get("min_level", 0),
        weighting=weighting(rules),
        time=row["time"],
        tip=tip,
    )


def branch(db: sqlite3.Connection, address: str) -> BranchView | None:
    """A branch by its address, with the commit that is its head."""
    row = one(db, "SELECT * FROM branches WHERE address = ?", address)
    return None if row is None else _with_tips(db, [row])[0]


def branches(db: sqlite3.Connection, of: str) -> list[BranchView]:
    """The branches of a repository, `main` first, then those that moved last."""
    rows = many(
        db,
        "SELECT * FROM branches WHERE repository = ? ORDER BY name != 'main', moved DESC LIMIT 100",
        of,
    )
    return _with_tips(db, rows)


def _with_tips(db: sqlite3.Connection, rows: list[Row]) -> list[BranchView]:
    heads = among(db, "SELECT * FROM commits WHERE address IN ({marks})", [row["head"] for row in rows])
    tips = {card.address: card for card in cards(db, heads)}
    return [branch_view(row, tips.get(row["head"])) for row in rows]
