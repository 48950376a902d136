"""Repositories, branches, rounds, members: what the pages about them show."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from federity._generated import constants
from federity.chain.slots import SLOT_MILLISECONDS
from federity.repository.ledger.pins import RELATIONS
from federity.repository.reports.rules import WEIGHTINGS
from federity.repository.reports.words import ROUND_KINDS, ROUND_STATES
from federity_explorer.read.cards import Card, cards
from federity_explorer.read.database import Row, among, many, one

__all__ = [
    "ROLES",
    "BranchView",
    "MemberView",
    "PinView",
    "RepositoryView",
    "RoundView",
    "branch",
    "branch_view",
    "repositories",
    "repository",
    "round_view",
    "rounds_open",
]

ROLES = {
    constants.ROLE_READER: "reader",
    constants.ROLE_CONTRIBUTOR: "contributor",
    constants.ROLE_KEEPER: "keeper",
    constants.ROLE_MAINTAINER: "maintainer",
    constants.ROLE_OWNER: "owner",
}


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
    protected: bool
    min_level: int
    weighting: str
    time: int | None
    tip: Card | None = None


@dataclass(frozen=True)
class RoundView:
    """A round. `phase` says what happens now and until which slot; times are Unix seconds, estimated."""

    address: str
    branch: str
    branch_name: str
    index: int
    kind: str
    state: str
    phase: str
    opener: str
    proposed: int
    accepted: int
    sum_samples: int
    min_level: int
    approvals: int
    merge_approvals: int
    propose_until: int
    review_until: int
    merge_until: int
    propose_time: int
    review_time: int
    merge_time: int
    merge: str
    set_hash: str
    weights_hash: str
    cancelled_by: str
    slot: int
    time: int | None


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
    """A verifying key that a repository takes proofs by."""

    repository: str
    key: str
    relation: str
    n: int
    pinned_by: str
    time: int | None


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


def branch_view(row: Row, tip: Card | None = None) -> BranchView:
    """A branch's row."""
    rules = json.loads(row["rules"] or "{}")
    weighting = rules.get("weighting", 0)
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
        rules=_safe(rules),
        protected=bool(rules.get("protected")),
        min_level=rules.get("min_level", 0),
        weighting=WEIGHTINGS[weighting] if weighting < len(WEIGHTINGS) else str(weighting),
        time=row["time"],
        tip=tip,
    )


def _safe(rules: dict[str, Any]) -> dict[str, Any]:
    """Rules as JavaScript can read them: `no bound` is the largest number that there is."""
    return {
        name: str(value) if isinstance(value, int) and value >= 1 << 53 else value
        for name, value in rules.items()
    }


def branch(db: sqlite3.Connection, address: str) -> BranchView | None:
    """A branch by its address, with the commit that is its head."""
    row = one(db, "SELECT * FROM branches WHERE address = ?", address)
    return None if row is None else _with_tips(db, [row])[0]


def branches(db: sqlite3.Connection, of: str) -> list[BranchView]:
    """The branches of a repository, `main` first, then those that moved last."""
    rows = many(
        db,
        "SELECT * FROM branches WHERE repository = ? ORDER BY name != 'main', moved DESC LIMIT 200",
        of,
    )
    return _with_tips(db, rows)


def _with_tips(db: sqlite3.Connection, rows: list[Row]) -> list[BranchView]:
    heads = among(db, "SELECT * FROM commits WHERE address IN ({marks})", [row["head"] for row in rows])
    tips = {card.address: card for card in cards(db, heads)}
    return [branch_view(row, tips.get(row["head"])) for row in rows]


