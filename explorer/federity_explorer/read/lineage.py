"""A commit's lineage as documents of evidence have it: from the index what the SDK reads from accounts."""

from __future__ import annotations

import sqlite3
from fractions import Fraction

from solders.hash import Hash

from federity._generated import constants
from federity._generated.program import program_id
from federity.repository.evidence.lineage import Base, Head, Lineage, Part, Update, ordered, shares
from federity.repository.ledger.summands import HEADS, UPDATES, lowest
from federity.repository.reports.words import KINDS
from federity_explorer.read.database import Row, among, one
from federity_explorer.read.provenance import below, geneses, held_by

__all__ = ["lineage"]


def lineage(db: sqlite3.Connection, address: str) -> Lineage | None:
    """Where a commit comes from; None for no commit, and for one that is not whole yet."""
    start = one(db, "SELECT * FROM commits WHERE address = ?", address)
    if start is None:
        return None
    home = one(db, "SELECT * FROM repositories WHERE address = ?", start["repository"])
    nodes = below(db, start)
    bases = _bases(db, list(geneses(db, nodes)))
    if home is None or not home["cluster"] or not bases:
        return None
    held = {at: weight for at, weight in held_by(start, nodes).items() if weight}
    rows = among(db, "SELECT * FROM commits WHERE address IN ({marks})", held)
    updates = tuple(sorted((_update(row, held[row["address"]]) for row in rows), key=lambda one: one.address))
    is_head = start["kind"] in HEADS
    return Lineage(
        cluster=str(Hash(bytes.fromhex(home["cluster"]))),
        program=str(program_id()),
        repository=home["address"],
        creator=home["creator"],
        name=home["name"],
        insecure=bool(home["flags"] & constants.REPOSITORY_INSECURE),
        commit=address,
        id=_name(start, nodes[address][1], rows),
        kind=_kind(start),
        parent=start["parent"] or "",
        author=start["author"],
        level=start["level"] or 0,
        history_level=lowest((start["history_level"] if is_head else start["level"]) or 0, updates),
        bases=bases,
        heads=ordered(_head(row, terms) for row, terms in nodes.values() if row["kind"] in HEADS),
        updates=updates,
        contributors=shares(updates),
    )


def _name(start: Row, terms: list[Row], updates: list[Row]) -> str:
    """The commit's name, as `federity.repository.ledger.identity` has it."""
    if start["kind"] == constants.KIND_MERGE and [term["factor"] for term in terms] == [constants.WEIGHT_ONE]:
        (named,) = (row["blob_hash"] for row in updates if row["address"] == terms[0]["term"])
        return str(named)
    return str(start["blob_hash"] if start["kind"] in UPDATES else start["address"])


def _update(row: Row, weight: Fraction) -> Update:
    return Update(
        address=row["address"],
        sha256=row["blob_hash"],
        author=row["author"],
        level=row["level"] or 0,
        samples=row["samples"],
        weight=str(weight),
    )


def _head(row: Row, terms: list[Row]) -> Head:
    return Head(
        address=row["address"],
        kind=_kind(row),
        parent=row["parent"] or "",
        author=row["author"],
        level=row["level"] or 0,
        seq=row["seq"] or 0,
        parts=tuple(
            Part(term["term"], str(Fraction(term["factor"], term["one"]))) for term in terms if term["factor"]
        ),
    )


def _bases(db: sqlite3.Connection, rows: list[Row]) -> tuple[Base, ...]:
    branches = among(db, "SELECT * FROM branches WHERE address IN ({marks})", [row["branch"] for row in rows])
    manifests = {branch["address"]: branch for branch in branches}
    return tuple(
        Base(
            address=row["address"],
            sha256=manifests[row["branch"]]["base_hash"],
            manifest=manifests[row["branch"]]["manifest_hash"],
            lineage=manifests[row["branch"]]["lineage"],
            parent=row["parent"] or "",
        )
        for row in rows
        if row["branch"] in manifests
    )


def _kind(row: Row) -> str:
    return KINDS.get(row["kind"], str(row["kind"]))
