"""The wrong folder, chain, repository or commit."""

from dataclasses import replace
from pathlib import Path

import pytest

from federity import errors
from support.people import Person

pytestmark = pytest.mark.svm


def test_not_a_working_copy(nobody: Person) -> None:
    nobody.refused(errors.WorktreeError, "status")


def test_a_damaged_working_copy(owner: Person) -> None:
    (owner.here / ".federity" / "config.toml").write_text("url = [")
    owner.refused(errors.WorktreeError, "status")


def test_a_setting_that_cannot_be_used(nobody: Person) -> None:
    nobody.refused(errors.ConfigError, "config", "url", "nowhere")
    assert not (nobody.home / "config.toml").exists()


def test_wrong_cluster(owner: Person, nobody: Person) -> None:
    nobody.do("key", "new", str(nobody.keypair))
    nobody.do("key", "airdrop", "1")
    before = owner.files()
    stranger = replace(owner, home=nobody.home, keypair=nobody.keypair)
    assert "FEDERITY_HOME" in stranger.refused(errors.WrongCluster, "pull")
    assert owner.files() == before


def test_no_answer_from_the_chain(owner: Person) -> None:
    owner.refused(errors.ChainUnavailable, "-u", "http://127.0.0.1:1", "whoami")


def test_unknown_repository(owner: Person, tmp_path: Path) -> None:
    owner.at(tmp_path).refused(errors.NotFound, "clone", f"{owner.address()}/nothing")
    assert not (tmp_path / "nothing").exists()


def test_unknown_commit(owner: Person) -> None:
    owner.refused(errors.NotFound, "show", "1" * 32)