def round_view(row: Row, slot: int, now: int) -> RoundView:
    """A round's row, joined with its branch's name, as seen in `slot` at the Unix second `now`."""
    rules = json.loads(row["rules"] or "{}")

    def moment(deadline: int) -> int:
        return round(now + (deadline - slot) * SLOT_MILLISECONDS / 1000)

    return RoundView(
        address=row["address"],
        branch=row["branch"] or "",
        branch_name=row["branch_name"] or "",
        index=row["idx"] or 0,
        kind=ROUND_KINDS.get(row["kind"], str(row["kind"])),
        state="cancelled" if row["cancelled_by"] else ROUND_STATES.get(row["state"], str(row["state"])),
        phase=_phase(row, slot),
        opener=row["opener"] or "",
        proposed=row["proposed"],
        accepted=row["accepted"],
        sum_samples=row["sum_samples"],
        min_level=rules.get("min_level", 0),
        approvals=rules.get("approvals", 0),
        merge_approvals=rules.get("merge_approvals", 0),
        propose_until=row["propose_until"] or 0,
        review_until=row["review_until"] or 0,
        merge_until=row["merge_until"] or 0,
        propose_time=moment(row["propose_until"] or 0),
        review_time=moment(row["review_until"] or 0),
        merge_time=moment(row["merge_until"] or 0),
        merge=row["merge"],
        set_hash=row["set_hash"],
        weights_hash=row["weights_hash"],
        cancelled_by=row["cancelled_by"],
        slot=row["slot"] or 0,
        time=row["time"],
    )


def _phase(row: Row, slot: int) -> str:
    if row["state"] == constants.ROUND_STATE_MERGED:
        return "merged"
    if row["state"] == constants.ROUND_STATE_EXPIRED:
        return "over"
    if row["state"] == constants.ROUND_STATE_LOCKED:
        return "merging" if slot <= (row["merge_until"] or 0) else "too late: anyone may end it"
    if slot <= (row["propose_until"] or 0):
        return "taking proposals"
    if slot <= (row["review_until"] or 0):
        return "in review"
    return "waiting to be locked" if slot <= (row["merge_until"] or 0) else "too late: anyone may end it"


_ROUND = (
    "SELECT r.*, b.name AS branch_name, b.repository FROM rounds r"
    " LEFT JOIN branches b ON b.address = r.branch"
)


def rounds_open(db: sqlite3.Connection, of: str, slot: int, now: int) -> list[RoundView]:
    """The rounds of a repository that go on now, kind open and server; a push of one is over at once."""
    rows = many(
        db,
        f"{_ROUND} WHERE b.repository = ? AND r.state IN (1, 2) AND r.kind != 2 AND r.closed = 0"
        " ORDER BY r.slot DESC LIMIT 20",
        of,
    )
    return [round_view(row, slot, now) for row in rows]


def round_(db: sqlite3.Connection, address: str, slot: int, now: int) -> tuple[RoundView, str] | None:
    """A round by its address, and its repository."""
    row = one(db, f"{_ROUND} WHERE r.address = ?", address)
    return None if row is None else (round_view(row, slot, now), row["repository"] or "")


def members(db: sqlite3.Connection, of: RepositoryView) -> list[MemberView]:
    """The members of a repository, the owner first, then by role."""
    rows = many(
        db,
        "SELECT * FROM members WHERE repository = ? ORDER BY wallet != ?, role DESC, slot LIMIT 500",
        of.address,
        of.owner,
    )
    return [
        MemberView(
            wallet=row["wallet"],
            role="owner" if row["wallet"] == of.owner else ROLES.get(row["role"], str(row["role"])),
            delegate=row["delegate"],
            delegate_role=ROLES.get(row["delegate_role"], "") if row["delegate"] else "",
            time=row["time"],
        )
        for row in rows
    ]


def pins(db: sqlite3.Connection, of: str | None = None) -> list[PinView]:
    """The keys that are pinned in a repository, or in any."""
    where, values = ("WHERE repository = ?", (of,)) if of else ("", ())
    rows = many(db, f"SELECT * FROM pins {where} ORDER BY time LIMIT 200", *values)  # noqa: S608
    return [
        PinView(
            repository=row["repository"],
            key=row["key"],
            relation=RELATIONS.get(row["relation"], str(row["relation"])),
            n=row["n"],
            pinned_by=row["pinned_by"],
            time=row["time"],
        )
        for row in rows
    ]
