"""`switch` and `checkout -b`: another branch, with the training in hand where its head is the same."""

import pytest

from e2e.team import Team
from e2e.test_in_hand import WHOLE, moved, read, same, start, write
from federity.errors import ConfigError, NotFound, WorktreeError

pytestmark = pytest.mark.svm


async def test_a_new_branch_takes_the_training_along(team: Team) -> None:
    owner = await start(team)
    head = read(owner)
    mine = moved(head, "layer.bias")
    write(owner, mine)
    price = await owner.switch_create("idea", dry_run=True)
    assert price.cost.rent
    assert (await owner.status()).branch == "main"
    await owner.switch_create("idea")
    assert (await owner.status()).branch == "idea"
    assert same(read(owner), mine)
    await owner.commit(message="on idea", **WHOLE)
    await owner.push(level=0)
    assert [(view.name, view.head_seq) for view in await owner.branches()] == [("idea", 1), ("main", 1)]
    # The heads differ now: their weights are loaded, and training in the way is refused.
    report = await owner.switch("main")
    assert (report.seq, (await owner.status()).branch) == (1, "main")
    assert same(read(owner), head)
    mine = moved(head, "layer.bias", by=5)
    write(owner, mine)
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.switch("idea")
    assert (await owner.status()).branch == "main"
    assert same(read(owner), mine)
    await owner.switch("idea", force=True)
    assert same(read(owner), await owner.tensors("idea"))
    assert [entry.verb for entry in await owner.reflog()][:2] == ["switch", "switch"]
    assert (await owner.show("main@{0}")).seq == 1


async def test_what_would_stop_it_is_refused_before_a_branch_is_paid_for(team: Team) -> None:
    owner = await start(team)
    head = read(owner)
    write(owner, moved(head, "layer.bias"))
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.switch_create("old", "HEAD~1")
    await owner.commit(message="local", **WHOLE)
    with pytest.raises(ConfigError, match="1 local commit is of main"):
        await owner.switch_create("idea")
    assert [view.name for view in await owner.branches()] == ["main"]
    await owner.switch_create("old", "HEAD~1")
    assert (await owner.status()).commits == ()
    await owner.switch("main")
    assert len((await owner.status()).commits) == 1


async def test_a_commit_is_no_branch(team: Team) -> None:
    owner = await start(team)
    for name in ("HEAD", (await owner.show("HEAD")).address, "gone"):
        with pytest.raises(NotFound, match="branch"):
            await owner.switch(name)
    with pytest.raises(ConfigError, match="already"):
        await owner.switch_create("main")
