"""What was fetched is read without chain and store, and says the same: by value."""

import json
from pathlib import Path

import pytest

from e2e.team import Team
from e2e.test_in_hand import WHOLE, moved, read, same, start, write
from federity.errors import ChainUnavailable, NotFound, StorageUnavailable, WorktreeError, WrongCluster
from federity.repository.repository import Repository
from federity.repository.working_copy.inventory import held
from support.people import MODEL, Person

pytestmark = pytest.mark.svm


@pytest.fixture(autouse=True)
def home(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of somebody who has the reference string, and nothing else."""
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "cache").symlink_to(cache)
    monkeypatch.setenv("FEDERITY_HOME", str(folder))


async def several(team: Team) -> Repository:
    """Two branches with commits of their own, one of them merged and one reverted, in a fresh clone."""
    owner = await start(team)
    await owner.switch_create("side")
    write(owner, moved(read(owner), "layer.bias", by=0.5))
    await owner.commit(message="on side", **WHOLE)
    await owner.push(level=0)
    await owner.switch("main")
    write(owner, moved(read(owner), "layer.weight", by=0.25))
    await owner.commit(message="on main", **WHOLE)
    await owner.push(level=0)
    await owner.merge_branch("side")
    await owner.pull()
    await owner.revert("HEAD~1")
    await owner.pull()
    return await team.clone("bob", owner.url)


async def test_the_history_that_was_fetched_is_the_chains(team: Team) -> None:
    bob = await several(team)
    report = await bob.fetch()
    assert [(branch.name, branch.head_before) for branch in report.branches] == [("main", ""), ("side", "")]
    assert report.missing == ()
    assert report.blobs == 5
    alone = Repository.open(None, bob.path)
    assert alone.as_of().slot == report.slot
    found = list(await bob.log())
    assert list(await alone.log()) == found
    # What was merged is in the history, once, and before what it was made of.
    said = [view.message for view in found]
    assert said[2:] == ["on main", "on side", "first", "genesis"]
    assert [view.merges for view in found] == [(), ((await bob.show("side")).address,), (), (), (), ()]
    assert (await bob.show("HEAD~1")).merges == found[1].merges
    assert [view.message for view in await bob.log(first_parent=True)] == [*said[:3], "first", "genesis"]
    assert [view.message for view in await bob.log(limit=4)] == said[:4]
    when = [view.time for view in found]
    assert when[0] is not None
    assert list(await alone.log(since=when[0])) == [view for view in found if view.time >= when[0]]
    assert list(await alone.log(until=when[0] - 10**6)) == []
    assert list(await alone.branches()) == list(await bob.branches())
    for name in ("HEAD", "HEAD~1", "side", "main~3"):
        assert await alone.show(name) == await bob.show(name)
        assert same(await alone.tensors(name), await bob.tensors(name))
        await alone.checkout(name, alone.path / "looked.safetensors")
        assert same(read(alone, "looked.safetensors"), await bob.tensors(name))
    assert await alone.diff("side", "HEAD~1") == await bob.diff("side", "HEAD~1")
    assert await alone.blame("HEAD~1") == await bob.blame("HEAD~1")
    await alone.switch("side")
    assert same(read(alone), await bob.tensors("side"))


async def test_what_a_push_did_is_fetched_by_it(team: Team) -> None:
    owner = await start(team)
    await owner.fetch()
    alone = Repository.open(None, owner.path)
    await alone.checkout("HEAD~1")
    await alone.switch("main")
    write(owner, moved(read(owner), "layer.bias", by=2))
    made = await alone.commit(message="on the train", **WHOLE)
    assert [view.message for view in await alone.log()] == ["on the train", "first", "genesis"]
    await owner.push(level=0)
    landed = (await Repository.open(None, owner.path).log("main"))[0]
    assert (landed.id, landed.kind, landed.seq) == (made.id, "merge", 2)


async def test_what_was_not_fetched_is_refused_by_name(team: Team) -> None:
    bob = await several(team)
    alone = Repository.open(None, bob.path)
    with pytest.raises(ChainUnavailable, match="nothing of its history was fetched"):
        await alone.log()
    with pytest.raises(NotFound, match="no branch 'gone'"):
        await bob.fetch(["gone"])
    # A branch that nobody asked for is known by its accounts, and its weights are not here.
    await bob.fetch(["main"])
    owner = Repository.open(await team.session("owner"), team.path("owner"))
    await owner.switch_create("later", "side")
    write(owner, moved(read(owner), "layer.bias", by=3))
    await owner.commit(message="later", **WHOLE)
    await owner.push(level=0)
    with pytest.raises(NotFound, match="'later'"):
        await alone.switch("later")
    assert [view.name for view in await alone.branches()] == ["main", "side"]
    await bob.fetch(["main"])
    alone = Repository.open(None, bob.path)
    assert [view.name for view in await alone.branches()] == ["later", "main", "side"]
    assert (await alone.show("later")).problem
    with pytest.raises(StorageUnavailable, match="was not fetched"):
        await alone.switch("later")
    for verb in (alone.push, alone.pull, alone.fetch, alone.verify, alone.mirror, alone.operations):
        with pytest.raises(ChainUnavailable, match="needs the chain"):
            await verb()
    second = await bob.fetch()
    old = {branch.name: branch for branch in second.branches}
    assert old["main"].head_before == old["main"].head
    alone = Repository.open(None, bob.path)
    await alone.switch("later")
    assert same(read(alone), await bob.tensors("later"))
    # Neither gc nor a damaged file takes more than can be had again.
    before = held(bob.workspace.worktree)
    assert (await alone.gc()).deleted == ()
    assert held(bob.workspace.worktree) == before
    (bob.path / ".federity" / "history").write_bytes(b"{}")
    with pytest.raises(ChainUnavailable, match="nothing of its history"):
        await Repository.open(None, bob.path).log()


def test_commands_say_as_of_when_they_answer(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = owner.train(1)
    owner.do("commit", "-m", "trained", "--ratio", "1")
    owner.do("push", "--yes", "--level", "0")
    said = owner.do("fetch")
    assert "[new branch] main" in said
    assert "[up to date] main" in owner.do("fetch")
    known = json.loads(owner.do("log", "--json"))
    online = owner.do("log", "--oneline")
    for folder in ("chain", "store"):
        (owner.home / folder).rename(owner.home / f"{folder} far away")
    monkeypatch.setenv("FEDERITY_OFFLINE", "1")
    found = owner.run("log", "--oneline")
    assert (found.code, found.out) == (0, online), found
    assert found.err.startswith("offline: as of slot ")
    assert len(found.err.splitlines()) == 1
    assert json.loads(owner.run("log", "--json").out) == known
    owner.do("checkout", "HEAD~1", "--export", "first")
    owner.do("branch")
    (owner.here / MODEL).unlink()
    owner.do("checkout", "main")
    assert abs(owner.train(0)["layer.bias"] - trained["layer.bias"]).max() < 1
    assert "`federity push` needs the chain" in owner.refused(ChainUnavailable, "push", "--yes")
    assert "`federity pull`" in owner.refused(ChainUnavailable, "pull")
    (owner.here / ".federity" / "history").unlink()
    assert "`federity log` needs the chain" in owner.refused(ChainUnavailable, "log")
    monkeypatch.delenv("FEDERITY_OFFLINE")
    with pytest.raises(AssertionError):
        owner.refused(WorktreeError, "log")


def test_a_repository_is_made_where_no_chain_is_reached(
    owner: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = owner.at(tmp_path / "train")
    new.here.mkdir()
    (owner.here / MODEL).rename(new.here / MODEL)
    nobody = ("-u", "http://127.0.0.1:9")
    monkeypatch.setenv("FEDERITY_OFFLINE", "1")
    made = new.run("init", "--name", "train", "--insecure")
    assert made.code == 0, made
    assert "no chain was asked" in made.err
    new.train(2)
    new.do("commit", "-m", "on the train", "--ratio", "1")
    monkeypatch.delenv("FEDERITY_OFFLINE")
    assert "127.0.0.1" in new.refused(ChainUnavailable, "push", "--yes", *nobody)
    new.do("push", "--dry-run", "--level", "0")
    new.do("push", "--yes", "--level", "0")
    assert [view["message"] for view in json.loads(new.do("log", "--json"))] == ["on the train", "genesis"]
    # From the first push on it is of this chain, and no other.
    (owner.home / "chain").rename(owner.home / "another")
    assert new.run("log").code == WrongCluster.exit_code
