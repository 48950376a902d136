"""What the commands say of the weights in hand, and what they send of them."""

import json
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from federity.errors import WorktreeError
from support.people import MODEL, Person

pytestmark = pytest.mark.svm


def said(person: Person, *arguments: str) -> Any:
    """The one JSON document of a command."""
    return json.loads(person.do(*arguments, "--json"))


def move(person: Person, name: str, by: float) -> None:
    """Change all values of one tensor."""
    tensors = load_file(person.here / MODEL)
    person.write({**tensors, name: tensors[name] + np.float32(by)})


def test_a_commit_of_an_older_one_says_so_and_undoes_nothing(owner: Person) -> None:
    whole = ("--ratio", "1", "--shift", "5")
    assert "as loaded" in owner.do("status") and "of the head" in owner.do("status")
    move(owner, "layer.weight", 0.125)
    owner.do("commit", "-m", "first", *whole)
    assert "of the head with 1 local commit\n" in owner.do("status")
    owner.do("push", "--yes", "--level", "0")
    there = said(owner, "status")
    assert there["weights"]["place"] == "head" and there["residual"] < 1e-6
    head = load_file(owner.here / MODEL)

    text = owner.do("checkout", "HEAD~1")
    assert "not the head with your local commits" in text
    genesis = said(owner, "show", "HEAD~1")["address"]
    status = said(owner, "status")
    assert status["weights"] == {
        "on": "",
        "place": "elsewhere",
        "commit": genesis,
        "seq": 0,
        "local": 0,
        "committed": 0,
    }
    assert f"weights:    of {genesis[:12]} (move 0), not the head" in owner.do("status")

    move(owner, "layer.bias", 0.125)
    text = owner.do("commit", "-m", "stale", *whole)
    assert "8 of 136 values changed" in text
    assert f"trained from {genesis[:12]}" in text
    assert f"that change alone goes on top of {there['head_id'][:12]}" in text
    owner.do("commit", "--discard")
    made = said(owner, "commit", "-m", "stale", *whole)
    assert (made["trained_from"], made["parent"], made["stale"]) == (genesis, there["head"], True)
    owner.do("push", "--yes", "--level", "0")
    owner.do("checkout", "main")
    now = load_file(owner.here / MODEL)
    assert (now["layer.weight"] == head["layer.weight"]).all()
    assert np.abs(now["layer.bias"] - head["layer.bias"] - np.float32(0.125)).max() < 1e-6

    # And to go back on purpose takes a flag.
    owner.do("checkout", "HEAD~2")
    text = owner.do("commit", "--replace", "-m", "back", *whole)
    assert "136 of 136 values changed" in text and "which these weights replace" in text
    owner.do("push", "--yes", "--level", "0")
    owner.do("pull")
    assert (load_file(owner.here / MODEL)["layer.bias"] == head["layer.bias"]).all()


def test_what_was_left_out_is_shown_and_dropped(owner: Person) -> None:
    owner.train()
    owner.do("commit", "-m", "x", "--density", "0.1")
    left = said(owner, "status")["residual"]
    assert left > 0
    assert f"left out:   {left:.4g} by past commits" in owner.do("status")
    assert f"dropped {left:.4g}" in owner.do("commit", "--drop-residual")
    assert "left out" not in owner.do("status")
    assert owner.run("commit", "--drop-residual").code == 5
    assert owner.run("commit", "--drop-residual", "--discard").code == 2


@pytest.mark.parametrize("load", [("pull",), ("checkout", "main"), ("checkout", "HEAD")])
def test_force_forces(owner: Person, load: tuple[str, ...]) -> None:
    true = load_file(owner.here / MODEL)
    save_file({"fc.weight": np.zeros(3, np.float32)}, owner.here / MODEL)
    assert "--force" in owner.refused(WorktreeError, *load)
    owner.do(*load, "--force")
    assert all((load_file(owner.here / MODEL)[name] == true[name]).all() for name in true)


def test_every_verb_names_a_commit_as_log_does(owner: Person) -> None:
    genesis = said(owner, "show")["id"]
    owner.train()
    made = said(owner, "commit", "-m", "one")["id"]
    text = owner.do("checkout", "main")
    assert text.startswith(f"{genesis[:12]} (move 0) with 1 local commit, ")
    owner.do("push", "--yes", "--level", "0")
    head = said(owner, "checkout", "HEAD")
    assert (head["id"], head["commit"]) == (made, said(owner, "show")["address"])
    for text in (owner.do("checkout", "HEAD"), owner.do("checkout", "main")):
        assert text.startswith(f"{made[:12]} (move 1), ")
    walked = [(commit["kind"], commit["id"]) for commit in said(owner, "verify")["commits"]]
    assert walked == [("update", made), ("merge", made), ("genesis", genesis)]
    assert owner.do("log", "--oneline").splitlines()[0] == f"{made[:12]} one"
    assert said(owner, "status")["head_id"] == made
    assert f"head:       {made[:12]} (move 1)\n" in owner.do("status")
    other = owner.at(owner.here.parent)
    other.do("clone", f"{owner.address()}/digits", "copy")
    assert said(other.at(other.here / "copy"), "status")["head_id"] == made
    assert head["commit"][:12] not in owner.do("verify")


def test_values_that_training_left_alone_are_named_when_they_are_sent(owner: Person) -> None:
    owner.train()
    first = said(owner, "commit", "-m", "a few of them", "--density", "0.1")
    assert (first["nonzero"], first["carried"]) == (13, 0)
    owner.do("pull")
    before = load_file(owner.here / MODEL)
    move(owner, "layer.bias", 0.125)
    text = owner.do("commit", "-m", "the rest comes along", "--ratio", "1")
    owner.do("checkout", "main")
    after = load_file(owner.here / MODEL)
    along = int((after["layer.weight"] != before["layer.weight"]).sum())
    assert along > 0
    assert f"{along} of them training left as they were: what past commits left out is sent along" in text
    owner.do("commit", "--discard")
    owner.do("commit", "--drop-residual")
    owner.do("pull", "--force")
    move(owner, "layer.bias", 0.125)
    assert "sent along" not in owner.do("commit", "-m", "that alone", "--ratio", "1")


def test_a_file_in_the_way_of_a_clone_stays_and_no_missing_option_is_named(owner: Person) -> None:
    there = owner.at(owner.here.parent / "there")
    there.here.mkdir()
    (there.here / MODEL).write_text("mine")
    spec = f"{owner.address()}/digits"
    line = there.at(owner.here.parent).refused(WorktreeError, "clone", spec, "there")
    assert line.endswith("move the file away; `pull` and `checkout` take --force to lose them.")
    assert (there.here / MODEL).read_text() == "mine"
