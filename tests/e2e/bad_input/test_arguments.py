"""Arguments that mean nothing: one sentence, a code of its own, and nothing changed."""

from pathlib import Path

import pytest

from federity import errors
from federity.cli.refused import Refused
from support.people import Person

pytestmark = pytest.mark.svm


def wrong_usage(person: Person, *arguments: str) -> str:
    """Run a command that the parser must refuse."""
    outcome = person.run(*arguments)
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert "Traceback" not in outcome.err
    last = outcome.err.strip().splitlines()[-1]
    assert last.startswith("federity: ")
    return last


@pytest.mark.parametrize("amount", ["-5", "0", "nan", "inf", "1e30", "ten", "1e-12"])
def test_amounts_that_are_none(nobody: Person, amount: str) -> None:
    assert amount in wrong_usage(nobody, "key", "airdrop", "--", amount)


@pytest.mark.parametrize(
    "arguments",
    [
        ("log", "-n", "-1"),
        ("round", "list", "-n", "x"),
        ("round", "show", "--", "-1"),
        ("round", "show", "9" * 30),
        ("demo", "--seed", "-1"),
        ("merge", "--weight", "a"),
        ("commit", "--figure", "a="),
    ],
    ids=" ".join,
)
def test_numbers_that_are_none(owner: Person, arguments: tuple[str, ...]) -> None:
    before = owner.files()
    wrong_usage(owner, *arguments)
    assert owner.files() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("init", "new", "--insecure"),
        ("clone", "OWNER/digits", "new"),
        ("checkout", "HEAD", "--export", "new"),
        ("pull",),
        ("log", "--plot", "new.svg"),
        ("commit",),
        ("demo",),
        ("status",),
        ("whoami",),
    ],
    ids=" ".join,
)
def test_what_pays_nothing_has_no_dry_run_and_says_so(owner: Person, arguments: tuple[str, ...]) -> None:
    owner.train()
    before = owner.files()
    assert "no --dry-run" in owner.refused(Refused, *arguments, "--dry-run")
    assert owner.files() == before
    assert not (owner.here / "new").exists()


@pytest.mark.parametrize("folder", ["nowhere", "model.safetensors"])
def test_a_folder_to_start_in_that_is_none(owner: Person, folder: str) -> None:
    assert f"cannot run in {folder}" in owner.refused(Refused, "-C", folder, "status")


def test_names_that_are_empty(nobody: Person, owner: Person) -> None:
    owner.refused(errors.ConfigError, "init", "new", "--name", "", "--insecure", "--model", ".")
    assert not (owner.here / "new").exists()
    nobody.refused(errors.ConfigError, "config", "keypair", "")
    nobody.refused(errors.NotFound, "clone", "")
    nobody.refused(errors.NotFound, "clone", "somebody/")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--ratio", "nan"), "nan"),
        (("--ratio", "inf"), "inf"),
        (("--figure", "accuracy=2"), "accuracy is a number from 0.0 to 1.0"),
        (("--figure", "loss=-5"), "loss is a number from 0.0"),
        (("--figure", "loss=nan"), "not finite"),
    ],
)
def test_what_a_commit_declares_makes_sense(owner: Person, arguments: tuple[str, ...], reason: str) -> None:
    owner.train()
    before = owner.files()
    assert reason in owner.refused(errors.ConfigError, "commit", "-m", "x", *arguments)
    assert owner.files() == before


def test_a_file_is_no_commit(owner: Person) -> None:
    assert "federity restore" in owner.refused(Refused, "checkout", "--", "model.safetensors")


def test_weights_restored_into_another_file_are_said_to_be_there(owner: Person) -> None:
    assert " in modle.safetensors, sha256 " in owner.do("restore", "modle.safetensors")


def test_a_commit_that_was_never_proposed_is_not_reviewed(owner: Person) -> None:
    owner.refused(errors.NotFound, "review", "HEAD", "--approve", "--yes")


def test_places_that_take_no_weights(owner: Person, tmp_path: Path) -> None:
    before = owner.files()
    owner.refused(errors.BadModelFile, "checkout", "HEAD", "--model", "weights.h5")
    owner.refused(errors.FileUnavailable, "checkout", "HEAD", "--model", "/proc/weights.safetensors")
    owner.refused(errors.FileUnavailable, "checkout", "HEAD", "--export", "/proc/folder")
    owner.do("pull", "--force")
    assert {name for name in owner.files() if ".federity" not in name} == {
        name for name in before if ".federity" not in name
    }
