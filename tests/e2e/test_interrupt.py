"""Every long verb can be stopped wherever it tells how far it is, and does its work when it is run again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from e2e.team import Team, trained, weights
from federity.errors import NothingToDo
from federity.progress import OnProgress, Progress
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = [pytest.mark.svm, pytest.mark.prover]

Verb = Callable[[OnProgress], Awaitable[object]]
MOST = 60


class Cut(Exception):
    """Somebody pressed Ctrl-C."""


async def cut_everywhere(verb: Verb) -> list[str]:
    """Stop the verb at its first step, run it again up to its second, and so on until it is through.

    Returns the stages it told of.
    """
    stages: dict[str, None] = {}
    for place in range(MOST):
        left = [place]

        def listen(progress: Progress, left: list[int] = left) -> None:
            stages[progress.stage] = None
            if left[0] == 0:
                raise Cut
            left[0] -= 1

        try:
            await verb(listen)
        except Cut:
            continue
        return list(stages)
    raise AssertionError(f"not through after {MOST} steps: {list(stages)}")


async def created(team: Team) -> Repository:
    return await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )


async def test_a_commit_is_made_once(team: Team) -> None:
    owner = await created(team)
    stages = await cut_everywhere(lambda heard: owner.commit(trained(weights()), "one", on_progress=heard))
    assert {"hashing weights", "encoding"} <= set(stages)
    (made,) = (await owner.status()).commits
    await owner.push(level=0)
    assert (await owner.branches())[0].head_seq == 1
    found = await owner.tensors()
    assert all(np.abs(found[name] - value).max() < 0.01 for name, value in trained(weights()).items())
    assert made.message == "one"


async def test_a_push_with_proofs_moves_the_head_once(team: Team) -> None:
    owner = await Repository.init(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await owner.commit(trained(weights()), "one")

    async def push(heard: OnProgress) -> None:
        try:
            await owner.push(level=1, on_progress=heard)
        except NothingToDo:
            assert (await owner.status()).commits == ()

    stages = await cut_everywhere(push)
    assert {"uploading the base", "uploading", "proving", "sending"} <= set(stages)
    (branch,) = await owner.branches()
    assert branch.head_seq == 1
    assert (await owner.verify()).proofs == 1


async def test_whoever_fetches_has_the_head_in_the_end(team: Team) -> None:
    owner = await created(team)
    friend = await team.clone("friend", owner.url)
    await owner.commit(trained(weights()), "news")
    await owner.push(level=0)
    held = weights(3)
    stages = await cut_everywhere(lambda heard: friend.pull(held, on_progress=heard))
    assert {"rebuilding", "summing", "hashing weights"} <= set(stages)
    head = await owner.tensors()
    assert all(held[name].tobytes() == head[name].tobytes() for name in head)
    await cut_everywhere(lambda heard: friend.checkout("HEAD~1", held, force=True, on_progress=heard))
    assert all(held[name].tobytes() == weights()[name].tobytes() for name in head)
    folder = team.path("folder")
    stages = await cut_everywhere(lambda heard: friend.export("HEAD", folder, on_progress=heard))
    assert "writing weights" in stages
    names = {"README.md", "bom.cdx.json", "model.safetensors", "provenance.json"}
    assert {path.name for path in folder.iterdir()} == names
    assert not list(folder.parent.glob(".writing-*"))
    assert "verifying" in await cut_everywhere(lambda heard: owner.verify(on_progress=heard))


async def test_a_merge_is_the_same_sum_however_often_it_is_stopped(team: Team) -> None:
    owner = await created(team)
    await owner.branch_protect("main", Rules(protected=True))
    friends = []
    for name in ("ada", "bela"):
        await team.session(name)
        await owner.member_add(team.address(name), "contributor")
        friends.append(await team.clone(name, owner.url))
    await owner.round_open()
    for seed, friend in enumerate(friends, 1):
        await friend.commit(trained(weights(), seed), "part")
        await friend.push(level=0)
    stages = await cut_everywhere(lambda heard: owner.merge(on_progress=heard))
    assert {"inspecting", "sending", "summing"} <= set(stages)
    (branch,) = await owner.branches()
    assert branch.head_seq == 1
    assert len((await owner.show("main")).merged) == 2
    assert (await owner.verify("main")).ok
