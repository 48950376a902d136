"""`restore`, `reset` and the reflog: weights as they were, by value, and nothing lost that was not named."""

import numpy as np
import pytest

from e2e.team import Team, Tensors, weights
from e2e.test_in_hand import STEP, WHOLE, moved, read, start, write
from federity.errors import ConfigError, NotFound, WorktreeError
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm


def same(left: Tensors, right: Tensors) -> bool:
    """To a rounding of float32, which is far less than a step: the sum is rounded once, each training too."""
    return all(np.abs(left[name] - right[name]).max() < STEP / 1000 for name in right)


async def stacked(team: Team) -> tuple[Repository, list[Tensors]]:
    """Two local commits on a head, and the weights of head, first and second."""
    owner = await start(team)
    states = [read(owner)]
    for name in ("layer.bias", "layer.weight"):
        write(owner, moved(read(owner), name))
        await owner.commit(message=name, **WHOLE)
        states.append(read(owner))
    return owner, states


async def test_restore_puts_weights_back_and_needs_no_chain_for_its_own(team: Team) -> None:
    owner, (head, first, second) = await stacked(team)
    alone = Repository.open(None, owner.path)
    write(owner, moved(second, "layer.bias", by=3))
    report = await alone.restore()
    assert same(read(owner), second)
    assert (report.head, report.overwrote) == (True, True)
    assert not (await alone.status()).modified
    # HEAD counts what was committed here, and stays where it is.
    for source, wanted in (("HEAD~1", first), ("@^^", head)):
        report = await alone.restore(source)
        assert same(read(owner), wanted)
        assert not report.head
    assert len((await alone.status()).commits) == 2
    assert (await alone.status()).modified
    made = await owner.commit(message="as the head was", **WHOLE)
    await owner.restore(made.id)
    assert same(read(owner), head)
    await owner.push(level=0)
    assert same(await owner.tensors("HEAD"), head)
    await owner.restore("HEAD~4")
    assert same(read(owner), weights())


async def test_a_soft_reset_makes_commits_a_change_again(team: Team) -> None:
    owner, (_, first, second) = await stacked(team)
    alone = Repository.open(None, owner.path)
    report = await alone.reset("HEAD~1")
    assert len(report.dropped) == 1
    assert same(read(owner), second)
    assert [one.name for one in (await alone.diff()).tensors] == ["layer.weight"]
    assert (await alone.reset("HEAD")).dropped == ()
    assert len((await alone.reset("HEAD^")).dropped) == 1
    assert (await alone.diff()).same == 0
    await owner.commit(message="both", **WHOLE)
    assert same(await owner.tensors("HEAD~1"), moved(first, "layer.bias", by=-0.125))
    await owner.restore()
    assert same(read(owner), second)


async def test_a_hard_reset_loses_no_training_unasked_and_its_commits_are_in_the_reflog(team: Team) -> None:
    owner, (head, first, second) = await stacked(team)
    alone = Repository.open(None, owner.path)
    write(owner, moved(second, "layer.bias", by=3))
    with pytest.raises(WorktreeError, match="not committed"):
        await alone.reset("HEAD~2", hard=True)
    assert len((await alone.status()).commits) == 2
    report = await alone.reset("HEAD~2", hard=True, force=True)
    assert (len(report.dropped), report.overwrote) == (2, True)
    assert same(read(owner), head)
    assert not (await alone.status()).modified
    assert [entry.verb for entry in (await alone.reflog())[:3]] == ["reset --hard", "commit", "commit"]
    for source, wanted in (("HEAD@{1}", second), ("HEAD@{1}~1", first), ("main@{2}", first), ("@{0}", head)):
        await alone.restore(source)
        assert same(read(owner), wanted), source
    with pytest.raises(NotFound, match="has not been on a branch 'gone'"):
        await alone.reflog("gone")
    with pytest.raises(ConfigError, match="taken back"):
        await alone.reset("HEAD@{1}")
    with pytest.raises(NotFound, match="committed here"):
        await owner.show("HEAD@{1}")
    assert (await owner.show("HEAD@{3}")).id == (await owner.show("HEAD")).id
    with pytest.raises(NotFound, match="further back"):
        await alone.restore("HEAD@{99}")


async def test_what_is_on_the_chain_is_not_taken_back(team: Team) -> None:
    owner, _ = await stacked(team)
    alone = Repository.open(None, owner.path)
    before = read(owner)
    for to in ("HEAD~3", "main", "abcdef"):
        with pytest.raises(ConfigError, match="forward only"):
            await alone.reset(to, hard=True, force=True)
    await owner.branch_protect("main", Rules(protected=True))
    await owner.round_open()
    await owner.push(level=0)
    with pytest.raises(ConfigError, match="proposed on the chain"):
        await owner.reset("HEAD~2", hard=True)
    assert len((await owner.status()).commits) == 2
    assert same(read(owner), before)
