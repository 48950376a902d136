"""Arweave's services on good and bad days: no wrong byte is read, and nothing is paid twice."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from federity.errors import (
    BadBlob,
    BlobMismatch,
    BlobMissing,
    FederityError,
    InsufficientFunds,
    StorageUnavailable,
    WorktreeError,
)
from federity.objects import Location, LocationKind
from federity.storage.arweave import turbo as turbo_room
from federity.storage.arweave.encoding import to_base64
from federity.storage.arweave.items import signed_item
from federity.storage.arweave.jwk import address_of
from federity.storage.arweave.lookup import tags_of
from federity.storage.arweave.store import ArweaveStorage
from federity.storage.base import Label, Price
from support.arweave_key import TestWallet
from support.arweave_net import Found
from support.permanent import PLENTY, Permanent, permanent
from support.web import Reply, Request, served

BLOB = bytes(range(256)) * 3000  # three chunks of a transaction
SHA = hashlib.sha256(BLOB).digest()
WAYS = ("items", "transactions")
LABEL = Label("delta", "Repo1111")


@pytest_asyncio.fixture
async def there(tmp_path: Path) -> AsyncIterator[Permanent]:
    async with permanent(tmp_path) as found:
        yield found


async def cold(there: Permanent, *ways: str) -> ArweaveStorage:
    return await there.store(*ways, name="cold")


async def uploaded(there: Permanent, way: str = "items") -> Location:
    location = await (await there.store(way)).put(BLOB, LABEL)
    there.net.mine()
    return location


# Reading.


@pytest.mark.parametrize("way", WAYS)
async def test_what_was_uploaded_is_read_elsewhere_without_a_wallet(there: Permanent, way: str) -> None:
    location = await uploaded(there, way)
    assert location.tag is {"items": LocationKind.BUNDLED, "transactions": LocationKind.ARWEAVE}[way]
    reader = await cold(there)
    with pytest.raises(BlobMissing):
        await reader.get(Location.local(SHA))
    assert bytes(await reader.get(location, len(BLOB), sha256=SHA)) == BLOB
    assert bytes(await reader.get(Location.local(SHA))) == BLOB


def once(reply: Reply) -> Callable[[Request], Reply | None]:
    left = [reply]
    return lambda request: left.pop() if left and request.method == "GET" else None


BAD_DAYS = {
    "missing": lambda request: Reply(404),
    "gone": lambda request: Reply(410),
    "pending": lambda request: Reply(202, b"Pending"),
    "busy": lambda request: Reply(429, headers={"Retry-After": "2"}),
    "closed for long": lambda request: Reply(503, headers={"Retry-After": "3600"}),
    "ill": lambda request: Reply(500),
    "wrong": lambda request: Reply(200, b"other bytes"),
    "as long but wrong": lambda request: Reply(200, BLOB[:-1] + b"\0"),
    "empty": lambda request: Reply(200),
    "too long": lambda request: Reply(200, BLOB + b"x"),
    "cut for good": lambda request: Reply(200, BLOB, cut=1000),
    "silent": lambda request: Reply(200, BLOB, cut=0),
    "teapot": lambda request: Reply(418),
    "loop": lambda request: Reply(302, headers={"Location": request.path}),
}


@pytest.mark.parametrize("day", BAD_DAYS)
@pytest.mark.parametrize("bad", [0, 1])
async def test_one_good_gateway_is_enough(there: Permanent, day: str, bad: int) -> None:
    location = await uploaded(there)
    there.moods[bad] = BAD_DAYS[day]
    assert bytes(await (await cold(there)).get(location, len(BLOB), sha256=SHA)) == BLOB


@pytest.mark.parametrize(
    ("day", "error"),
    [
        ("missing", BlobMissing),
        ("pending", BlobMissing),
        ("busy", StorageUnavailable),
        ("closed for long", StorageUnavailable),
        ("wrong", BlobMismatch),
        ("as long but wrong", BlobMismatch),
        ("empty", BlobMismatch),
        ("too long", BadBlob),
        ("cut for good", StorageUnavailable),
        ("silent", StorageUnavailable),
        ("teapot", StorageUnavailable),
        ("loop", StorageUnavailable),
    ],
)
async def test_when_all_are_bad_the_error_says_how(
    there: Permanent, day: str, error: type[FederityError]
) -> None:
    location = await uploaded(there)
    there.moods[:] = [BAD_DAYS[day]] * 2
    reader = await cold(there)
    with pytest.raises(error) as refused:
        await reader.get(location, len(BLOB), sha256=SHA)
    assert (type(refused.value) is error and refused.value.hint) or error is BadBlob
    # Nothing of it is kept, and the same call succeeds later.
    there.moods[:] = [lambda request: None] * 2
    assert bytes(await reader.get(location, len(BLOB), sha256=SHA)) == BLOB


async def test_one_that_is_silent_makes_missing_elsewhere_no_verdict(there: Permanent) -> None:
    location = await uploaded(there)
    there.moods[:] = [BAD_DAYS["missing"], BAD_DAYS["silent"]]
    with pytest.raises(StorageUnavailable):
        await (await cold(there)).get(location, sha256=SHA)


async def test_a_cut_download_goes_on_where_it_was(there: Permanent) -> None:
    location = await uploaded(there)
    ranges: list[str] = []

    def cutting(request: Request) -> Reply | None:
        ranges.append(request.headers.get("range", ""))
        reply = there.net.handle(request)
        return Reply(reply.status, reply.body, reply.headers, cut=200_000)

    there.moods[:] = [cutting, BAD_DAYS["missing"]]
    assert bytes(await (await cold(there)).get(location, sha256=SHA)) == BLOB
    assert len(ranges) == 4 and ranges[0] == "" and all(r.startswith("bytes=") for r in ranges[1:])


async def test_a_gateway_without_ranges_starts_over(there: Permanent) -> None:
    location = await uploaded(there)
    there.moods[:] = [once(Reply(200, BLOB, cut=200_000)), BAD_DAYS["missing"]]
    whole = there.moods[0]
    there.moods[0] = lambda request: whole(request) or Reply(200, BLOB)
    assert bytes(await (await cold(there)).get(location, sha256=SHA)) == BLOB


async def test_another_range_than_was_asked_for_is_not_taken(there: Permanent) -> None:
    location = await uploaded(there)
    other = Reply(206, BLOB[100:], {"Content-Range": f"bytes 100-{len(BLOB) - 1}/{len(BLOB)}"})
    replies = [Reply(200, BLOB, cut=200_000), other]
    there.moods[:] = [lambda request: replies.pop(0) if replies else None, BAD_DAYS["missing"]]
    assert bytes(await (await cold(there)).get(location, sha256=SHA)) == BLOB


async def test_a_lost_place_is_found_by_tags_and_liars_are_passed_over(there: Permanent) -> None:
    location = await uploaded(there)
    tags = there.net.served[to_base64(location.id)].tags
    assert dict(tags)[b"Federity-Repository"] == b"Repo1111" and dict(tags)[b"Federity-Kind"] == b"delta"
    served = dict(there.net.served)
    there.net.served.clear()
    there.net.served.update({to_base64(bytes([n]) * 32): Found(b"a lie", tags) for n in range(3)}, **served)
    writer = await cold(there, "items")
    assert bytes(await writer.get(Location.local(SHA))) == BLOB
    assert location in await writer.find(SHA)


async def test_a_wrong_place_is_no_obstacle_to_finding_the_right_one(there: Permanent) -> None:
    await uploaded(there)
    elsewhere = Location(LocationKind.ARWEAVE, bytes(32))
    assert bytes(await (await cold(there, "items")).get(elsewhere, sha256=SHA)) == BLOB


NO_ID = b'{"data":{"transactions":{"edges":[{"node":{"id":"x"}}]}}}'


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"data":null}', NO_ID])
async def test_tags_that_cannot_be_looked_up_are_no_answer(there: Permanent, body: bytes) -> None:
    await uploaded(there)
    there.moods[:] = [lambda request: Reply(200, body)] * 2
    with pytest.raises(StorageUnavailable):
        await (await cold(there, "items")).get(Location.local(SHA))


# Writing.


@pytest.mark.parametrize("way", WAYS)
async def test_the_place_is_known_before_and_a_second_upload_is_none(there: Permanent, way: str) -> None:
    store = await there.store(way)
    location = await store.locate(BLOB, LABEL)
    assert to_base64(location.id) not in {*there.turbo.items, *there.net.transactions}
    assert await store.put(BLOB, LABEL) == location
    asked = len(there.turbo.asked), len([1 for method, path in there.net.asked if method == "POST"])
    assert await (await there.store(way)).put(BLOB, LABEL) == location
    assert (len(there.turbo.asked), len([1 for method, _ in there.net.asked if method == "POST"])) == asked


async def stopped(there: Permanent, way: str, when: str, at: int, blob: bytes) -> bool:
    """Put a blob, and end that at a request: before it is served, or after, when its answer is lost.

    False when it came to its end before.
    """
    service = there.turbo if way == "items" else there.net
    counted = 0

    def mood(request: Request) -> Reply | None:
        nonlocal counted
        counted += 1
        if counted != at:
            return None
        service.mood = lambda request: None
        if when == "after":
            service.handle(request)
        running.cancel()
        return Reply(200, b"never read", cut=0)

    service.mood = mood
    running = asyncio.create_task((await there.store(way)).put(blob))
    await asyncio.wait([running])
    service.mood = lambda request: None
    return running.cancelled()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("way", [*WAYS, "pieces"])
async def test_stopped_at_any_request_the_next_run_ends_it_and_nobody_pays_twice(
    there: Permanent, way: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    least = {"items": 4, "pieces": 9, "transactions": 8}[way]
    if way == "pieces":
        monkeypatch.setattr(turbo_room, "WHOLE_BYTES", 1000)
        monkeypatch.setattr(turbo_room, "PIECE_BYTES", 300_000)
        way = "items"
    at = 1
    blob = BLOB
    while await stopped(there, way, when, at, blob):
        held, paid = sum(there.net.balances.values()), set(there.turbo.paid)
        location = await (await there.store(way)).put(blob)
        there.net.mine()
        reader = await there.store(name=f"cold{at}")
        assert bytes(await reader.get(location, sha256=hashlib.sha256(blob).digest())) == blob
        if way == "items":
            known = len(there.turbo.paid)
            assert known == at and len(there.turbo.paid.keys() - paid) <= 1
        else:
            assert held - sum(there.net.balances.values()) == there.net.price(len(blob))
        at += 1
        blob = BLOB + bytes([at])  # another one each time
    assert at > least


async def test_a_transaction_that_can_no_longer_be_taken_is_signed_anew(there: Permanent) -> None:
    store = await there.store("transactions")
    first = await store.locate(BLOB)
    there.net.height += 60
    # It could still be in a block that this node has not seen.
    there.net.mood = lambda request: Reply(400, b"Invalid anchor.") if request.path == "/tx" else None
    with pytest.raises(StorageUnavailable, match="Invalid anchor"):
        await store.put(BLOB)
    there.net.mood = lambda request: None
    there.net.height += 20
    second = await store.put(BLOB)
    assert second != first and list(there.net.transactions) == [to_base64(second.id)]


async def test_a_transaction_that_the_chain_dropped_is_made_anew(there: Permanent) -> None:
    store = await there.store("transactions")
    first = await store.put(BLOB)
    there.net.transactions.clear()
    there.net.height += 80
    second = await store.put(BLOB)
    assert second != first
    there.net.mine(10)
    assert await store.put(BLOB) == second
    there.net.mood = lambda request: None if request.path == "/info" else Reply(500)
    assert await store.put(BLOB) == second  # nobody is asked about what is buried deep


async def test_another_node_of_the_network_goes_on_with_a_transaction(there: Permanent) -> None:
    first = await (await there.store("transactions")).locate(BLOB)
    async with served(there.net.handle) as other:
        there.url = other
        assert await (await there.store("transactions")).put(BLOB) == first
    assert len(there.net.transactions) == 1


async def test_chunks_that_a_node_has_no_room_for_now_are_sent_again(there: Permanent) -> None:
    refusals = [Reply(400, b'{"error":"disk_full"}'), Reply(503), Reply(429)]
    there.net.mood = lambda request: refusals.pop() if request.path == "/chunk" and refusals else None
    location = await uploaded(there, "transactions")
    assert not refusals
    assert bytes(await (await cold(there)).get(location, sha256=SHA)) == BLOB


async def test_a_refused_chunk_ends_the_upload_at_once(there: Permanent) -> None:
    bad = Reply(400, b'{"error":"invalid_proof"}')
    there.net.mood = lambda request: bad if request.path == "/chunk" else None
    with pytest.raises(StorageUnavailable, match="invalid_proof"):
        await (await there.store("transactions")).put(BLOB)
    assert len([1 for _, path in there.net.asked if path == "/chunk"]) <= 4


async def test_credit_that_does_not_suffice_is_one_sentence_before_anything_is_sent(there: Permanent) -> None:
    address = str(there.wallet.pubkey)
    for held in ({}, {address: 1000}):
        there.turbo.credits = held
        with pytest.raises(InsufficientFunds, match=rf"costs [0-9]+ winc and {address} has [01]") as refused:
            await (await there.store("items")).put(BLOB)
        assert refused.value.sentence.count(".") - refused.value.sentence.count("127.0.0.1") * 3 == 1
        assert refused.value.hint
    assert not [path for method, path in there.turbo.asked if method == "POST"]
    there.turbo.mood = lambda request: Reply(402) if request.method == "POST" else None
    there.turbo.credits[address] = PLENTY
    with pytest.raises(InsufficientFunds, match="more credits"):
        await (await there.store("items")).put(BLOB)


async def test_ar_that_do_not_suffice_are_one_sentence_before_anything_is_sent(there: Permanent) -> None:
    there.net.balances[address_of(TestWallet().owner)] = 10**6
    with pytest.raises(
        InsufficientFunds, match=r"costs 0\.\d+ AR; the Arweave wallet \S+ has 0\.000001 AR\."
    ):
        await (await there.store("transactions")).put(BLOB)
    assert not [path for method, path in there.net.asked if method == "POST"]


async def test_prices_are_asked_and_what_is_free_costs_nothing(there: Permanent) -> None:
    store = await there.store("items", "transactions")
    # To the byte: addresses are not all equally long, nor are the words for what a blob is.
    for label in (None, Label("delta", "1" * 44), Label("delta", "1" * 43), Label("description", "1" * 32)):
        price = await store.price(1000, label)
        assert price.winston == there.net.price(1000)
        item = signed_item(there.wallet, bytes(1000), tags_of(SHA, label), SHA)
        assert price.winc == there.turbo.per_byte * (1000 + len(item.header))
    price = await store.price(1000)
    there.turbo.free_bytes = 10_000
    assert await store.price(1000) == Price(0, price.winston)
    there.turbo.free_left = 1000
    assert await store.price(1000) == price
    assert await (await there.store()).price(10**9) == Price()
    there.turbo.mood = lambda request: Reply(200, b'{"winc":"-1"}') if "price" in request.path else None
    with pytest.raises(StorageUnavailable):
        await store.price(10**6)


async def test_both_ways_are_two_places(there: Permanent) -> None:
    location = await (await there.store("items", "transactions")).put(BLOB)
    there.net.mine()
    assert location.tag is LocationKind.BUNDLED and to_base64(location.id) in there.turbo.items
    assert len(there.net.transactions) == 1


REFUSALS = [Reply(400, b"Invalid Data Item!"), Reply(200, b"{}"), Reply(200, b'{"id":"x"}')]


@pytest.mark.parametrize("reply", REFUSALS)
async def test_what_a_service_does_not_take_is_one_sentence(there: Permanent, reply: Reply) -> None:
    there.turbo.mood = lambda request: reply if request.method == "POST" else None
    with pytest.raises(StorageUnavailable):
        await (await there.store("items")).put(BLOB)
    there.turbo.mood = lambda request: None
    await (await there.store("items")).put(BLOB)


async def test_a_service_that_forgot_the_pieces_gets_them_again(
    there: Permanent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turbo_room, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(turbo_room, "PIECE_BYTES", 300_000)
    there.turbo.mood = lambda request: Reply(400) if request.path.endswith("/finalize") else None
    with pytest.raises(StorageUnavailable):
        await (await there.store("items")).put(BLOB)
    assert len(there.turbo.sessions["session-0"].pieces) == 3
    there.turbo.mood = lambda request: None
    there.turbo.sessions.pop("session-0")
    there.turbo.sessions["other"] = None  # type: ignore[assignment]
    location = await (await there.store("items")).put(BLOB)
    assert to_base64(location.id) in there.turbo.items


async def test_a_damaged_record_of_a_transaction_is_named_and_of_an_item_made_anew(there: Permanent) -> None:
    for way in WAYS:
        await (await there.store(way)).put(BLOB)
        (path,) = (there.folder / "store-uploads" / way).rglob("*.json")
        path.write_bytes(path.read_bytes().replace(b'"begun"', b'"?"').replace(b'"sent"', b'"?"'))
        if way == "items":
            await (await there.store(way)).put(BLOB)
            assert len(there.turbo.paid) == 1
        else:
            with pytest.raises(WorktreeError, match="damaged"):
                await (await there.store(way)).put(BLOB)


async def test_two_at_once_upload_a_blob_once(there: Permanent) -> None:
    stores = [await there.store(way) for way in ("transactions", "transactions", "items", "items")]
    places = await asyncio.gather(*(store.put(BLOB) for store in stores))
    assert len(set(places)) == 2
    assert len(there.net.transactions) == 1
    assert len([1 for _, path in there.turbo.asked if path == "/v1/tx/solana"]) == 1
