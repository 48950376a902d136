"""A node's chain for all tests that need one and nothing more."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from federity_node.chain import Chain
from node.asking import Asked


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def ask(tmp_path_factory: Any) -> AsyncIterator[Asked]:
    """Asks one chain that all share."""
    folder: Path = tmp_path_factory.mktemp("node")
    chain = await Chain.open(folder / "chain")
    yield Asked(chain)
    chain.close()
