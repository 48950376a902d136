"""Operations: named sums of commits."""

from __future__ import annotations

from federity._generated import constants, events
from federity.repository.ledger.summands import UPDATES
from federity_explorer.index.projection.moment import Apply, Moment, hash_of
from federity_explorer.index.store import Store

__all__ = ["HANDLED"]


def _created(store: Store, event: events.OperationCreated, moment: Moment) -> None:
    operation, result = str(event.operation), str(event.result)
    branch = store.row("branches", str(event.branch)) or {}
    note = hash_of(event.note_hash)
    store.put(
        "operations",
        operation,
        branch=str(event.branch),
        head=str(event.head),
        author=str(event.author),
        result=result,
        m=event.m,
        state=constants.OPERATION_STATE_OPEN,
        note_hash=note,
        slot=event.slot,
        time=moment.time,
    )
    store.put(
        "commits",
        result,
        repository=branch.get("repository"),
        branch=str(event.branch),
        round=operation,
        parent=str(event.head),
        author=str(event.author),
        kind=constants.KIND_OPERATION,
        state=constants.COMMIT_STATE_OPEN,
        level=constants.LEVEL_SIGNED,
        closed=0,
        slot=event.slot,
        time=moment.time,
        tx=moment.tx,
    )
    for (position,) in store.db.execute("SELECT position FROM terms WHERE result = ?", (result,)).fetchall():
        store.drop("terms", result, position)
    for number, named in enumerate(event.terms):
        commit = store.row("commits", str(named.commit)) or {}
        update = commit.get("kind") in UPDATES
        factor = -named.term.factor if named.term.negative else named.term.factor
        store.put(
            "terms",
            result,
            number,
            term=str(named.commit),
            factor=factor,
            one=constants.WEIGHT_ONE if update else 1 << event.m,
            update_=int(update),
        )
    store.await_words(note, "note")


def _approved(store: Store, event: events.OperationApproved, moment: Moment) -> None:
    store.put("approvals", str(event.operation), str(event.approver), slot=event.slot, time=moment.time)


def _closed(store: Store, event: events.OperationClosed, _: Moment) -> None:
    operation = str(event.operation)
    store.put("operations", operation, state=constants.OPERATION_STATE_ABANDONED)
    found = store.row("operations", operation) or {}
    if found.get("result"):
        store.put("commits", found["result"], state=constants.COMMIT_STATE_ABANDONED, closed=1)


HANDLED: dict[type, Apply] = {
    events.OperationCreated: _created,
    events.OperationApproved: _approved,
    events.OperationClosed: _closed,
}
