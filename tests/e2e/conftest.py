"""A fresh embedded chain and store for every test; keys and reference string are shared by all."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from e2e.team import Team
from federity.chain.embedded import EmbeddedChain
from federity.prover.groth16 import Groth16Prover
from federity.storage.directory import DirectoryStorage
from support.people import Person, start


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where development keys and the reference string are kept between tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine on which a repository was published; tests work on copies of it."""
    root = tmp_path_factory.mktemp("machine")
    start(root)
    return root


@pytest.fixture
def owner(template: Path, tmp_path: Path) -> Person:
    """The owner of a published repository, in its working copy."""
    root = tmp_path / "machine"
    shutil.copytree(template, root)
    return Person(root / "home", root / "digits", root / "home" / "id.json")


@pytest.fixture
async def team(tmp_path: Path, cache: Path) -> AsyncIterator[Team]:
    """Nobody yet, but a chain that runs the program."""
    async with await EmbeddedChain.open(tmp_path / "chain") as chain:
        yield Team(tmp_path, chain, DirectoryStorage(tmp_path / "store"), Groth16Prover(cache))
