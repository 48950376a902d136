"""Those who may not, those who come too late, and those with nothing to say."""

from pathlib import Path

import pytest

from federity import errors
from support.people import Person

pytestmark = pytest.mark.svm


def test_not_a_member(owner: Person, tmp_path: Path) -> None:
    stranger = owner.newcomer("stranger").at(tmp_path)
    stranger.do("clone", f"{owner.address()}/digits")
    stranger = stranger.at(tmp_path / "digits")
    stranger.train()
    stranger.do("commit", "-m", "mine")
    stranger.refused(errors.NotAMember, "push", "--yes", "--level", "0")


def test_stale_head(owner: Person, tmp_path: Path) -> None:
    owner.at(tmp_path).do("clone", f"{owner.address()}/digits", "other")
    other = owner.at(tmp_path / "other")
    for seed, person in enumerate((owner, other), 1):
        person.train(seed)
        person.do("commit", "-m", f"change {seed}")
    owner.do("push", "--yes", "--level", "0")
    other.refused(errors.StaleHead, "push", "--yes", "--level", "0")
    other.do("pull", "--force")
    other.do("push", "--yes", "--level", "0")


def test_nothing_to_commit(owner: Person) -> None:
    owner.refused(errors.NothingToDo, "commit", "-m", "nothing")


def test_nothing_to_push(owner: Person) -> None:
    owner.refused(errors.NothingToDo, "push", "--yes")
