"""Proposals: operations that people offered, what was said of them, and how they ended."""

from __future__ import annotations

import sqlite3

from federity_explorer.read import operations, people, raw, remarks, repositories, rounds
from federity_explorer.site import Ask
from federity_explorer.views import contexts
from federity_explorer.views.moment import slot_now

PAGE = 40


def proposals(db: sqlite3.Connection, ask: Ask) -> contexts.Proposals | None:
    """A repository's operations in one state, and the rounds whose commits are proposals too."""
    found = repositories.repository(db, ask.path["address"])
    if found is None:
        return None
    state, start = ask.query.get("state", "open"), ask.number("from") or 0
    if state not in (*operations.STATES, "all"):
        state = "open"
    listed = operations.operations(db, found.address, state, PAGE + 1, start)
    return contexts.Proposals(
        repository=found,
        state=state,
        states=(*operations.STATES, "all"),
        operations=listed[:PAGE],
        rounds=rounds.rounds_open(db, found.address, slot_now(db, ask.now), ask.now),
        older=start + PAGE if len(listed) > PAGE else None,
    )


def operation(db: sqlite3.Connection, ask: Ask) -> contexts.Operation | None:
    """An operation."""
    found = operations.operation(db, ask.path["address"])
    home = None if found is None else repositories.repository(db, found.repository)
    if found is None or home is None:
        return None
    roles = people.roles(db, home.address)
    said = remarks.remarks(db, "subject", found.address, roles, found.slot)
    votes = operations.approvals(db, found.address, found.slot)
    asking = remarks.objecting(said, {vote.approver: vote.slot for vote in votes})
    return contexts.Operation(
        repository=home,
        operation=found,
        approvals=votes,
        remarks=said,
        changes_requested=() if found.state == "merged" else asking,
        events=raw.events_of(db, found.address, limit=30),
    )
