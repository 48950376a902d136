"""A disk that fills up at any moment: nothing is half-written, and the command works once there is room."""

from pathlib import Path

import pytest

from federity import errors
from support.people import Person

pytestmark = pytest.mark.svm


@pytest.mark.parametrize("limit", [0, 200])
def test_a_full_disk_while_committing(owner: Person, limit: int) -> None:
    owner.train()
    before = owner.files()
    owner.refused(errors.StorageFull, "commit", "-m", "x", file_limit=limit)
    assert owner.files() == before
    owner.do("commit", "-m", "x")


def test_a_disk_that_has_room_for_the_delta_and_not_for_what_it_drops(owner: Person) -> None:
    """The delta's blob may stay, as it is named by its hash; there is no commit, and nothing half-written."""
    owner.train()
    owner.refused(errors.StorageFull, "commit", "-m", "x", file_limit=500)
    assert list((owner.here / ".federity" / "commits").iterdir()) == []
    owner.do("commit", "-m", "x")


@pytest.mark.parametrize("limit", [0, 300])
def test_a_full_disk_while_pushing(owner: Person, limit: int) -> None:
    owner.train()
    owner.do("commit", "-m", "x")
    owner.refused(errors.StorageFull, "push", "--yes", "--level", "0", file_limit=limit)
    owner.do("push", "--yes", "--level", "0")


@pytest.mark.parametrize("limit", [0, 300])
def test_a_full_disk_while_cloning(owner: Person, tmp_path: Path, limit: int) -> None:
    person = owner.at(tmp_path)
    person.refused(errors.StorageFull, "clone", f"{owner.address()}/digits", "copy", file_limit=limit)
    assert not (tmp_path / "copy" / ".federity" / "config.toml").exists()
    person.do("clone", f"{owner.address()}/digits", "copy")


def test_a_full_disk_while_making_a_wallet(nobody: Person) -> None:
    nobody.refused(errors.StorageFull, "key", "new", str(nobody.keypair), file_limit=0)
    nobody.do("key", "new", str(nobody.keypair))
