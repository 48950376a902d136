"""Conflicts in time: each is one sentence, a number, and the command that mends it, which is then run."""

from collections.abc import Sequence

import numpy as np
import pytest

from e2e.team import Team, trained, weights
from e2e.test_combining import start, vector
from federity.errors import FederityError, StaleHead
from federity.repository.repository import Repository
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Step
from federity.session import Session

pytestmark = pytest.mark.svm


async def two(team: Team) -> tuple[Repository, Repository]:
    """An owner with two commits, and a friend who may push, both at the head."""
    owner = await start(team, 2)
    await team.session("friend")
    await owner.member_add(team.address("friend"), "maintainer")
    return owner, await team.clone("friend", owner.url)


async def trains(person: Repository, seed: int) -> np.ndarray:
    """A local commit; the change that it sends, in the head's integers."""
    model = weights()
    await person.pull(model)
    before = await person.tensors()
    commit = await person.commit(trained(model, seed), f"step {seed}")
    after = await person.tensors(commit)
    assert any((before[name] != after[name]).any() for name in before)
    delta = await person.workspace.local_delta(person.workspace.worktree.commits.get(commit.id))
    return np.array(delta.values[:]).astype(np.int64) << (24 - delta.shift)


def mended_by(error: FederityError, command: str) -> None:
    """One sentence, the number of a head that moved, and what to do."""
    assert error.exit_code == StaleHead.exit_code
    assert error.sentence.count(".") == 1
    assert "\n" not in error.sentence
    assert f"`{command}" in (error.hint or "")


@pytest.mark.parametrize("sent", [0, 1, 2, 3])
async def test_of_two_pushes_to_one_head_the_later_is_told_to_pull_wherever_it_was_overtaken(
    team: Team, monkeypatch: pytest.MonkeyPatch, sent: int
) -> None:
    owner, friend = await two(team)
    base = await vector(owner)
    mine, theirs = await trains(owner, 11), await trains(friend, 12)
    left, send = sent, transactions.send

    async def overtaken(session: Session, steps: Sequence[Step]) -> transactions.Sent:
        nonlocal left
        done = None
        for number in range(len(steps)):
            if left == 0:
                left = -1
                with monkeypatch.context() as inner:
                    inner.setattr(transactions, "send", send)
                    await friend.push(level=0)
            left -= 1
            done = await send(session, steps[number : number + 1])
        assert done is not None
        return done

    with monkeypatch.context() as patch:
        patch.setattr(transactions, "send", overtaken)
        with pytest.raises(StaleHead) as refused:
            await owner.push(level=0)
    mended_by(refused.value, "federity pull")
    report = await owner.pull()
    assert len(report.rebased) == 1
    await owner.push(level=0)
    assert (await vector(owner) == base + mine + theirs).all()
    fresh = await team.clone("reader", owner.url)
    assert (await vector(fresh) == base + mine + theirs).all()


async def test_a_branch_that_moved_during_training_takes_the_change_on_top(team: Team) -> None:
    owner, friend = await two(team)
    base = await vector(owner)
    model = weights()
    await owner.pull(model)
    theirs = await trains(friend, 12)
    await friend.push(level=0)
    commit = await owner.commit(trained(model, 13), "trained meanwhile")
    with pytest.raises(StaleHead) as refused:
        await owner.push(level=0)
    mended_by(refused.value, "federity pull")
    assert (await owner.status()).commits[-1].id == commit.id
    await owner.pull(model)
    await owner.push(level=0)
    delta = await owner.workspace.local_delta(commit)
    mine = np.array(delta.values[:]).astype(np.int64) << (24 - delta.shift)
    assert (await vector(owner) == base + theirs + mine).all()


async def test_on_a_parent_that_was_reverted_the_change_alone_goes_on(team: Team) -> None:
    owner, friend = await two(team)
    before = await vector(owner, "HEAD~1")
    mine = await trains(friend, 14)
    await owner.revert("HEAD")
    with pytest.raises(StaleHead) as refused:
        await friend.push(level=0)
    mended_by(refused.value, "federity pull")
    with pytest.raises(StaleHead) as refused:
        await owner.cherry_pick("HEAD")
    mended_by(refused.value, "federity pull")
    await friend.pull()
    await friend.push(level=0)
    # Not what its parent had brought: that was taken out, and training on top of it does not bring it back.
    assert (await vector(friend) == before + mine).all()


async def test_a_stale_operation_says_what_brings_its_rent_back(team: Team) -> None:
    owner, friend = await two(team)
    await owner.branch_protect("main", {"protected": True, "merge_approvals": 2})
    report = await friend.revert("HEAD")
    await owner.branch_protect("main", {"protected": False})
    await trains(owner, 15)
    await owner.push(level=0)
    wanted = await vector(owner)
    for call in (
        owner.operation_approve(report),
        friend.operation_finish(report),
        friend.proposal_merge(report),
    ):
        with pytest.raises(StaleHead) as refused:
            await call
        mended_by(refused.value, "federity pull")
        assert "`federity operation close`" in (refused.value.hint or "")
    assert (await friend.operation_close()).returned == report.cost.rent
    await friend.pull()
    assert (await vector(friend) == wanted).all()


async def test_a_push_whose_round_was_taken_by_one_that_is_not_done_goes_on_in_the_next(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, friend = await two(team)
    base = await vector(owner)
    mine = await trains(owner, 16)
    await trains(friend, 17)
    send = transactions.send

    async def begun(session: Session, steps: Sequence[Step]) -> transactions.Sent:
        await send(session, steps[:1])
        raise KeyboardInterrupt

    async def overtaken(session: Session, steps: Sequence[Step]) -> transactions.Sent:
        patch.setattr(transactions, "send", begun)
        with pytest.raises(KeyboardInterrupt):
            await friend.push(level=0)
        patch.setattr(transactions, "send", send)
        return await send(session, steps)

    with monkeypatch.context() as patch:
        patch.setattr(transactions, "send", overtaken)
        await owner.push(level=0)
    assert (await vector(owner) == base + mine).all()
    with pytest.raises(StaleHead) as refused:
        await friend.push(level=0)
    mended_by(refused.value, "federity pull")
