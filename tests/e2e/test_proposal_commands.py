"""`federity pr` as people type it: gh's names and options, strangers' texts, exit codes."""

import json

import pytest

from federity.errors import NotApproved, NotFound
from support.people import Person

pytestmark = pytest.mark.svm

EVALUATE = """
import json, sys
from safetensors.numpy import load_file
print("loading")
print(json.dumps({"mean": float(load_file(sys.argv[1])["layer.bias"].mean())}))
"""


def test_a_proposal_from_its_creation_to_its_merge(owner: Person) -> None:
    owner.do("branch", "create", "side", "--yes")
    owner.do("switch", "side")
    owner.train(1)
    owner.do("commit", "-m", "trained")
    owner.do("push", "--yes", "--level", "0")
    owner.do("branch", "protect", "main", "--protected", "--yes")
    assert "no proposals" in owner.do("pr")
    assert owner.run("pr", "create", "--yes").code == 2
    said = owner.here / "said.txt"
    said.write_text("line one\nraw \x1b[31m red\n")
    price = owner.do("pr", "create", "--title", "Better", "-F", str(said), "--dry-run")
    assert "would cost" in price
    made = json.loads(owner.do("pr", "create", "--title", "Better", "-F", str(said), "--yes", "--json"))
    address = made["operation"]
    listed = owner.do("pr", "list", "--state", "open", "--base", "main")
    assert "Better" in listed
    assert "review required" in listed
    short = address[:8]
    owner.do("pr", "comment", short, "--body", "which data?\x1b[2J", "--yes")
    owner.do("pr", "review", short, "--request-changes", "-b", "say which", "--yes")
    shown = owner.do("pr", "view", short)
    assert "raw \\x1b[31m red" in shown
    assert "which data?\\x1b[2J" in shown
    assert "\x1b" not in shown
    assert "asked for changes: by " in shown
    assert "asked for changes" in owner.refused(NotApproved, "pr", "merge", short, "--yes")
    assert "TENSOR" in owner.do("pr", "diff", short)

    script = owner.here / "holdout.py"
    script.write_text(EVALUATE)
    import sys

    command = f"{sys.executable} {script}"
    found = json.loads(owner.do("pr", "checks", short, "--evaluate", command, "--json"))
    assert found["before"]["mean"] != found["after"]["mean"]
    assert [one["share"] for one in found["commits"]] == [1.0]
    assert "MEASURED HERE" in owner.do("pr", "checks", short, "--evaluate", command)
    wrong = owner.run("pr", "checks", short, "--evaluate", "true")
    assert "no JSON object of figures" in wrong.err
    assert wrong.code != 0

    owner.do("pr", "review", short, "--approve", "--yes")
    assert "is finished" in owner.do("pr", "merge", short, "--yes")
    assert "Better" in owner.do("log", "--oneline") or "Better" in owner.do("pr", "list", "-s", "merged")
    assert "No proposal" in owner.refused(NotFound, "pr", "view", "zzzz")
