"""Federity does what git does: each scenario on both, and everything that is seen is compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from conformance.scenarios import SCENARIOS
from conformance.sides import NUMBERS, Federity, Git
from support.people import start

pytestmark = pytest.mark.svm

Sides = tuple[Git, Federity]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine with git's clone and a published repository; scenarios work on copies."""
    root = tmp_path_factory.mktemp("both")
    start(root / "machine", model={"w": np.zeros(NUMBERS, np.float32)})
    Git.start(root)
    return root


@pytest.fixture
def sides(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sides:
    root = tmp_path / "both"
    shutil.copytree(template, root)
    home = root / "machine" / "home"
    monkeypatch.setenv("FEDERITY_HOME", str(home))
    return Git(root), Federity(root / "machine" / "digits", home / "id.json")


def do(sides: Sides, line: str) -> None:
    """Do one line on both, which must agree on whether it can be done, and see the same afterwards."""
    git, ours = sides
    refused, words = line.startswith("!"), line.removeprefix("!").split()
    if words[0] == "train":
        git.train(int(words[1]))
        ours.train(int(words[1]))
        return
    before = ours.view() if refused else None
    assert git.do(words) is not refused, f"git: {line}"
    assert ours.do(words) is not refused, f"{line}: {ours.said}"
    assert ours.view() == git.view(), f"after {line}: {ours.said}"
    assert before in (None, ours.view())


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_do_the_same(name: str, sides: Sides) -> None:
    for line in SCENARIOS[name].split("; "):
        do(sides, line)


def test_what_was_picked_is_not_merged_in_again(sides: Sides) -> None:
    """git compares lines, and takes the same line of two sides once. A sum would count it twice: that is
    refused, with what makes it once.
    """
    git, ours = sides
    side = "switch-c side; train 1; commit -m one; train 2; commit -m two; push"
    main = "switch main; train 3; commit -m three; push; cherry-pick side"
    for line in f"{side}; {main}".split("; "):
        do(sides, line)
    assert not ours.do(["merge", "side"])
    assert "2 times" in ours.said
    command, _, rest = ours.said.rpartition("`federity revert ")[2].partition("`")
    assert rest.startswith(", then merge")
    assert ours.do(["revert", command]), ours.said
    assert ours.do(["merge", "side"]), ours.said
    assert git.do(["merge", "side"])
    assert ours.view().numbers == git.view().numbers == (0, 1, 1, 1, 0, 0, 0, 0)


def test_there_are_scenarios_enough() -> None:
    assert len(SCENARIOS) >= 80
