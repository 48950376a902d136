"""Where HEAD was: what is written down, how it is named, and that nothing depends on it."""

from dataclasses import replace
from pathlib import Path

import pytest

from federity.errors import NotFound, StorageFull
from federity.repository.ledger.names import Names
from federity.repository.working_copy import reflog as module
from federity.repository.working_copy.names import LocalNames
from federity.repository.working_copy.reflog import Reflog, Tip
from federity.repository.working_copy.worktree import Worktree
from unit.repository.working_copy.test_worktree import start

ADDRESS = "4k3Dyjzvzp8eMZWUXbBCjEvwSkkk59S5iCNLY3QrkX6R"
OTHER = "8qbHbw2BbbTHBW1sbeqakYXVKRQM8Ne7pLK7m6CVfeR"
TIP = Tip("main", ADDRESS, ADDRESS, "ab" * 32)


def moved(folder: Path) -> Worktree:
    worktree = start(folder)
    worktree.reflog.note(TIP, "init")
    worktree.reflog.note(replace(TIP, deltas=("cd" * 32,)), "commit")
    worktree.reflog.note(replace(TIP, commit=OTHER, id="cd" * 32), "push")
    worktree.reflog.note(replace(TIP, branch="dev"), "checkout")
    return worktree


def test_a_place_is_named_by_how_many_moves_ago_it_was(tmp_path: Path) -> None:
    names = LocalNames(moved(tmp_path))
    assert names.tip("HEAD@{0}").branch == names.tip("@{0}").branch == names.tip("@@{0}").branch == "dev"
    # What was pushed is the commit that was made before.
    assert names.tip("HEAD@{1}") == names.tip("main@{0}") == replace(TIP, commit=OTHER, id="cd" * 32)
    assert str(names.earlier("main@{0}")) == OTHER
    assert str(names.earlier("HEAD@{2}")) == str(names.earlier("main@{1}")) == ADDRESS


@pytest.mark.parametrize("name", ["HEAD@{yesterday}", "HEAD@{-1}", "HEAD@{3}", "main@{2}", "gone@{0}", "@{}"])
def test_what_is_not_known_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match=r"HEAD|main|gone|@"):
        LocalNames(moved(tmp_path)).tip(name)


def test_local_commits_are_no_head_of_the_chain_and_a_reader_has_no_reflog(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="committed here"):
        worktree = moved(tmp_path)
        worktree.reflog.note(replace(TIP, deltas=("ef" * 32,)), "commit")
        LocalNames(worktree).earlier("HEAD@{0}")
    with pytest.raises(NotFound, match="none here"):
        Names().earlier("HEAD@{0}")


def test_the_same_place_is_written_once_and_old_ones_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    log = Reflog(tmp_path / "reflog")
    for deltas in ((), (), ("cd" * 32,), ("cd" * 32, "ef" * 32)):
        log.note(replace(TIP, deltas=deltas), "commit")
    assert [len(entry.tip.deltas) for entry in log.entries()] == [2, 1]


async def test_a_verb_is_noted_when_it_lets_go_even_one_that_failed(tmp_path: Path) -> None:
    worktree = start(tmp_path)
    with pytest.raises(RuntimeError):
        async with worktree.lock("pull"):
            worktree.set_head(replace(worktree.head(), commit=OTHER))
            raise RuntimeError
    first, before = worktree.reflog.entries()
    assert (first.verb, first.tip.commit, before.verb) == ("pull", OTHER, "")
    # Moved by one that was killed: the next verb finds it.
    worktree.set_head(replace(worktree.head(), commit=ADDRESS))
    async with worktree.lock("commit"):
        pass
    assert [entry.verb for entry in worktree.reflog.entries()] == ["", "pull", ""]


async def test_no_verb_fails_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worktree = start(tmp_path)

    def full(*_: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(module, "write_atomic", full)
    async with worktree.lock("pull"):
        pass
    (worktree.folder / "reflog").write_bytes(b"half")
    async with worktree.lock("pull"):
        assert worktree.reflog.entries() == ()
