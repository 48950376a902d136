"""A published repository, copied for each test, and a machine with nothing on it."""

import shutil
from pathlib import Path

import pytest

from support.people import Person, start


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
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
def nobody(tmp_path: Path) -> Person:
    """A fresh machine: no wallet, no chain."""
    (tmp_path / "new").mkdir()
    return Person(tmp_path / "fresh", tmp_path / "new", tmp_path / "fresh" / "id.json")
