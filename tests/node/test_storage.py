"""A node as a team's store: what one machine puts there another finds, and what a bad day looks like."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from contract.served import served
from federity.config import Config
from federity.errors import BlobMissing, ConfigError, StorageFull, StorageUnavailable
from federity.objects.location import Location
from federity.storage.arweave.opening import open_storage
from federity.storage.http import HttpStorage
from federity_node.limits import Limits
from support.clock import QuickClock

pytestmark = pytest.mark.svm

DATA = bytes(range(256)) * 20_000


@asynccontextmanager
async def machine(folder: Path, url: str) -> AsyncIterator[HttpStorage]:
    """The store of a machine whose settings name a node."""
    config = Config.read(folder).with_setting("storage", url)

    def nobody() -> Any:
        raise AssertionError("nothing is signed for a node")

    async with open_storage(config, nobody, QuickClock()) as store:
        assert isinstance(store, HttpStorage)
        yield store


async def test_what_one_machine_puts_another_finds(tmp_path: Path) -> None:
    async with (
        served(tmp_path / "node") as node,
        machine(tmp_path / "one", node.url) as one,
        machine(tmp_path / "two", node.url) as two,
    ):
        location = await one.put([DATA[:100], DATA[100:]])
        assert location == Location.of(DATA) == await one.locate(DATA)
        assert await two.has(location)
        assert bytes(await two.get(location)) == DATA
        assert await two.price(100) == await one.price(1 << 40) == two.spent
    # It is on both machines now, and the node is not needed to read it.
    async with machine(tmp_path / "two", node.url) as two:
        assert bytes(await two.get(location)) == DATA
        with pytest.raises(StorageUnavailable, match=r"node at http://127\.0\.0\.1"):
            await two.has(location)
        with pytest.raises(StorageUnavailable):
            await two.put(b"new")
        with pytest.raises(StorageUnavailable):
            await two.get(Location.of(b"new to nobody"))
    async with served(tmp_path / "node") as node, machine(tmp_path / "two", node.url) as two:
        with pytest.raises(BlobMissing, match="does not have the blob"):
            await two.get(Location.of(b"never"))
        assert not await two.has(Location.of(b"new"))
        await two.put(b"new")
        assert await two.has(Location.of(b"new"))


async def test_without_the_token_a_blob_is_refused_by_name(tmp_path: Path) -> None:
    token = "a-token-of-some-length"
    async with served(tmp_path / "node", token=token) as node:
        async with machine(tmp_path / "one", node.url) as one:
            with pytest.raises(ConfigError, match="who has its token") as refused:
                await one.put(DATA)
            assert "http://TOKEN@HOST:PORT" in refused.value.hint
        async with machine(tmp_path / "one", node.url.replace("//", f"//{token}@")) as one:
            assert await one.has(await one.put(DATA))
        async with machine(tmp_path / "two", node.url) as two:
            assert bytes(await two.get(Location.of(DATA))) == DATA


async def test_a_node_takes_no_blob_larger_than_it_was_told(tmp_path: Path) -> None:
    async with (
        served(tmp_path / "node", Limits(blob=1000)) as node,
        machine(tmp_path / "a", node.url) as store,
    ):
        with pytest.raises(StorageFull, match=f"no room for a blob of {len(DATA)} bytes"):
            await store.put(DATA)
        assert await store.has(await store.put(b"x" * 1000))


@pytest.mark.parametrize(
    "url", ["http://", "http://a b", "ftp://a", "http://a:0", "http://a?token=x", "http://a/#x", "node", ""]
)
def test_what_is_no_node_is_no_storage(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        Config.read(tmp_path).with_setting("storage", url)
