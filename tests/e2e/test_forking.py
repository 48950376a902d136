"""A repository of one's own made of another's head: commits go to and fro, and the bits are the same."""

import json
from pathlib import Path

import numpy as np
import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, weights
from e2e.test_in_hand import WHOLE, moved, read, same, start, write
from federity._generated import accounts
from federity.errors import ConfigError, NotAMember, NotFound, NothingToDo
from federity.repository.ledger import query
from federity.repository.repository import Repository
from support.people import Person

pytestmark = pytest.mark.svm


@pytest.fixture(autouse=True)
def home(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of somebody who has the reference string, and nothing else."""
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "cache").symlink_to(cache)
    monkeypatch.setenv("FEDERITY_HOME", str(folder))


async def train(repository: Repository, tensor: str, message: str, by: float = 0.125, level: int = 0) -> None:
    """One more head."""
    write(repository, moved(read(repository), tensor, by=by))
    await repository.commit(message=message, **WHOLE)
    await repository.push(level=level)
    await repository.pull()


async def forked(team: Team) -> tuple[Repository, Repository]:
    """A repository, and ann's fork of it in a clone."""
    owner = await start(team)
    report = await Repository.fork(await team.session("ann"), owner.url)
    return owner, await team.clone("ann", report.spec)


async def test_what_cannot_be_forked(team: Team) -> None:
    owner = await start(team)
    session = await team.session("ann")
    with pytest.raises(NotFound, match="no repository"):
        await Repository.fork(session, f"{team.address('ann')}/digits")
    with pytest.raises(NotFound, match="no branch 'side'"):
        await Repository.fork(session, owner.url, branch="side")
    with pytest.raises(ConfigError, match="another name"):
        await Repository.fork(await team.session("owner"), owner.url)
    with pytest.raises(ConfigError, match="no name"):
        await Repository.fork(session, owner.url, name="No")
    other = await Repository.create(session, team.path("other"), read(owner), name="digits", insecure=True)
    with pytest.raises(ConfigError, match="no fork of yours"):
        await Repository.fork(session, owner.url)
    price = await Repository.fork(session, owner.url, name="mine", dry_run=True)
    report = await Repository.fork(session, owner.url, name="mine")
    assert report.cost.rent == price.cost.rent > 0
    with pytest.raises(NothingToDo, match="already"):
        await Repository.fork(session, owner.url, name="mine")
    # Of a repository that began with the same model by itself nothing is taken: it is another lineage.
    stranger = (await other.show()).address
    with pytest.raises(NotFound, match="another repository"):
        await owner.tensors(stranger)


async def test_a_fork_is_its_ancestor_to_the_bit(team: Team) -> None:
    owner, ann = await forked(team)
    head = (await owner.show()).address
    assert same(read(ann), read(owner))
    assert same(await ann.tensors(head), await owner.tensors())
    assert [view.message for view in await ann.log()] == [view.message for view in await owner.log()]
    assert [(one.name, one.spec) for one in ann.remotes()] == [
        ("origin", ann.url),
        ("upstream", owner.url),
    ]
    account = await query.load(team.chain, accounts.Repository, Pubkey.from_string(ann.address))
    assert str(account.ancestor) == owner.address
    assert [key.address for key in await ann.keys()] == [key.address for key in await owner.keys()]
    # A commit of the ancestor by its short name, though it is of another repository.
    first = (await owner.show()).id
    assert (await ann.show(first[:8])).address == head
    report = await ann.verify()
    assert report.complete, report.checks
    assert (await ann.mirror(dry_run=True)).missing == ()
    await train(ann, "layer.bias", "ann's")
    bob = await team.clone("bob", ann.url)
    assert same(read(bob), read(ann))
    assert (await bob.verify()).complete
    await bob.fetch()
    alone = Repository.open(None, bob.path)
    assert list(await alone.log()) == list(await bob.log())
    assert same(await alone.tensors("HEAD~1"), await owner.tensors())
    assert [view.refs for view in await bob.log()][:2] == [("HEAD -> main",), ("upstream/main",)]
    await owner.branch_create("side", at="HEAD~1")
    report = await bob.fetch(["upstream"])
    assert [branch.name for branch in report.branches] == ["upstream/main", "upstream/side"]
    assert report.missing == ()
    assert (await Repository.open(None, bob.path).show("upstream/side")).kind == "genesis"
    with pytest.raises(NotFound, match="upstream has no branch 'none'"):
        await bob.fetch(["upstream", "none"])


async def test_what_the_ancestor_does_is_merged_into_the_fork_and_back(team: Team) -> None:
    owner, ann = await forked(team)
    with pytest.raises(NothingToDo, match="up to date"):
        await ann.merge_branch("upstream/main")
    await train(owner, "layer.weight", "owner's")
    await ann.merge_branch("upstream/main", ff_only=True)
    await ann.pull()
    assert same(read(ann), read(owner))
    # Its proofs are bound to the repository that it was made in.
    await train(ann, "layer.bias", "ann's", level=1)
    mine = (await ann.show()).address
    await train(owner, "layer.weight", "owner's second", by=0.25)
    await ann.merge_branch("upstream/main")
    await ann.pull()
    expected = moved(moved(read(owner), "layer.bias"))
    assert same(read(ann), expected)
    # And back, by somebody who decides there.
    await owner.remote_add("ann", ann.url)
    await owner.merge_branch("ann/main")
    await owner.pull()
    assert same(read(owner), read(ann))
    assert (await owner.show("HEAD")).kind == "operation"
    assert same(await owner.tensors(mine), await ann.tensors(mine))
    report = await owner.verify()
    assert report.complete, report.checks
    assert report.proofs
    # It is in the history here, and can be taken out of it by its name.
    ids = {view.address: view.id for view in await owner.log()}
    await owner.revert(ids[mine][:10])
    await owner.pull()
    assert same(read(owner), {**read(ann), "layer.bias": weights()["layer.bias"]})
    carl = await team.clone("carl", owner.url)
    assert same(read(carl), read(owner))
    await carl.fetch()
    alone = Repository.open(None, carl.path)
    assert same(await alone.tensors("HEAD~1"), read(ann))
    assert list(await alone.log()) == list(await carl.log())
    await owner.tag_create("anns", mine)
    assert same(await owner.tensors("anns"), await ann.tensors(mine))
    await owner.branch_create("further", at="ann/main")
    await owner.switch("further")
    assert same(read(owner), read(ann))


async def test_a_fork_proposes_to_what_it_came_from(team: Team) -> None:
    owner, ann = await forked(team)
    await train(ann, "layer.bias", "ann's")
    with pytest.raises(ConfigError, match="not protected") as refused:
        await ann.propose(base="main", head=(await ann.show()).address)
    assert "-R upstream" in refused.value.hint
    await owner.branch_protect("main", {"protected": True})
    with pytest.raises(NotAMember) as nobody:
        await ann.propose(repository="upstream")
    assert owner.url in nobody.value.sentence
    await owner.member_add(team.address("ann"))
    made = await ann.propose(repository="upstream", body="see the figures")
    assert made.repository == owner.address
    assert made.message.startswith("Merge digits:main of ")
    with pytest.raises(NothingToDo, match="proposed exactly that"):
        await ann.propose(repository=owner.url)
    there = await ann.elsewhere("upstream")
    assert [view.address for view in await there.proposals()] == [made.operation]
    assert list(await ann.proposals()) == []
    await there.proposal_review(made.operation, body="please look")
    checks = await owner.proposal_checks(made.operation)
    assert [one.share for one in checks.commits] == [1.0]
    await owner.proposal_review(made.operation, approve=True)
    assert (await there.proposal_merge(made.operation)).finished
    await owner.pull()
    assert same(read(owner), read(ann))
    assert (await owner.verify()).complete
    (mine,) = [view for view in await owner.log() if view.message == "ann's"]
    assert mine.origin == ann.url
    assert (await ann.show("upstream/main~1")).origin == "upstream"


async def test_what_is_only_proposed_elsewhere_is_not_taken(team: Team) -> None:
    owner, ann = await forked(team)
    await ann.branch_protect("main", {"protected": True})
    await ann.round_open()
    write(ann, moved(read(ann), "layer.bias"))
    await ann.commit(message="a proposal", **WHOLE)
    proposal = (await ann.push(level=0)).commits[0].address
    assert (await ann.show(proposal)).state == "complete"
    with pytest.raises(NotFound, match="was not merged"):
        await owner.cherry_pick(proposal)
    with pytest.raises(NotFound, match="was not merged"):
        await owner.tensors(proposal)


async def test_a_clone_becomes_one_of_the_fork_with_its_local_commits(team: Team) -> None:
    owner = await start(team)
    ann = await team.clone("ann", owner.url)
    write(ann, moved(read(ann), "layer.bias"))
    await ann.commit(message="mine", **WHOLE)
    write(ann, moved(read(ann), "layer.weight"))
    hand = read(ann)
    report = await ann.fork_here(name="mine")
    ann = Repository.open(await team.session("ann"), ann.path)
    assert [(one.name, one.repository) for one in ann.remotes()] == [
        ("origin", report.repository),
        ("upstream", owner.address),
    ]
    assert same(read(ann), hand)
    await ann.push(level=0)
    assert [view.message for view in await ann.log()] == ["mine", "first", "genesis"]
    await ann.commit(message="second", **WHOLE)
    await ann.push(level=0)
    await ann.pull()
    assert all(np.abs(read(ann)[name] - hand[name]).max() < 1e-6 for name in hand)
    with pytest.raises(NothingToDo, match="already"):
        await ann.remote_set_url("origin", ann.url)
    # And back to where it came from, whose head it can take over as any other.
    await ann.remote_set_url("origin", owner.url)
    ann = Repository.open(await team.session("ann"), ann.path)
    await ann.pull()
    assert same(read(ann), read(owner))


async def test_names_of_remotes(team: Team) -> None:
    owner, ann = await forked(team)
    with pytest.raises(ConfigError, match="already"):
        await ann.remote_add("upstream", owner.url)
    with pytest.raises(ConfigError, match="already"):
        await ann.remote_add("origin", owner.url)
    with pytest.raises(ConfigError, match="something else"):
        await ann.remote_add("tags", owner.url)
    with pytest.raises(ConfigError, match="no name"):
        await ann.remote_add("Up", owner.url)
    with pytest.raises(NotFound):
        await ann.remote_add("nobody", f"{owner.url}-not")
    with pytest.raises(NotFound):
        await ann.remote_remove("nobody")
    with pytest.raises(ConfigError, match="working copy is of"):
        await ann.remote_rename("origin", "x")
    with pytest.raises(ConfigError, match="working copy is of"):
        await ann.remote_remove("origin")
    await ann.remote_rename("upstream", "theirs")
    assert (await ann.show("theirs/main")).address == (await ann.show("origin/main")).address
    assert (await ann.show("refs/remotes/theirs/main~1")).kind == "genesis"
    with pytest.raises(NotFound, match="upstream/main"):
        await ann.show("upstream/main")
    await ann.remote_remove("theirs")
    assert [one.name for one in ann.remotes()] == ["origin"]


def test_the_commands_are_gh_s_and_git_s(owner: Person, tmp_path: Path) -> None:
    spec = json.loads(owner.do("remote", "--json"))[0]["spec"]
    ann = owner.newcomer("ann").at(tmp_path)
    assert "would be forked" in ann.do("fork", spec, "--name", "mine", "--dry-run")
    said = ann.do("fork", spec, "--name", "mine", "--clone", "--yes")
    assert "cloned into" in said
    ann = ann.at(tmp_path / "mine")
    assert [line.split()[0] for line in ann.do("remote", "-v").splitlines()] == ["origin", "upstream"]
    assert ann.do("remote", "get-url", "upstream").strip() == spec
    assert "upstream/main" in ann.do("log", "--oneline", "--decorate")
    assert "upstream/main" in ann.do("fetch", "upstream")
    ann.do("remote", "rename", "upstream", "them")
    assert "federity fetch them" in ann.do("remote", "set-url", "them", spec)
    ann.do("remote", "remove", "them")
    ann.refused(NotFound, "remote", "get-url", "them")
    ann.do("remote", "add", "them", spec)
    assert ann.do("remote") == "origin\nthem\n"
    assert "already" in ann.refused(NothingToDo, "fork", spec, "--name", "mine", "--yes")
    assert "cannot be deleted" not in owner.refused(ConfigError, "fork", "--yes")
    assert owner.run("fork", "--clone", "--yes").code == 2
