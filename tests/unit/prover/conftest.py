"""A prover whose keys and reference string are made once."""

from pathlib import Path

import pytest

from federity.prover.groth16 import Groth16Prover


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prover")


@pytest.fixture
def prover(cache: Path) -> Groth16Prover:
    return Groth16Prover(cache)
