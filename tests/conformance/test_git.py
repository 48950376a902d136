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


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine with git's clone and a published repository; scenarios work on copies."""
    root = tmp_path_factory.mktemp("both")
    start(root / "machine", model={"w": np.zeros(NUMBERS, np.float32)})
    Git.start(root)
    return root


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_do_the_same(name: str, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "both"
    shutil.copytree(template, root)
    machine = root / "machine"
    monkeypatch.setenv("FEDERITY_HOME", str(machine / "home"))
    git, ours = Git(root), Federity(machine / "digits", machine / "home" / "id.json")
    for line in SCENARIOS[name].split(";"):
        words = line.split()
        refused = words[0].startswith("!")
        words[0] = words[0].removeprefix("!")
        if words[0] == "train":
            git.train(int(words[1]))
            ours.train(int(words[1]))
            continue
        before = ours.view() if refused else None
        assert git.do(words) is not refused, f"git: {line}"
        assert ours.do(words) is not refused, f"{line}: {ours.said}"
        assert ours.view() == git.view(), f"after {line}: {ours.said}"
        assert before in (None, ours.view())


def test_there_are_scenarios_enough() -> None:
    assert len(SCENARIOS) >= 80
