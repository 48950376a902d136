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
    assert f"that change alone goes on top of {there['head'][:12]}" in text
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
