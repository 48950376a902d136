"""A fresh embedded chain and store for every test; keys and reference string are shared by all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from e2e.team import Team
from federity.chain.embedded import EmbeddedChain
from federity.prover.groth16 import Groth16Prover
from federity.storage.directory import DirectoryStorage


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where development keys and the reference string are kept between tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def team(tmp_path: Path, cache: Path) -> AsyncIterator[Team]:
    """Nobody yet, but a chain that runs the program."""
    async with await EmbeddedChain.open(tmp_path / "chain") as chain:
        yield Team(tmp_path, chain, DirectoryStorage(tmp_path / "store"), Groth16Prover(cache))
