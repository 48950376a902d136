from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from federity.chain.embedded import EmbeddedChain
from federity.wallet import Wallet


@pytest_asyncio.fixture
async def chain(tmp_path: Path) -> AsyncIterator[EmbeddedChain]:
    async with await EmbeddedChain.open(tmp_path / "chain", {}) as opened:
        yield opened


@pytest_asyncio.fixture
async def wallet(chain: EmbeddedChain) -> Wallet:
    funded = Wallet.generate()
    await chain.airdrop(funded.pubkey, 10_000_000_000)
    return funded
