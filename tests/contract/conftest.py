"""Each port's suite runs on every adapter."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from federity.chain.base import ChainClient
from federity.chain.embedded import EmbeddedChain
from federity.wallet import Wallet

SOL = 1_000_000_000


@pytest_asyncio.fixture(params=["embedded", pytest.param("rpc", marks=pytest.mark.network)])
async def chain(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ChainClient]:
    if request.param == "embedded":
        async with await EmbeddedChain.open(tmp_path / "chain") as embedded:
            yield embedded
        return
    from federity.chain.rpc import RpcChain

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
