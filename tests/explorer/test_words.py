"""What strangers wrote, from the store: bounded, by kind, and never more than it is said to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from bench.explorer_history import Script, ToldChain, key, record
from federity._generated import events
from federity.objects import Location
from federity.storage.memory import MemoryStorage
from federity_explorer.index.follower import Follower
from federity_explorer.index.store import Store
from federity_explorer.words import PICTURE, Words

REPOSITORY = key("repository")


async def told(store: Store, *found: events.Event) -> None:
    chain = ToldChain([record(number, number + 1, [event]) for number, event in enumerate(found)])
    await Follower(chain, store).catch_up()  # type: ignore[arg-type]


def minted(blob: bytes) -> events.NftMinted:
    location = Location.local(blob)
    where = events.types.BlobLocation(int(location.tag), location.id)
    return events.NftMinted(key("mint"), REPOSITORY, Pubkey.default(), key("owner"), blob, where, 1)


def row(store: Store, blob: bytes, kind: str) -> dict[str, object]:
    found = store.row("words", blob.hex(), kind)
    assert found is not None
    return found


async def test_an_nft_s_description_and_its_picture_are_read(tmp_path: Path) -> None:
    storage, store = MemoryStorage(), Store(tmp_path / "index.sqlite3")
    picture = (await storage.put(b"<svg xmlns='http://www.w3.org/2000/svg'/>")).id
    said = {
        "name": "digits",
        "description": "x" * 10_000,
        "image": f"federity:sha256:{picture.hex()}",
        "attributes": [{"trait_type": "level", "value": 1}, "no trait", {"trait_type": "y" * 900}],
    }
    described = (await storage.put(json.dumps(said).encode())).id
    await told(store, minted(described))
    words = Words(store, storage, 1 << 20)
    while await words.fetch():
        pass
    text = json.loads(str(row(store, described, "nft")["text"]))
    assert (text["name"], len(text["description"])) == ("digits", 4096)
    assert text["attributes"] == {"level": "1", "y" * 80: "None"}
    assert str(row(store, picture, "picture")["text"]).startswith("<svg")
    store.close()


@pytest.mark.parametrize(
    "image", ["https://elsewhere.example.org/x.svg", "javascript:alert(1)", "federity:sha256:00", 7, None]
)
async def test_a_picture_from_elsewhere_is_not_fetched(tmp_path: Path, image: object) -> None:
    storage, store = MemoryStorage(), Store(tmp_path / "index.sqlite3")
    described = (await storage.put(json.dumps({"name": "x", "image": image}).encode())).id
    await told(store, minted(described))
    await Words(store, storage, 1 << 20).fetch()
    assert json.loads(str(row(store, described, "nft")["text"]))["image"] == ""
    assert store.db.execute("SELECT count(*) FROM words WHERE kind = 'picture'").fetchone()[0] == 0
    store.close()


@pytest.mark.parametrize("picture", [b"<html>", b"<svg" + b" " * PICTURE], ids=["no picture", "too large"])
async def test_what_is_no_picture_is_not_shown(tmp_path: Path, picture: bytes) -> None:
    storage, store = MemoryStorage(), Store(tmp_path / "index.sqlite3")
    place = (await storage.put(picture)).id
    described = (await storage.put(json.dumps({"image": f"federity:sha256:{place.hex()}"}).encode())).id
    await told(store, minted(described))
    words = Words(store, storage, 1 << 20)
    while await words.fetch():
        pass
    found = row(store, place, "picture")
    assert (found["text"], found["again"]) == ("", 0) and found["problem"]
    store.close()


async def test_a_stranger_s_remark_changes_nothing_that_others_are_shown(tmp_path: Path) -> None:
    """A hash may be named as anything by anybody: each kind of it is read apart."""
    whole = list(Script(1).begin())
    (genesis,) = (e for one in whole for e in one.events if isinstance(e, events.GenesisCreated))
    remark = events.RemarkCreated(genesis.commit, key("eve"), 3, genesis.base_hash, 99)
    chain = ToldChain([*whole, record("remark", 99, [remark])])
    store = Store(tmp_path / "index.sqlite3")
    await Follower(chain, store).catch_up()  # type: ignore[arg-type]
    kinds = store.db.execute("SELECT kind FROM words WHERE hash = ?", (genesis.base_hash.hex(),)).fetchall()
    assert sorted(kind for (kind,) in kinds) == ["base", "note"]
    store.close()


@pytest.mark.parametrize(("place", "shown"), [("bundled", "well done"), ("local", "")])
async def test_a_note_is_looked_for_on_arweave_where_commits_are_said_to_be_there(
    tmp_path: Path, place: str, shown: str
) -> None:
    class Elsewhere(MemoryStorage):
        async def sought(self, sha256: bytes, limit: int | None = None) -> bytes:
            return b"well done"

    whole = list(Script(1).begin())
    (genesis,) = (e for one in whole for e in one.events if isinstance(e, events.GenesisCreated))
    note = key("note")
    remark = events.RemarkCreated(genesis.commit, key("eve"), 3, bytes(note), 99)
    chain = ToldChain([*whole, record("remark", 99, [remark])])
    store = Store(tmp_path / "index.sqlite3")
    await Follower(chain, store).catch_up()  # type: ignore[arg-type]
    store.db.execute("UPDATE commits SET location = ?", (f"{place}:{bytes(32).hex()}",))
    await Words(store, Elsewhere(), 1 << 20).fetch()
    assert row(store, bytes(note), "note")["text"] == shown
    store.close()
