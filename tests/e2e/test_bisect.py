"""A search for the first bad commit, by the weights that a script finds in the model file."""

import json
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from federity.errors import ConfigError, NothingToDo, WorktreeError
from support.people import MODEL, Person

pytestmark = pytest.mark.svm

JUDGE = """#!{python}
import json, sys
from safetensors.numpy import load_file
value = float(load_file("model.safetensors")["layer.bias"][0])
with open({seen!r}, "a") as file: print(value, file=file)
sys.exit(0 if value < {limit} else 3)
"""


def test_a_script_finds_the_first_bad_commit(owner: Person, tmp_path: Path) -> None:
    import sys

    first = load_file(owner.here / MODEL)
    values = []
    for number in range(1, 5):
        owner.write({name: value + number * (name == "layer.bias") for name, value in first.items()})
        owner.do("commit", "-m", f"step {number}", "--ratio", "1")
        owner.do("push", "--yes", "--level", "0")
        owner.do("pull")
        values.append(float(load_file(owner.here / MODEL)["layer.bias"][0]))
    head = load_file(owner.here / MODEL)
    limit = (values[1] + values[2]) / 2
    script, seen = tmp_path / "judge", tmp_path / "seen"
    script.write_text(JUDGE.format(python=sys.executable, seen=str(seen), limit=limit))
    script.chmod(0o755)
    assert "No search has begun" in owner.refused(NothingToDo, "bisect", "good")
    assert "not in the past" in owner.refused(ConfigError, "bisect", "start", "HEAD~2", "HEAD")
    said = json.loads(owner.do("bisect", "start", "HEAD", "HEAD~4", "--json"))
    assert (said["left"], said["first_bad"]) == (3, "")
    assert load_file(owner.here / MODEL)["layer.bias"][0] == values[1]
    done = json.loads(owner.do("--json", "bisect", "run", str(script)))
    log = json.loads(owner.do("log", "main", "--json"))
    bad = [view for view in log if view["message"] == "step 3"]
    assert [view["address"] for view in bad] == [done["first_bad"]]
    assert len(seen.read_text().splitlines()) == 2
    owner.do("bisect", "reset")
    found = load_file(owner.here / MODEL)
    assert all((found[name] == head[name]).all() for name in head)
    assert "No search has begun" in owner.refused(NothingToDo, "bisect", "reset")
    # What was trained and not committed is in the way, as of every checkout.
    owner.train(3)
    owner.refused(WorktreeError, "bisect", "start", "HEAD", "HEAD~4")
