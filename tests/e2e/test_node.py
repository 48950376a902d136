"""A repository's life through an RPC node: what each verb asks of it, and what a bad hour of it does."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contract.moods import PASSING
from contract.node import Node, serving
from e2e.keeping import ready_to_merge
from e2e.team import Team, trained, weights
from federity.chain.embedded import EmbeddedChain
from federity.chain.rpc import RpcChain
from federity.errors import ChainUnavailable
from federity.prover.groth16 import Groth16Prover
from federity.repository.repository import Repository
from federity.storage.directory import DirectoryStorage
from federity_keeper.events import Log
from federity_keeper.service import open_keeper
from support.clock import QuickClock

pytestmark = pytest.mark.svm


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with await EmbeddedChain.open(tmp_path / "chain") as embedded:
        yield Node(embedded)


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
async def team(node: Node, clock: QuickClock, tmp_path: Path) -> AsyncIterator[Team]:
    async with serving(node) as url, await RpcChain.open(url, clock=clock) as chain:
        cache = tmp_path / "cache"
        store = DirectoryStorage(tmp_path / "store")
        yield Team(tmp_path, chain, store, Groth16Prover(cache))  # type: ignore[arg-type]


async def test_verbs_ask_little(node: Node, team: Team) -> None:
    """An upper bound a verb: who makes one dearer sees it here."""
    session = await team.session("owner")
    owner = await Repository.create(session, team.path("owner"), weights(), name="digits", insecure=True)
    model = trained(weights())
    await owner.commit(model, "one", samples=1)
    asked: dict[str, int] = {}
    for name, verb in (
        ("first push", lambda: owner.push(level=0)),
        ("status", owner.status),
        ("pull", lambda: owner.pull(model, force=True)),
        ("commit", lambda: owner.commit(trained(model, 2), "two", samples=1)),
        ("price of a push", lambda: owner.push(level=0, dry_run=True)),
        ("push", lambda: owner.push(level=0)),
        ("log", owner.log),
    ):
        node.asked.clear()
        await verb()
        asked[name] = len(node.asked)
    most = {
        "first push": 20,
        "status": 4,
        "pull": 5,
        "commit": 0,
        "price of a push": 12,
        "push": 20,
        "log": 16,
    }
    assert {name: count for name, count in asked.items() if count > most[name]} == {}


async def test_a_keeper_outlives_a_bad_hour(
    node: Node, clock: QuickClock, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEDERITY_HOME", str(team.root))
    owner, config = await ready_to_merge(team, "embedded")
    chance = random.Random(3)
    async with open_keeper(config, Log(json=True), team.chain) as keeper:
        node.mood = lambda method: chance.choice(PASSING)
        until = clock.now() + 3600
        while clock.now() < until:
            with pytest.raises(ChainUnavailable):
                await keeper.step()
        node.mood = lambda method: chance.choice(PASSING) if chance.random() < 0.2 else None
        while await keeper.step():
            pass
        node.mood = lambda method: None
    model = weights()
    assert (await owner.pull(model, force=True)).head_seq == 1
