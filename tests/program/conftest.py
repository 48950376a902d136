"""A fresh virtual machine with the built program for every test."""

import os
from pathlib import Path

import pytest
from solders.keypair import Keypair

from federity.chain.program import packaged_program
from program.proving import Prover
from program.world import RULES, World, wallet


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.svm)


@pytest.fixture(scope="session")
def program() -> bytes:
    """The program under test: the committed one, or the file that FEDERITY_PROGRAM names."""
    path = os.environ.get("FEDERITY_PROGRAM")
    return Path(path).read_bytes() if path else packaged_program()


@pytest.fixture
def empty(program: bytes) -> World:
    """A machine without any repository."""
    return World(program)


@pytest.fixture
def world(empty: World) -> World:
    """The owner's repository with one unprotected branch."""
    empty.publish(RULES)
    return empty


@pytest.fixture
def alice() -> Keypair:
    return wallet("alice")


@pytest.fixture
def bob() -> Keypair:
    return wallet("bob")


@pytest.fixture
def keeper() -> Keypair:
    return wallet("keeper")


@pytest.fixture
def stranger() -> Keypair:
    return wallet("stranger")


@pytest.fixture(scope="session")
def prover(tmp_path_factory: pytest.TempPathFactory) -> Prover:
    """Development keys, made once."""
    return Prover(tmp_path_factory.mktemp("keys"))
