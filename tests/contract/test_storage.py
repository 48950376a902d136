"""One suite for every store."""

import asyncio
import contextlib
import errno
import hashlib
import os
import signal
import subprocess
import sys
import time

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federity import files
from federity.config import Config
from federity.errors import (
    BadBlob,
    BlobError,
    BlobMismatch,
    BlobMissing,
    CommitmentMismatch,
    FileUnavailable,
    StorageFull,
)
from federity.objects import Location, LocationKind
from federity.objects.blob import BlobFile
from federity.storage import DirectoryStorage, MemoryStorage
from federity.storage.arweave.encoding import to_base64
from federity.storage.arweave.opening import open_storage
from federity.storage.arweave.store import ArweaveStorage
from federity.storage.http import HttpStorage
from support.arweave_net import Found
from support.clock import QuickClock
from support.permanent import permanent


@pytest_asyncio.fixture(params=["memory", "directory", "node", "arweave items", "arweave transactions"])
async def store(request, tmp_path):
    """Every adapter; those of Arweave on doubles of its services, the other on a real `federity node`."""
    kind, _, way = request.param.partition(" ")
    if kind == "node":
        async with opened_at_node(tmp_path) as store:
            yield store
        return
    if kind != "arweave":
        yield MemoryStorage() if kind == "memory" else DirectoryStorage(tmp_path / "store")
        return
    async with permanent(tmp_path) as there:
        found = await there.store(way)
        found.there = there
        yield found


@contextlib.asynccontextmanager
async def opened_at_node(tmp_path):
    """A store of this machine's at a node with a folder of its own."""
    from contract.served import served

    async with served(tmp_path / "team") as node:
        config = Config.read(tmp_path).with_setting("storage", node.url)
        async with open_storage(config, lambda: None, QuickClock()) as opened:
            yield opened


def read(store, location: Location, data: bytes, limit: int | None = None):
    """The blob at a location, which is said to be `data`."""
    return store.get(location, limit, sha256=hashlib.sha256(data).digest())


def damage(store, location: Location, blob: bytes, data: bytes) -> None:
    """Put other bytes where a blob is, as a failing disk or a liar would."""
    if isinstance(store, HttpStorage):
        damage(DirectoryStorage(store._here.folder.root.parent / "team" / "store"), location, blob, data)
        store = store._here.folder
    if isinstance(store, MemoryStorage):
        store.blobs[location.id] = data
        return
    folder = store.folder if isinstance(store, ArweaveStorage) else store
    path = folder.path(Location.of(blob))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if isinstance(store, ArweaveStorage):
        id = to_base64(location.id)
        store.there.net.served[id] = Found(data, ())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(data=st.binary(max_size=300))
async def test_what_is_put_is_there(store, data):
    location = await store.put(data)
    assert location == await store.locate(data)
    assert (location == Location.of(data)) != isinstance(store, ArweaveStorage)
    assert bytes(await read(store, location, data)) == data
    if isinstance(store, ArweaveStorage):
        store.there.net.mine()
    assert await store.has(location)


async def test_what_was_never_put_is_missing(store):
    location = Location.of(b"never")
    assert not await store.has(location)
    with pytest.raises(BlobMissing, match=str(location)):
        await store.get(location)


@pytest.mark.parametrize("kind", [LocationKind.NONE, LocationKind.ARWEAVE, LocationKind.BUNDLED])
async def test_locations_of_other_kinds_are_not_here(store, kind):
    with pytest.raises(BlobMissing):
        await store.get(Location(kind, bytes(32)))


@pytest.mark.parametrize("other", [b"", b"whole blo", b"whole blob.", b"whole bl\x00b", b"another"])
async def test_other_bytes_are_never_returned(store, other):
    location = await store.put(b"whole blob")
    damage(store, location, b"whole blob", other)
    with pytest.raises(BlobMismatch, match="sha256"):
        await read(store, location, b"whole blob")


async def test_putting_twice_is_putting_once(store):
    assert await store.put(b"same") == await store.put(b"same")
    assert bytes(await store.get(Location.of(b"same"))) == b"same"


async def test_many_writers_at_once(store):
    blobs = [bytes([k % 7]) * 50_000 for k in range(40)]
    locations = await asyncio.gather(*(store.put(blob) for blob in blobs))
    found = [bytes(await read(store, *each)) for each in zip(locations, blobs, strict=True)]
    assert found == blobs


async def test_bytes_are_copied(store):
    data = bytearray(b"mutable")
    location = await store.put(bytes(data))
    data[0] = 0
    assert bytes(await read(store, location, b"mutable")) == b"mutable"


