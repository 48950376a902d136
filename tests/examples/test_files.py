"""The files of `examples/`: one per family and framework, short, with a loop that is the user's own."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from support.families import EXAMPLES, GAINS, example

FILES = sorted(EXAMPLES / f"{name}_{framework}.py" for name in GAINS for framework in ("torch", "keras"))


def test_every_family_has_a_file_per_framework_and_every_file_a_family(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    families = example("families", monkeypatch)
    assert set(families.FAMILIES) == set(GAINS)
    there = {path for path in EXAMPLES.glob("*_*.py") if "from team import" in path.read_text()}
    assert set(FILES) == there


@pytest.mark.svm
@pytest.mark.parametrize("name", ["gcn_torch", "gcn_keras"])
def test_an_example_runs_as_it_is(name: str) -> None:
    command = [sys.executable, EXAMPLES / f"{name}.py", "--level", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    outcome = json.loads(done.stdout)
    assert outcome["name"] == "gcn"
    assert outcome["after"] > outcome["before"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_is_short_and_its_loop_is_the_users_own(path: Path) -> None:
    text = path.read_text()
    assert len([line for line in text.splitlines() if line.strip()]) < 80
    assert "federity" not in text
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    ours = {"play", "one_round", "team"}
    assert not any(
        isinstance(node, ast.Name) and node.id in ours
        for function in functions
        for node in ast.walk(function)
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_example_imports_one_framework_only(path: Path) -> None:
    other = {"torch", "torchvision", "transformers", "peft"}
    if path.stem.endswith("_torch"):
        other = {"keras", "keras_hub", "tensorflow"}
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    assert not names & other
