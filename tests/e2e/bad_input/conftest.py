"""A published repository, copied for each test, and a machine with nothing on it."""

from pathlib import Path

import pytest

from support.people import Person


@pytest.fixture
def nobody(tmp_path: Path) -> Person:
    """A fresh machine: no wallet, no chain."""
    (tmp_path / "new").mkdir()
    return Person(tmp_path / "fresh", tmp_path / "new", tmp_path / "fresh" / "id.json")
