"""Updates, what was proved of them, and what was said about them."""

from __future__ import annotations

from federity._generated import constants, events
from federity.chain import pda
from federity_explorer.index.projection.moment import Apply, Moment, address, hash_of, place_of
from federity_explorer.index.store import Store

__all__ = ["HANDLED"]


def _created(store: Store, event: events.CommitCreated, moment: Moment) -> None:
    blob = hash_of(event.blob_hash)
    store.put(
        "commits",
        str(event.commit),
        repository=str(event.repository),
        branch=str(event.branch),
        round=str(event.round),
        parent=address(event.parent),
        author=str(event.author),
        kind=event.kind,
        state=constants.COMMIT_STATE_OPEN,
        level=constants.LEVEL_SIGNED,
        shift=event.shift,
        flags=event.flags,
        blob_hash=blob,
        location=place_of(event.location),
        key=address(event.key),
        parts=event.parts,
        parts_done=0,
        norm="0",
        samples=event.samples,
        loss=event.loss,
        accuracy=event.accuracy,
        epsilon=event.epsilon,
        approvals=0,
        rejects=0,
        held_by="",
        idx=None,
        weight=None,
        closed=0,
        slot=event.slot,
        time=moment.time,
        tx=moment.tx,
    )
    store.add("rounds", str(event.round), proposed=1)
    store.await_words(blob, "delta")


def _done(event: events.CommitDeclared | events.UnitProved, level: int) -> dict[str, int]:
    """What a commit's row becomes with one more of its parts in."""
    whole = event.parts_done == event.parts
    return {
        "parts_done": event.parts_done,
        **({"state": constants.COMMIT_STATE_COMPLETE, "level": level} if whole else {}),
    }


def _declared(store: Store, event: events.CommitDeclared, _: Moment) -> None:
    store.put("commits", str(event.commit), **_done(event, constants.LEVEL_SIGNED))


def _proved(store: Store, event: events.UnitProved, moment: Moment) -> None:
    commit = str(event.commit)
    store.put("units", commit, event.unit, p=bytes(event.p).hex(), tx=moment.tx)
    store.put("commits", commit, norm=str(event.norm), **_done(event, constants.LEVEL_BOUNDED))


def _closed(store: Store, event: events.CommitClosed, _: Moment) -> None:
    store.put("commits", str(event.commit), closed=1)


def _given_up(store: Store, event: events.PointsClosed, _: Moment) -> None:
    found = store.row("commits", str(event.commit))
    if found and found["state"] in (constants.COMMIT_STATE_OPEN, constants.COMMIT_STATE_COMPLETE):
        store.put("commits", str(event.commit), state=constants.COMMIT_STATE_ABANDONED)


def _reviewed(store: Store, event: events.ReviewCreated, moment: Moment) -> None:
    note = hash_of(event.note_hash)
    store.put(
        "reviews",
        str(event.commit),
        str(event.reviewer),
        verdict=event.verdict,
        note_hash=note,
        voided_by="",
        slot=event.slot,
        time=moment.time,
    )
    store.put("commits", str(event.commit), approvals=event.approvals, rejects=event.rejects)
    store.await_words(note, "note")


def _voided(store: Store, event: events.ReviewVoided, _: Moment) -> None:
    store.put("reviews", str(event.commit), str(event.reviewer), voided_by=str(event.by))
    store.put("commits", str(event.commit), approvals=event.approvals, rejects=event.rejects)


def _placed(store: Store, event: events.LocationCreated, moment: Moment) -> None:
    store.put(
        "locations",
        str(pda.location(event.commit, event.poster)),
        location_of=str(event.commit),
        poster=str(event.poster),
        blob_hash=hash_of(event.blob_hash),
        location=place_of(event.location),
        time=moment.time,
    )


def _forgotten(store: Store, event: events.RecordClosed, _: Moment) -> None:
    store.drop("locations", str(event.record))


HANDLED: dict[type, Apply] = {
    events.CommitCreated: _created,
    events.CommitDeclared: _declared,
    events.UnitProved: _proved,
    events.CommitClosed: _closed,
    events.PointsClosed: _given_up,
    events.ReviewCreated: _reviewed,
    events.ReviewVoided: _voided,
    events.LocationCreated: _placed,
    events.RecordClosed: _forgotten,
}
