"""People on a real cluster, and a validator that a test may stop and start.

A team's chain is the cluster that FEDERITY_TEST_RPC names; FEDERITY_TEST_VALIDATOR is the validator's
program.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from e2e.team import Team
from federity.chain.rpc import RpcChain
from federity.prover.groth16 import Groth16Prover
from federity.storage.directory import DirectoryStorage
from federity.wallet import Wallet
from support.validator import Validator

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "programs" / "federity" / "federity.so"
PORT = 18899


def setting(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        pytest.skip(f"{name} names none")
    return value


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def team(tmp_path: Path, cache: Path) -> AsyncIterator[Team]:
    """Nobody yet, but a cluster that runs the program."""
    async with await RpcChain.open(setting("FEDERITY_TEST_RPC")) as chain:
        store = DirectoryStorage(tmp_path / "store")
        yield Team(tmp_path, chain, store, Groth16Prover(cache))  # type: ignore[arg-type]


@pytest.fixture
def validator(tmp_path: Path) -> Iterator[Validator]:
    """One of the test's own, with the program in its genesis; not started."""
    folder = tmp_path / "validator"
    folder.mkdir()
    binary = setting("FEDERITY_TEST_VALIDATOR")
    made = Validator(binary, folder, CODE, Wallet.generate().pubkey, PORT)
    try:
        yield made
    finally:
        made.kill()
