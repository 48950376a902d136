"""A node's chain for all tests that need one and nothing more."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
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


@pytest.fixture(autouse=True)
def nothing_went_wrong(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever is asked, no answer is a traceback in the node's log."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
