"""`HEAD` means one commit, whichever verb is asked."""

import numpy as np
import pytest

from e2e.team import Team
from e2e.test_in_hand import WHOLE, Tensors, moved, read, same, start, write
from e2e.test_restore import stacked
from federity.errors import ConfigError, NotFound
from federity.repository.reports.rules import Rules

pytestmark = pytest.mark.svm


def near(left: Tensors, right: Tensors) -> bool:
    """The same but for the rounding of a training step."""
    return all(np.allclose(left[name], right[name], atol=1e-6) for name in left)


async def test_head_is_the_newest_local_commit_in_every_verb(team: Team) -> None:
    owner, (head, first, second) = await stacked(team)
    below = (await owner.status()).head_id
    older, newer = (commit.id for commit in (await owner.status()).commits)
    for name, named, weights in (
        ("HEAD", newer, second),
        ("@", newer, second),
        ("HEAD~1", older, first),
        (f"{newer[:8]}~1", older, first),
        ("HEAD~2", below, head),
    ):
        assert (await owner.show(name)).id == named, name
        assert (await owner.log(name))[0].id == named, name
        assert (await owner.diff(name, "HEAD")).before == named, name
        await owner.restore(name)
        assert same(read(owner), await owner.tensors(name)), name
        assert near(read(owner), weights), name
    await owner.restore("HEAD")
    assert [(await owner.show(name)).parent_id for name in ("HEAD", "HEAD~1")] == [older, below]
    assert (await owner.diff("HEAD~3", "HEAD~2")).after == below


async def test_verbs_of_the_chain_refuse_local_commits_and_name_the_head(team: Team) -> None:
    owner, (head, *_) = await stacked(team)
    below = await owner.show("HEAD~2")
    for verb in (owner.verify, owner.blame, owner.checkout, owner.repost):
        for name in ("HEAD", "HEAD~1"):
            with pytest.raises(NotFound, match="not on the chain") as refused:
                await verb(name)
            assert "HEAD~2 is the head" in (refused.value.hint or "")
    with pytest.raises(NotFound, match="not on the chain"):
        await owner.export("HEAD", owner.path / "folder")
    with pytest.raises(NotFound, match="not on the chain"):
        await owner.branch_create("idea")
    with pytest.raises(ConfigError, match="2 local commits are of main"):
        await owner.switch_create("idea", "@~1")
    assert (await owner.verify("HEAD~2")).commits[-1].id == (await owner.show("HEAD~3")).id
    assert (await owner.checkout("HEAD~2")).commit == below.address
    assert same(read(owner), head)


async def test_head_that_was_proposed_is_the_proposal_where_that_is_the_same(team: Team) -> None:
    owner = await start(team)
    await owner.branch_protect("main", Rules(protected=True))
    await owner.round_open()
    write(owner, moved(read(owner), "layer.bias"))
    await owner.commit(message="mine", **WHOLE)
    await owner.push(level=0)
    mine = await owner.show("HEAD")
    assert (mine.state, mine.address) == ("complete", (await owner.checkout("HEAD", force=True)).commit)
    assert same(read(owner), await owner.tensors("HEAD"))
    assert (await owner.verify("HEAD")).commits[0].kind == "update"
    assert (await owner.verify("HEAD~1")).commits[0].kind == "update"
