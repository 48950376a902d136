"""An explorer over a history that nobody had to prove: pages are asked for without a port."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest_asyncio

from bench.explorer_history import Script, ToldChain
from explorer.hostile import Said
from federity.chain.base import ChainClient
from federity.session import Session
from federity_explorer.app import Explorer
from federity_explorer.guarding import Limits
from federity_explorer.index.follower import Follower
from federity_explorer.index.store import Store
from federity_explorer.read.database import Database
from federity_explorer.read.links import Links
from federity_explorer.site import Site


@pytest_asyncio.fixture
async def said(tmp_path: Path) -> AsyncIterator[Said]:
    """Pages over a short history, in which every text of a stranger is hostile."""
    chain = ToldChain(list(Script(11).play(40)))
    store = Store(tmp_path / "index.sqlite3")
    await Follower(cast(ChainClient, chain), store).catch_up()
    found = Said(store)
    found.write()
    database = Database(tmp_path / "index.sqlite3")
    site = Site(database, Links("x", "http://127.0.0.1/rpc"), "a <chain>", "http://explorer", 1 << 20)
    app = Explorer(site, cast(Session, SimpleNamespace(chain=chain)), Limits(rate=0)).app()
    transport: Any = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://explorer") as client:
        found.client = client
        yield found
    database.close()
    store.close()