async def test_parts_are_one_blob_whoever_makes_them(store, tmp_path):
    (tmp_path / "file").write_bytes(b"abcde")
    location = await store.put(b"abcde")
    for data in (b"abcde", [b"ab", memoryview(b"cde")], iter([b"", b"abcde"]), BlobFile(tmp_path / "file")):
        assert await store.put(data) == location
        assert bytes(await read(store, location, b"abcde")) == b"abcde"
    assert await store.put(await read(store, location, b"abcde")) == location


async def test_an_error_while_parts_are_made_ends_the_blob(store, tmp_path):
    def parts():
        yield b"first"
        raise CommitmentMismatch("the second is wrong")

    with pytest.raises(CommitmentMismatch, match="second"):
        await store.put(parts())
    assert not await store.has(Location.of(b"first"))
    assert [path for path in tmp_path.rglob("*") if path.is_file() and "chain" not in path.parts] == []


# What only files can suffer.


@pytest.fixture
def directory(tmp_path):
    return DirectoryStorage(tmp_path / "store")


def names(directory: DirectoryStorage) -> list[str]:
    return [path.name for path in directory.root.rglob("*") if path.is_file()]


async def test_a_blob_lies_under_its_hash(directory):
    location = await directory.put(b"abc")
    name = location.id.hex()
    assert directory.path(location) == directory.root / name[:2] / name[2:]
    assert names(directory) == [name[2:]]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk_leaves_nothing_behind(directory, monkeypatch, code):
    def full(_handle):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StorageFull, match="no room") as caught:
        await directory.put(b"abc")
    assert caught.value.hint
    assert names(directory) == []
    monkeypatch.undo()
    assert bytes(await directory.get(await directory.put(b"abc"))) == b"abc"


async def test_putting_heals_a_damaged_blob(directory):
    location = await directory.put(b"abc")
    damage(directory, location, b"abc", b"ab")
    await directory.put(b"abc")
    assert bytes(await directory.get(location)) == b"abc"


WRITER = """
import asyncio, sys
from federity.storage import DirectoryStorage
async def main():
    store, k = DirectoryStorage(sys.argv[1]), 0
    while True:
        await store.put(k.to_bytes(4, "little") * 250_000)
        print(k, flush=True)
        k += 1
asyncio.run(main())
"""


def writer(root) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE, text=True)


def killed(process: subprocess.Popen[str], blobs: int, delay: float = 0.0) -> list[str]:
    """Wait until so many blobs are written, and a little, and kill the writer; return what it said."""
    try:
        said = [process.stdout.readline() for _ in range(blobs)]
        time.sleep(delay)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        said += process.stdout.readlines()
        process.stdout.close()
        process.wait()
    return said


async def test_a_writer_killed_at_any_point_leaves_whole_blobs_only(directory):
    for attempt in range(4):
        said = await asyncio.to_thread(killed, writer(directory.root), 1, 0.013 * attempt)
        for k in range(len(said) + 2):
            blob = k.to_bytes(4, "little") * 250_000
            with contextlib.suppress(BlobMissing):
                assert bytes(await directory.get(Location.of(blob))) == blob
            # The command is repeated: whatever was left behind is not in its way.
            assert bytes(await directory.get(await directory.put(blob))) == blob


async def test_what_a_killed_writer_left_goes_away_at_once_and_what_a_living_one_writes_stays(directory):
    await directory.put(b"abc")
    left = directory.root / f"{files.WRITING}left"
    left.write_bytes(b"half")

    def parts():
        yield b"ab"
        inner.append(asyncio.run(directory.put(b"another")))
        assert not left.exists()
        yield b"cd"

    inner = []
    location = await directory.put(parts())
    assert bytes(await directory.get(location)) == b"abcd"
    assert bytes(await directory.get(inner[0])) == b"another"


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.EACCES])
async def test_what_cannot_be_read_now_is_neither_missing_nor_bad(directory, monkeypatch, number):
    location = await directory.put(b"abc")

    def failing(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "pread", failing)
    with pytest.raises(FileUnavailable) as refused:
        await directory.get(location)
    assert not isinstance(refused.value, BlobError)
    monkeypatch.undo()
    assert bytes(await directory.get(location)) == b"abc"


async def test_two_processes_writing_the_same_blobs(directory):
    writers = [writer(directory.root) for _ in range(2)]
    for process in writers:
        assert "4\n" in await asyncio.to_thread(killed, process, 5)
    for k in range(5):
        blob = k.to_bytes(4, "little") * 250_000
        assert bytes(await directory.get(Location.of(blob))) == blob


async def test_a_blob_larger_than_its_reader_can_use_is_refused_unread(store):
    location = await store.put(b"x" * 100)
    assert bytes(await read(store, location, b"x" * 100, 100)) == b"x" * 100
    damage(store, location, b"x" * 100, b"y" * 101)
    with pytest.raises(BadBlob, match="101 bytes, and what it should be has at most 100"):
        await read(store, location, b"x" * 100, 100)
