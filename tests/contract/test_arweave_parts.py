"""A large blob comes by parts from several gateways at once, whatever one of them does."""

import asyncio
import hashlib
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from federity.errors import BadBlob, BlobMismatch, FederityError, StorageUnavailable
from federity.objects import Location
from federity.storage.arweave import gateways as gateways_room
from federity.storage.arweave import parts as parts_room
from support.permanent import Permanent, permanent
from support.web import Reply, Request

PART = 50_000
BLOB = bytes(range(256)) * 3000
COUNT = -(-len(BLOB) // PART)
SHA = hashlib.sha256(BLOB).digest()

Mood = Callable[[Request], Reply | Awaitable[Reply] | None]


@pytest_asyncio.fixture
async def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Permanent]:
    monkeypatch.setattr(parts_room, "PART_BYTES", PART)
    monkeypatch.setattr(gateways_room, "LARGE_BYTES", 4 * PART)
    async with permanent(tmp_path, gateways=3) as found:
        yield found


@pytest_asyncio.fixture
async def place(there: Permanent) -> Location:
    location = await (await there.store("items")).put(BLOB)
    there.net.mine()
    return location


def watched(there: Permanent, moods: dict[int, Mood] | None = None) -> list[tuple[int, str]]:
    """What each gateway is asked for from now on, by its number: ranges, or nothing for the whole."""
    asked: list[tuple[int, str]] = []
    for index in range(len(there.moods)):

        def mood(request: Request, index: int = index) -> Reply | None:
            if request.method == "GET":
                asked.append((index, request.headers.get("range", "")))
            return (moods or {}).get(index, lambda request: None)(request)  # type: ignore[return-value]

        there.moods[index] = mood
    return asked


async def read(there: Permanent, place: Location, limit: int | None = None) -> bytes:
    return bytes(await (await there.store(name="cold")).get(place, limit, sha256=SHA))


def ranged(request: Request) -> tuple[int, int] | None:
    found = re.fullmatch("bytes=([0-9]+)-([0-9]+)", request.headers.get("range", ""))
    return found and (int(found[1]), int(found[2]) + 1)  # type: ignore[return-value]


async def test_each_gateway_brings_some_and_no_part_comes_twice_but_the_last(
    there: Permanent, place: Location
) -> None:
    asked = watched(there)
    assert await read(there, place) == BLOB
    parts = Counter(text for _, text in asked if text)
    assert {index for index, text in asked if text} == {0, 1, 2}
    assert len(parts) == COUNT and sum(parts.values()) <= COUNT + 2


async def test_a_small_blob_is_asked_for_whole(there: Permanent) -> None:
    small = BLOB[: 4 * PART - 1]
    location = await (await there.store("items")).put(small)
    asked = watched(there)
    found = await (await there.store(name="cold")).get(location, sha256=hashlib.sha256(small).digest())
    assert bytes(found) == small and {text for _, text in asked} == {""}


@pytest.mark.parametrize("slow", [0, 2])
async def test_one_that_stops_in_a_part_is_overtaken(there: Permanent, place: Location, slow: int) -> None:
    never = asyncio.Event()

    async def waiting() -> Reply:
        await never.wait()
        return Reply(500)

    asked = watched(there, {slow: lambda request: waiting() if ranged(request) else None})
    assert await asyncio.wait_for(read(there, place), 60) == BLOB
    ((_, text),) = [one for one in asked if one[0] == slow and one[1]]
    assert text in {other for index, other in asked if index != slow}


def lying(request: Request) -> Reply | None:
    part = ranged(request)
    if part is None:
        return None
    start, stop = part
    return Reply(206, bytes(stop - start), {"Content-Range": f"bytes {start}-{stop - 1}/{len(BLOB)}"})


def elsewhere(request: Request) -> Reply | None:
    part = ranged(request)
    if part is None:
        return None
    return Reply(206, BLOB[part[0] : part[1]], {"Content-Range": f"bytes 0-{PART - 1}/{len(BLOB)}"})


def cutting(request: Request) -> Reply | None:
    part = ranged(request)
    if part is None or part[1] - part[0] < 20_000:
        return None
    start, stop = part
    place = {"Content-Range": f"bytes {start}-{stop - 1}/{len(BLOB)}"}
    return Reply(206, BLOB[start:stop], place, cut=30_000)


def busy_once() -> Mood:
    left = [Reply(429, headers={"Retry-After": "2"}), Reply(503)]
    return lambda request: left.pop() if left and ranged(request) else None


ODD: dict[str, Callable[[], Mood]] = {
    "lies": lambda: lying,
    "another part": lambda: elsewhere,
    "another whole": lambda: (
        lambda r: Reply(206, b"x" * PART, {"Content-Range": f"bytes 0-{PART - 1}/{PART}"})
    ),
    "no parts": lambda: lambda r: Reply(200, BLOB),
    "missing": lambda: lambda r: Reply(404),
    "pending": lambda: lambda r: Reply(202, b"Pending"),
    "too much": lambda: lambda r: Reply(206, BLOB, {"Content-Range": f"bytes 0-{len(BLOB) - 1}/{len(BLOB)}"}),
    "past the end": lambda: lambda r: Reply(416),
    "cut": lambda: cutting,
    "silent": lambda: lambda r: Reply(206, BLOB, cut=0),
    "busy": busy_once,
    "ill": lambda: lambda r: Reply(500),
}


@pytest.mark.parametrize("odd", ODD)
async def test_whatever_one_or_two_do_the_bytes_are_right(
    there: Permanent, place: Location, odd: str
) -> None:
    for number, bad in enumerate([(0,), (2,), (0, 1)]):
        moods: dict[int, Mood] = {index: ODD[odd]() for index in bad}
        watched(there, moods)
        cold = await there.store(name=f"cold{number}")
        assert bytes(await cold.get(place, len(BLOB), sha256=SHA)) == BLOB


async def test_a_part_that_was_cut_goes_on_inside(there: Permanent, place: Location) -> None:
    asked = watched(there, dict.fromkeys(range(3), cutting))
    assert await read(there, place) == BLOB
    starts = {int(text[6:].split("-")[0]) for _, text in asked if text}
    assert starts == {*range(0, len(BLOB), PART), *range(30_000, len(BLOB), PART)}


@pytest.mark.parametrize(
    ("mood", "error"),
    [(lambda r: Reply(200, bytes(len(BLOB))), BlobMismatch), (lambda r: Reply(500), StorageUnavailable)],
)
async def test_when_all_are_bad_the_error_says_how(
    there: Permanent, place: Location, mood: Mood, error: type[FederityError]
) -> None:
    watched(there, dict.fromkeys(range(3), mood))
    with pytest.raises(error):
        await read(there, place)
    watched(there)
    assert await read(there, place) == BLOB


async def test_a_blob_that_is_too_large_is_refused_before_any_part(there: Permanent, place: Location) -> None:
    asked = watched(there)
    with pytest.raises(BadBlob, match="has at most"):
        await read(there, place, len(BLOB) - 1)
    assert not [text for _, text in asked if text]
