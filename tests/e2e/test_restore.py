"""`restore`, `reset` and the reflog: weights as they were, by value, and nothing lost that was not named."""

from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from e2e.team import Team, Tensors, weights
from e2e.test_in_hand import STEP, WHOLE, change, is_only, moved, read, start, write
from federity.errors import ChainUnavailable, ConfigError, NotFound, WorktreeError
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


async def tensors_of_stack(owner: Repository) -> Tensors:
    """The weights of HEAD with all local commits, as `restore` writes them."""
    held = read(owner)
    await owner.restore()
    there = read(owner)
    write(owner, held)
    return there


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


async def restored(owner: Repository) -> None:
    await owner.restore()


async def pulled(owner: Repository) -> None:
    await owner.pull()


async def hard(owner: Repository) -> None:
    write(owner, moved(read(owner), "layer.bias"))
    await owner.commit(message="third", **WHOLE)
    await owner.reset("HEAD~1", hard=True)


async def popped(owner: Repository) -> None:
    await owner.restore()
    write(owner, moved(read(owner), "layer.bias"))
    await owner.stash_push()
    await owner.stash_pop()
    write(owner, moved(read(owner), "layer.bias", by=-STEP))


@pytest.mark.parametrize("load", [restored, pulled, hard, popped])
@pytest.mark.parametrize("down", [1, 2])
async def test_a_soft_reset_gives_changes_back_that_were_loaded_with_the_weights(
    team: Team, load: Callable[[Repository], Awaitable[None]], down: int
) -> None:
    owner, states = await stacked(team)
    await load(owner)
    await owner.reset(f"HEAD~{down}")
    assert same(read(owner), states[2])
    status = await owner.status()
    assert status.modified and status.weights.place == "head"
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.pull()
    made = await owner.commit(message="once more", **WHOLE)
    assert not made.stale
    assert await is_only(owner, made, "layer.weight") is (down == 1)
    assert same(await tensors_of_stack(owner), states[2])


@pytest.mark.parametrize("load", [restored, pulled, hard, popped])
async def test_what_was_loaded_with_all_commits_is_amended(
    team: Team, load: Callable[[Repository], Awaitable[None]]
) -> None:
    owner, (_, _, second) = await stacked(team)
    await load(owner)
    write(owner, moved(read(owner), "layer.weight"))
    made = await owner.amend(message="more", **WHOLE)
    assert await is_only(owner, made, "layer.weight", 2 * STEP) and not made.stale
    assert len((await owner.status()).commits) == 2
    # Taken back, it is all a change again.
    await owner.discard()
    made = await owner.commit(message="again", **WHOLE)
    assert await is_only(owner, made, "layer.weight", 2 * STEP)
    assert same(await tensors_of_stack(owner), moved(second, "layer.weight"))
    # Weights of the head without the local commits are not what the newest was made of.
    await owner.checkout("HEAD~2", force=True)
    write(owner, moved(read(owner), "layer.weight"))
    with pytest.raises(WorktreeError, match="others were loaded"):
        await owner.amend(message="no", **WHOLE)


async def test_commits_made_of_restored_weights_and_those_before_are_all_given_back(team: Team) -> None:
    owner, (_, _, second) = await stacked(team)
    await owner.restore()
    write(owner, moved(read(owner), "layer.bias"))
    await owner.commit(message="third", **WHOLE)
    await owner.reset("HEAD~2")
    made = await owner.commit(message="second and third", **WHOLE)
    held = await change(owner, made)
    assert all((held[name] == STEP).all() for name in ("layer.bias", "layer.weight"))
    assert same(await tensors_of_stack(owner), moved(second, "layer.bias"))


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
    for here in (alone, owner):
        with pytest.raises(ConfigError, match="forward only"):
            await here.reset("HEAD~3", hard=True, force=True)
    with pytest.raises(NotFound, match="No commit"):
        await owner.reset("abcdef", hard=True, force=True)
    # Nothing was fetched here that would say what the chain has by these names.
    for to in ("main", "abcdef"):
        with pytest.raises(ChainUnavailable):
            await alone.reset(to, hard=True, force=True)
    await owner.branch_protect("main", Rules(protected=True))
    await owner.round_open()
    await owner.push(level=0)
    with pytest.raises(ConfigError, match="proposed on the chain"):
        await owner.reset("HEAD~2", hard=True)
    assert len((await owner.status()).commits) == 2
    assert same(read(owner), before)


@pytest.mark.parametrize("fetched", [False, True])
@pytest.mark.parametrize("to", ["main", "origin/main", "id"])
async def test_a_reset_to_the_branchs_name_goes_to_the_head_below(team: Team, to: str, fetched: bool) -> None:
    owner = await start(team)
    await owner.branch_reset("main", "HEAD~1")
    await owner.pull()
    head = read(owner)
    if fetched:
        await owner.fetch()
    for name in ("layer.bias", "layer.weight"):
        write(owner, moved(read(owner), name))
        await owner.commit(message=name, **WHOLE)
    at = (await owner.show("main")).id
    here = Repository.open(None, owner.path) if fetched else owner
    report = await here.reset(at if to == "id" else to, hard=True)
    assert (report.head, len(report.dropped)) == (at, 2)
    assert same(read(owner), head)
    assert not (await owner.status()).commits


async def test_a_reset_to_a_head_that_was_not_pulled_says_so(team: Team) -> None:
    owner, _ = await stacked(team)
    bob = await team.clone("bob", owner.url)
    await owner.member_add(team.address("bob"), "maintainer")
    write(bob, moved(read(bob), "layer.bias", by=2))
    await bob.commit(message="theirs", **WHOLE)
    await bob.push(level=0)
    before = read(owner)
    with pytest.raises(ConfigError, match="origin/main is the head of main on the chain") as refused:
        await owner.reset("origin/main", hard=True)
    assert "reset HEAD~2" in str(refused.value.hint) and "branch reset" not in str(refused.value.hint)
    assert len((await owner.status()).commits) == 2
    assert same(read(owner), before)
