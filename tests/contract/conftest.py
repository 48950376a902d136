"""Each port's suite runs on every adapter."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from contract.node import Node, serving
from federity.chain.base import ChainClient
from federity.chain.embedded import EmbeddedChain
from federity.chain.rpc import RpcChain
from federity.wallet import Wallet
from support.clock import QuickClock

SOL = 1_000_000_000


@pytest_asyncio.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    """A node of a cluster, over an embedded chain without programs."""
    async with await EmbeddedChain.open(tmp_path / "chain", {}) as chain:
        yield Node(chain)


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


CLUSTER = pytest.param("cluster", marks=pytest.mark.network)


@pytest_asyncio.fixture(params=["embedded", "node", "served", CLUSTER])
async def chain(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ChainClient]:
    """The embedded chain; the RPC adapter on the tests' node, on `federity node`, on a real cluster."""
    if request.param == "served":
        from contract.served import served

        async with served(tmp_path) as node, await RpcChain.open(node.url, clock=QuickClock()) as rpc:
            yield rpc
        return
    if request.param != "cluster":
        async with await EmbeddedChain.open(tmp_path / "chain") as embedded:
            if request.param == "embedded":
                yield embedded
                return
            async with serving(Node(embedded)) as url, await RpcChain.open(url, clock=QuickClock()) as rpc:
                yield rpc
        return
    url = os.environ.get("FEDERITY_TEST_RPC")
    if not url:
        pytest.skip("FEDERITY_TEST_RPC names no cluster")
    async with await RpcChain.open(url) as rpc:
        yield rpc


@pytest_asyncio.fixture
async def wallet(chain: ChainClient) -> Wallet:
    funded = Wallet.generate()
    await chain.airdrop(funded.pubkey, 10 * SOL)
    return funded
