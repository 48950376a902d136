"""The explorer at 100,000 events: how long the index takes, and its pages."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx2

from bench.explorer_history import Script, ToldChain
from bench.report import Table
from federity._generated.events import HeadMoved
from federity.chain.base import ChainClient, TransactionRecord
from federity.session import Session
from federity_explorer.app import Explorer
from federity_explorer.guarding import Limits
from federity_explorer.index.follower import Follower
from federity_explorer.index.store import Store
from federity_explorer.read.database import Database
from federity_explorer.read.links import Links
from federity_explorer.site import Site

EVENTS = 100_000
REPEATS = 5


def table() -> Table:
    """Index a history that a chain tells from memory, then ask for each kind of page."""
    return asyncio.run(_table())


async def _table() -> Table:
    chain = ToldChain(_history(), final=0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.sqlite3"
        store = Store(path)
        started = time.process_time()
        await Follower(_as_chain(ToldChain(chain.records)), store).catch_up()
        seconds = time.process_time() - started
        count = store.db.execute("SELECT count(*) FROM events").fetchone()[0]
        rows = [["index", f"{count:,} events from zero", f"{seconds:.1f} s"]]
        for name, milliseconds in (await _pages(path, chain)).items():
            rows.append(["page", name, f"{milliseconds:.0f} ms"])
        store.close()
    return Table(
        "Explorer",
        "A made-up history of rounds, operations and branches, told newest first by a chain in memory and "
        "decoded from the bytes of events; then pages, the whole way from request to HTML, the median of "
        f"{REPEATS}. Processor time.",
        ("what", "of", "time"),
        rows,
    )


def _history() -> list[TransactionRecord]:
    script, count = Script(0, people=12), 0
    records: list[TransactionRecord] = []
    for record in script.play(1 << 30):
        records.append(record)
        count += len(record.events)
        if count >= EVENTS:
            break
    return records


def _as_chain(told: ToldChain) -> ChainClient:
    """As much of a chain as is asked here."""
    return cast(ChainClient, told)


async def _pages(path: Path, chain: ToldChain) -> dict[str, float]:
    database = Database(path)
    site = Site(database, Links("", ""), "a chain in memory", "http://explorer", 0)
    app = Explorer(site, cast(Session, SimpleNamespace(chain=chain)), Limits(rate=0)).app()
    moves = [event for record in chain.records for event in record.events if isinstance(event, HeadMoved)]
    last = moves[-1]
    branch, head = last.branch, last.head
    first = "SELECT address FROM repositories WHERE ancestor = ''"
    repository = database.ask(lambda db: db.execute(first).fetchone()[0])
    author = database.ask(lambda db: db.execute("SELECT author FROM commits LIMIT 1").fetchone()[0])
    wanted = {
        "front page": "/",
        "repository": f"/r/{repository}",
        "history": f"/r/{repository}/history",
        "branch": f"/b/{branch}",
        "proposals": f"/r/{repository}/proposals?state=all",
        "commit": f"/c/{head}",
        "round": f"/round/{last.round}",
        "wallet": f"/w/{author}",
        "search": f"/search?q={str(head)[:12]}",
        "events": f"/events/{repository}",
        f"provenance of {len(moves):,} heads, first time": f"/c/{head}/provenance",
        f"provenance of {len(moves):,} heads, again": f"/c/{head}/provenance",
    }
    transport = httpx2.ASGITransport(app=app)
    found: dict[str, float] = {}
    async with httpx2.AsyncClient(transport=transport, base_url="http://explorer") as client:
        for name, url in wanted.items():
            times = []
            for _ in range(1 if "first" in name else REPEATS):
                started = time.process_time()
                answer = await client.get(url)
                times.append(1000 * (time.process_time() - started))
                assert answer.status_code in (200, 404), (url, answer.status_code)
            found[name] = statistics.median(times)
    database.close()
    return found
