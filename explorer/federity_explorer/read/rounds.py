"""Rounds: how far they are, and until when."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from federity._generated import constants
from federity.chain.slots import SLOT_MILLISECONDS
from federity.repository.reports.words import ROUND_STATES
from federity_explorer.read.database import Row, many, one

__all__ = ["RoundView", "round_", "rounds", "rounds_open"]

KINDS = {
    constants.ROUND_OPEN: "open to contributors",
    constants.ROUND_SOLO: "a push of one member",
    constants.ROUND_SERVER: "a server's step",
}


@dataclass(frozen=True)
class RoundView:
    """A round. `phase` says what happens now and until which slot, `over` that nothing more does; times are
    Unix seconds, estimated.
    """

    address: str
    branch: str
    branch_name: str
    index: int
    kind: str
    state: str
    phase: str
    over: bool
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
        kind=KINDS.get(row["kind"], str(row["kind"])),
        state="cancelled" if row["cancelled_by"] else ROUND_STATES.get(row["state"], str(row["state"])),
        phase=_phase(row, slot),
        over=row["state"] in (constants.ROUND_STATE_MERGED, constants.ROUND_STATE_EXPIRED),
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


def rounds(db: sqlite3.Connection, branch: str, slot: int, now: int, limit: int = 20) -> list[RoundView]:
    """The rounds of a branch, newest first; pushes of one member are none that anybody looks for."""
    rows = many(db, f"{_ROUND} WHERE r.branch = ? AND r.kind != 2 ORDER BY r.idx DESC LIMIT ?", branch, limit)
    return [round_view(row, slot, now) for row in rows]


def round_(db: sqlite3.Connection, address: str, slot: int, now: int) -> tuple[RoundView, str] | None:
    """A round by its address, and its repository."""
    row = one(db, f"{_ROUND} WHERE r.address = ?", address)
    return None if row is None else (round_view(row, slot, now), row["repository"] or "")
