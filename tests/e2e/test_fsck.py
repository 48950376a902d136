"""`fsck` finds what is damaged or gone, and `gc` deletes nothing that anything here is made of."""

import pytest

from e2e.team import Team
from e2e.test_in_hand import WHOLE, moved, read, same, start, write
from federity.errors import WorktreeError
from federity.objects.location import Location
from federity.repository.repository import Repository
from federity.repository.working_copy.inventory import held, needed

pytestmark = pytest.mark.svm


async def used(team: Team) -> Repository:
    """Pushed and local commits, a stash, a commit that was taken back, and another model in hand."""
    owner = await start(team)
    for by in (1, 2):
        write(owner, moved(read(owner), "layer.weight", by=by))
        await owner.commit(message="pushed", **WHOLE)
        await owner.push(level=0)
        await owner.pull()
    await owner.checkout("HEAD~2", owner.path / "old.safetensors")
    write(owner, moved(read(owner), "layer.bias", by=3))
    await owner.stash_push()
    for by in (4, 5):
        write(owner, moved(read(owner), "layer.bias", by=by))
        await owner.commit(message="local", **WHOLE)
    await owner.reset("HEAD^")
    await owner.restore()
    return owner


async def test_what_is_deleted_is_fetched_again_and_the_rest_stays(team: Team) -> None:
    owner = await used(team)
    alone = Repository.open(None, owner.path)
    loose = await owner.workspace.objects.put(b"the delta of somebody else, long merged")
    before, weights = held(owner.workspace.worktree), read(owner)
    pushed = {name for name in before if await team.store.has(Location.local(bytes.fromhex(name)))}
    pushed -= needed(owner.workspace.worktree).keys()
    sizes = {name: path.stat().st_size for name, path in before.items()}
    planned = await alone.gc(dry_run=True)
    assert held(owner.workspace.worktree) == before
    done = await alone.gc()
    assert planned == done
    assert len(pushed) == 3, "the changes that were pushed are with the others' blobs"
    assert set(done.deleted) == {loose.id.hex(), *pushed}
    assert done.freed == sum(sizes[name] for name in done.deleted)
    assert set(before) - set(held(owner.workspace.worktree)) == set(done.deleted)
    assert (await alone.gc()).deleted == ()
    assert (await alone.fsck()).ok
    # All that was there is there: the local commit, the one taken back, the stash, the other model.
    await alone.restore()
    assert same(read(owner), weights)
    await alone.restore("HEAD@{1}")
    await alone.restore()
    await alone.stash_pop()
    write(owner, moved(read(owner, "old.safetensors"), "layer.bias"), "old.safetensors")
    await alone.commit(owner.path / "old.safetensors", **WHOLE)
    assert (await owner.verify("main")).ok
    await owner.checkout("main~1", owner.path / "again.safetensors")


async def test_what_is_damaged_or_gone_is_named(team: Team) -> None:
    owner = await used(team)
    alone = Repository.open(None, owner.path)
    assert (await alone.fsck()).ok
    (commit,) = (await alone.status()).commits
    objects = held(owner.workspace.worktree)
    objects[commit.delta].write_bytes(b"other bytes")
    base = owner.workspace.worktree.config().base
    objects[base].unlink()
    report = await alone.fsck()
    assert report.damaged == (commit.delta,)
    assert sorted(line.partition(":")[0] for line in report.missing) == sorted([commit.delta, base])
    assert any(commit.id in line and "local commit" in line for line in report.missing)
    (owner.path / ".federity" / "HEAD").write_bytes(b"half")
    with pytest.raises(WorktreeError, match="HEAD is damaged"):
        await alone.fsck()
    with pytest.raises(WorktreeError):
        await alone.gc()
