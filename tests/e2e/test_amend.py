"""`amend` is `discard` and `commit`, to the bit, and never neither of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from e2e.team import Team
from e2e.test_in_hand import WHOLE, change, moved, read, start, write
from federity.cli.main import main
from federity.errors import NothingToDo, WorktreeError
from federity.repository.repository import Repository
from federity.repository.working_copy import in_hand, local_commits, worktree
from federity.repository.working_copy.local_commits import LocalCommits
from support.people import Person

pytestmark = pytest.mark.svm

Story = Callable[[Repository], Any]


async def another(repository: Repository, name: str) -> Repository:
    """The same working copy in another folder."""
    folder = repository.path.parent / name
    shutil.copytree(repository.path, folder)
    return Repository.open(repository.workspace.session, folder)


def state(repository: Repository) -> dict[str, Any]:
    """All that decides what the next verbs do; when, and as which file, a commit was made does not."""
    folder = repository.path / ".federity"
    found: dict[str, Any] = {
        path.name[7:]: path.read_bytes() for path in (folder / "commits").glob("*.residual")
    }
    for path in (folder / "commits").glob("*.json"):
        record = json.loads(path.read_bytes())
        found[path.name[7:]] = {k: v for k, v in record.items() if k not in ("created_at", "check")}
    found["weights"] = (folder / "weights").read_bytes()
    found["push"] = sorted(path.name for path in (folder / "push").glob("*"))
    return found


async def first(repository: Repository) -> None:
    """A commit on a branch that owes what an earlier one left out."""
    write(repository, moved(read(repository), "layer.weight", by=0.013))
    await repository.commit(message="one", samples=7, density=0.1)


async def second(repository: Repository) -> None:
    await first(repository)
    write(repository, moved(read(repository), "layer.bias"))
    await repository.commit(message="two", samples=7, density=0.1)


async def stale(repository: Repository) -> None:
    await repository.checkout("HEAD~1")
    await first(repository)


async def replacing(repository: Repository) -> None:
    write(repository, moved(read(repository), "layer.bias", by=0.4))
    await repository.commit(message="all of it", samples=7, replace=True)


@pytest.mark.parametrize("story", [first, second, stale, replacing])
async def test_it_is_discard_and_commit(team: Team, story: Story) -> None:
    amended = await start(team)
    await story(amended)
    write(amended, moved(read(amended), "layer.weight", by=0.021))
    other = await another(amended, "other")
    newest = (await other.status()).commits[-1]
    made = await amended.amend(message="together", density=0.2)
    await other.discard()
    expected = await other.commit(message="together", samples=7, density=0.2, replace=newest.replaces)
    assert (made.id, made.samples, made.stale) == (expected.id, 7, story is stale)
    assert state(amended) == state(other)
    # And what follows is the same as well.
    for repository in (amended, other):
        write(repository, moved(read(repository), "layer.bias", by=0.01))
        await repository.commit(message="next", samples=1, density=0.1)
    assert state(amended) == state(other)


async def test_the_head_gets_what_was_trained_altogether(team: Team) -> None:
    owner = await start(team)
    before = await owner.tensors()
    write(owner, moved(before, "layer.weight"))
    await owner.commit(message="half", samples=5, figures={"loss": 0.5}, **WHOLE)
    write(owner, moved(moved(before, "layer.weight"), "layer.bias", by=0.25))
    made = await owner.amend(**WHOLE)
    assert (made.message, made.samples, made.figures) == ("half", 5, {})
    assert (await owner.status()).commits == (made,)
    held = await change(owner, made)
    assert bool((held["layer.weight"] == 0.125).all())
    assert bool((held["layer.bias"] == 0.25).all())
    await owner.push(level=0)
    after = await owner.tensors()
    assert all(np.abs(after[name] - value).max() < 1e-6 for name, value in read(owner).items())


async def test_other_words_for_the_same_weights(team: Team) -> None:
    owner = await start(team)
    write(owner, moved(read(owner), "layer.bias"))
    made = await owner.commit(message="tyop", samples=5, figures={"loss": 0.5}, **WHOLE)
    said = await owner.amend(message="typo", figures={"accuracy": 0.9}, **WHOLE)
    assert (said.message, said.figures) == ("typo", {"loss": 0.5, "accuracy": 0.9})
    assert said.id != made.id
    # What stands beside the bytes is no part of the name.
    counted = await owner.amend(samples=6, **WHOLE)
    assert (counted.id, counted.samples, (await owner.status()).commits) == (said.id, 6, (counted,))


async def test_an_id_comes_back_when_a_commit_is_what_it_was(team: Team) -> None:
    owner = await start(team)
    write(owner, moved(read(owner), "layer.bias"))
    made = await owner.commit(message="one", samples=5, **WHOLE)
    await owner.amend(message="other", **WHOLE)
    again = await owner.amend(message="one", **WHOLE)
    assert again.id == made.id
    assert (await owner.status()).commits == (again,)


async def test_what_cannot_be_amended(team: Team) -> None:
    owner = await start(team)
    with pytest.raises(NothingToDo, match="no local commit to amend"):
        await owner.amend()
    await first(owner)
    before = state(owner)
    await owner.checkout("HEAD~1")
    reloaded = state(owner)
    with pytest.raises(WorktreeError, match="loaded since"):
        await owner.amend(message="x")
    (commit,) = (await owner.status()).commits
    assert {k: v for k, v in state(owner).items() if k != "weights"} == {
        k: v for k, v in before.items() if k != "weights"
    }
    assert reloaded != before
    push = owner.path / ".federity" / "push"
    push.mkdir(exist_ok=True)
    (push / f"{commit.id}.json").write_text("{}")
    with pytest.raises(NothingToDo, match="half-way"):
        await owner.amend(message="x")


async def test_what_the_newest_commit_left_out_is_in_the_amended_one_of_weights_loaded_with_it(
    team: Team,
) -> None:
    owner = await start(team)
    head = read(owner)
    await first(owner)
    await owner.pull()
    write(owner, moved(read(owner), "layer.bias", by=0.05))
    made = await owner.amend(message="all of it", density=1.0, ratio=1.0, shift=8)
    held = await change(owner, made)
    assert np.abs(held["layer.weight"] - 0.013).max() < 1e-3
    assert np.abs(held["layer.bias"] - 0.05).max() < 1e-3
    await owner.restore()
    trained = moved(moved(head, "layer.weight", by=0.013), "layer.bias", by=0.05)
    assert all(np.abs(read(owner)[name] - trained[name]).max() < 1e-3 for name in trained)


async def test_a_proposed_commit_stays_as_it_is(team: Team) -> None:
    from federity.repository.reports.rules import Rules

    owner = await start(team, Rules(protected=True))
    await owner.round_open()
    await first(owner)
    await owner.push(level=0)
    write(owner, moved(read(owner), "layer.bias"))
    with pytest.raises(NothingToDo, match="proposed on the chain"):
        await owner.amend()


class Killed(BaseException):
    """The process is gone."""


async def test_a_process_killed_anywhere_leaves_one_of_both(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await start(team)
    await second(owner)
    write(owner, moved(read(owner), "layer.weight", by=0.021))
    whole = await another(owner, "whole")
    made = await whole.amend(message="together")
    steps, outcomes = 0, []
    while True:
        victim = await another(owner, f"victim{steps}")
        old = (await victim.status()).commits
        left = [steps]

        def mortal(step: Callable[..., Any], left: list[int] = left) -> Callable[..., Any]:
            def take(*args: Any, **options: Any) -> Any:
                if not left[0]:
                    raise Killed
                left[0] -= 1
                return step(*args, **options)

            return take

        with monkeypatch.context() as patch:
            patch.setattr(local_commits, "write_atomic", mortal(local_commits.write_atomic))
            patch.setattr(local_commits, "remove", mortal(local_commits.remove))
            patch.setattr(LocalCommits, "_place", mortal(LocalCommits._place))
            patch.setattr(in_hand, "write_atomic", mortal(in_hand.write_atomic))
            patch.setattr(worktree, "remove", mortal(worktree.remove))
            try:
                await victim.amend(message="together")
                break
            except Killed:
                steps += 1
        victim = Repository.open(None, victim.path)
        commits = (await victim.status()).commits
        assert [c.id for c in commits] in ([c.id for c in old], [old[0].id, made.id])
        outcomes.append(commits[-1].id == made.id)
        if not outcomes[-1]:
            await victim.amend(message="together")
        else:
            # The next verb takes away what is left of the old one.
            with pytest.raises(NothingToDo):
                await victim.commit(message="x")
        assert state(victim) == state(whole)
    assert steps >= 5
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}


def test_the_command(
    owner: Person, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(owner.here)
    monkeypatch.setenv("FEDERITY_HOME", str(owner.home))
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    owner.train()
    assert main(["commit", "-m", "one", "--samples", "64", "--figure", "loss=0.5"]) == 0
    # Nobody writes a message for nothing.
    assert main(["commit"]) == NothingToDo.exit_code
    owner.train(2)
    capsys.readouterr()
    assert main(["commit", "--amend"]) == 0
    said = capsys.readouterr().out
    assert "] one" in said
    assert "declares 64 training samples, as before" in said
    assert "no longer declares loss" in said
    assert main(["status", "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert [(c["message"], c["samples"], c["amends"]) for c in status["commits"]] == [("one", 64, "")]
    assert status["modified"] is False
