"""The commands that combine commits: what they print, and how they refuse."""

import json

import pytest
from safetensors.numpy import load_file

from federity.errors import ConfigError, NothingToDo, StaleHead
from support.people import Person

pytestmark = pytest.mark.svm


def test_a_commit_is_reverted_merged_in_again_and_the_branch_put_back(owner: Person) -> None:
    first = load_file(owner.here / "model.safetensors")
    assert "genesis" in owner.refused(NothingToDo, "revert", "HEAD", "--yes")
    trained = owner.train(1)
    owner.do("commit", "-m", "trained", "--ratio", "1")
    owner.do("push", "--yes", "--level", "0")
    assert "would cost" in owner.do("revert", "HEAD", "--dry-run")
    done = json.loads(owner.do("revert", "HEAD", "--yes", "--json"))
    assert (done["what"], done["finished"]) == ("revert", True)
    assert done["message"].startswith('Revert "trained"\n\nThis reverts commit ')
    assert "since your last pull" in owner.refused(StaleHead, "cherry-pick", "HEAD", "--yes")
    owner.do("pull")
    found = load_file(owner.here / "model.safetensors")
    assert all((found[name] == first[name]).all() for name in first)
    # It contains the reverted commit, so there is nothing to merge; its change can be picked.
    assert "up to date" in owner.refused(NothingToDo, "merge", "HEAD~1", "--yes")
    third = owner.refused(ConfigError, "merge", "HEAD~1", "HEAD~2", "--average", "--yes")
    assert "the nearest are 43/128 85/256 85/256" in third
    half = owner.do("merge", "HEAD~1", "--average", "--dry-run")
    assert "averaged with" in half
    assert "1/2 " in half
    recipe = owner.here / "recipe.yml"
    models = "models: [{model: HEAD}, {model: HEAD~1}]\nparameters: {weight: 1}\n"
    recipe.write_text("merge_method: linear\n" + models)
    assert "by a recipe, it would be" in owner.do("merge", "--config", str(recipe), "--dry-run")
    recipe.write_text("merge_method: slerp\n" + models)
    assert "slerp is no exact sum" in owner.refused(ConfigError, "merge", "--config", str(recipe), "--yes")
    said = owner.do("cherry-pick", "HEAD~1", "--yes", "-m", "once more\nraw: \x1b[31m")
    assert "picked" in said
    assert "the message: once more\n" in said
    assert "the sum: " in said
    assert "`federity pull` loads it" in said
    owner.do("pull")
    found = load_file(owner.here / "model.safetensors")
    assert all(abs(found[name] - trained[name]).max() < 1e-3 for name in first)
    lines = owner.do("log", "--oneline").splitlines()
    assert [line.split(maxsplit=1)[1] for line in lines[:3]] == ["once more", 'Revert "trained"', "trained"]
    shown = owner.do("show")
    assert "once more\n" in shown
    assert "raw: \\x1b[31m" in shown
    assert "sum of " in shown
    owner.do("branch", "reset", "main", "HEAD~3", "--yes")
    assert "no operation waits" in owner.do("operation")


def test_the_rounds_options_are_not_for_a_branch(owner: Person) -> None:
    both = owner.run("merge", "side", "--approve")
    assert both.code == 2
    assert "names no BRANCH" in both.err
    assert "--average and --ff-only are for" in owner.run("merge", "--average").err
    assert "a whole number" in owner.run("merge", "--weight", "abcd=1/2").err
    said = owner.run("merge", "-m", "words")
    assert said.code == 2
    assert "-m is for a merge of a BRANCH" in said.err
