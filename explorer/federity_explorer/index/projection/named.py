"""Names and tokens of commits, and what people say of them: tags, NFTs, remarks."""

from __future__ import annotations

from federity._generated import events
from federity_explorer.index.projection.moment import Apply, Moment, address, hash_of, name_of, place_of
from federity_explorer.index.store import Store, Value

__all__ = ["HANDLED"]


def _tagged(store: Store, event: events.TagCreated, moment: Moment) -> None:
    _points(store, event, moment, repository=str(event.repository), name=name_of(event.name), moves=0)


def _moved(store: Store, event: events.TagMoved, moment: Moment) -> None:
    _points(store, event, moment, moves=event.moves)


def _points(store: Store, event: events.TagCreated | events.TagMoved, moment: Moment, **more: Value) -> None:
    """What a tag names from now on, by whose word."""
    note = hash_of(event.note_hash)
    store.put(
        "tags",
        str(event.tag),
        **more,
        tagged=str(event.commit),
        tagger=str(event.tagger),
        note_hash=note,
        slot=event.slot,
        time=moment.time,
    )
    store.await_words(note, "note")


def _taken_off(store: Store, event: events.TagClosed, _: Moment) -> None:
    store.drop("tags", str(event.tag))


def _minted(store: Store, event: events.NftMinted, moment: Moment) -> None:
    blob = hash_of(event.blob_hash)
    store.put(
        "nfts",
        str(event.mint),
        repository=str(event.repository),
        subject=address(event.commit) or str(event.repository),
        first=str(event.owner),
        blob_hash=blob,
        location=place_of(event.location),
        slot=event.slot,
        time=moment.time,
    )
    store.await_words(blob, "nft")


def _remarked(store: Store, event: events.RemarkCreated, moment: Moment) -> None:
    note = hash_of(event.note_hash)
    store.put(
        "remarks",
        str(event.subject),
        str(event.author),
        note,
        verdict=event.verdict,
        slot=event.slot,
        time=moment.time,
    )
    store.await_words(note, "note")


HANDLED: dict[type, Apply] = {
    events.TagCreated: _tagged,
    events.TagMoved: _moved,
    events.TagClosed: _taken_off,
    events.NftMinted: _minted,
    events.RemarkCreated: _remarked,
}
