"""A head that was confirmed and then dropped by the cluster: nobody goes back without being told."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from e2e.team import Team, trained, weights
from federity.chain.embedded import EmbeddedChain
from federity.errors import ChainError
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm


async def saved(team: Team) -> Path:
    """The chain as it is now, aside."""
    await team.chain.close()
    shutil.copytree(team.root / "chain", team.root / "aside")
    await opened(team)
    return team.root / "aside"


async def opened(team: Team) -> None:
    team.chain = await EmbeddedChain.open(team.root / "chain")


async def dropped(team: Team, aside: Path) -> None:
    """All that happened since was on a fork."""
    await team.chain.close()
    shutil.rmtree(team.root / "chain")
    shutil.copytree(aside, team.root / "chain")
    await opened(team)


async def of(team: Team, name: str) -> Repository:
    """A person's working copy, as the next command opens it."""
    return Repository.open(await team.session(name), team.path(name))


async def test_a_head_that_went_back_is_named_and_its_weights_can_be_sent_again(team: Team) -> None:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await owner.commit(trained(weights(), 1), "first", samples=1)
    await owner.push(level=0)
    aside = await saved(team)
    owner = await of(team, "owner")
    before = await owner.tensors()
    model = trained(before, 2)
    await owner.commit(model, "second", samples=1)
    await owner.push(level=0)
    await dropped(team, aside)
    owner = await of(team, "owner")
    with pytest.raises(ChainError, match=r"another head \(move 1\), and here .* \(move 2\)") as refused:
        await owner.pull(model)
    assert "the node lags behind, or" in refused.value.sentence
    assert "commitment finalized" in refused.value.hint
    assert (await owner.status()).head_seq == 2

    report = await owner.pull(weights(), force=True)
    assert report.head_seq == 1
    assert all(np.array_equal(found, before[name]) for name, found in (await owner.tensors()).items())
    await owner.commit(model, "second, again", samples=1, replace=True)
    await owner.push(level=0)
    again = await owner.tensors()
    assert all(np.abs(again[name] - model[name]).max() < 0.02 for name in model)


async def test_another_head_in_its_place_is_named_too(team: Team) -> None:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await team.session("ann")
    await owner.member_add(team.address("ann"), "maintainer")
    await team.clone("ann", owner.url)
    aside = await saved(team)
    owner = await of(team, "owner")
    await owner.commit(trained(weights(), 1), "lost", samples=1)
    await owner.push(level=0)
    await dropped(team, aside)
    ann = await of(team, "ann")
    await ann.commit(trained(weights(), 2), "in its place", samples=1)
    await ann.push(level=0)
    owner = await of(team, "owner")
    with pytest.raises(ChainError, match="the cluster dropped a block") as refused:
        await owner.pull(weights())
    assert "lags" not in refused.value.sentence
    await owner.pull(weights(), force=True)
    mine, theirs = await owner.tensors(), await ann.tensors()
    assert all(np.array_equal(mine[name], theirs[name]) for name in mine)
    assert (await owner.show("HEAD")).id == (await ann.show("HEAD")).id
