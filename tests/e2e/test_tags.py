"""Tags: names for heads, which every verb understands, and which move only from where they were seen."""

import logging
from pathlib import Path

import pytest

from e2e.team import Team
from e2e.test_in_hand import WHOLE, moved, read, same, start, write
from federity.errors import (
    Archived,
    ConfigError,
    NotAMember,
    NotFound,
    NothingToDo,
    ProgramError,
    StaleHead,
)
from federity.repository.repository import Repository
from federity.repository.steps import transactions
from support.people import Person

pytestmark = pytest.mark.svm


@pytest.fixture(autouse=True)
def home(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of somebody who has the reference string, and nothing else."""
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "cache").symlink_to(cache)
    monkeypatch.setenv("FEDERITY_HOME", str(folder))


async def another(owner: Repository, message: str = "second") -> None:
    """One more head."""
    write(owner, moved(read(owner), "layer.bias"))
    await owner.commit(message=message, **WHOLE)
    await owner.push(level=0)
    await owner.pull()


async def test_what_may_not_be_tagged(team: Team) -> None:
    owner = await start(team)
    ann = await _ann(team, owner)
    with pytest.raises(NotAMember):
        await ann.tag_create("v1")
    with pytest.raises(ConfigError, match="no name"):
        await owner.tag_create("V 1")
    with pytest.raises(ConfigError, match="start of a commit's name") as refused:
        await owner.tag_create("2024")
    assert "v2024" in refused.value.hint
    with pytest.raises(NotFound):
        await owner.tag_create("v1", "nowhere")
    with pytest.raises(ConfigError, match="has 65537 bytes"):
        await owner.tag_create("v1", message="x" * 65537)
    write(owner, moved(read(owner), "layer.bias"))
    await owner.commit(message="local", **WHOLE)
    with pytest.raises(NotFound, match="not on the chain"):
        await owner.tag_create("v1")
    await owner.discard()
    await owner.branch_protect("main", {"protected": True})
    await owner.round_open()
    await ann.commit(moved(read(owner), "layer.bias"), "proposed", samples=1)
    proposal = (await ann.push(level=0)).commits[0].address
    with pytest.raises(ConfigError, match="proposal"):
        await owner.tag_create("v1", proposal)
    with pytest.raises(NotFound, match="no tag 'v1'"):
        await owner.tag_delete("v1")
    assert list(await owner.tags()) == []
    await owner.round_cancel()
    await owner.archive()
    with pytest.raises(Archived):
        await owner.tag_create("v1")


async def _ann(team: Team, owner: Repository) -> Repository:
    await team.session("ann")
    await owner.member_add(team.address("ann"))
    return await team.clone("ann", owner.url)


async def test_a_tag_is_understood_wherever_a_commit_is_named(team: Team) -> None:
    owner = await start(team)
    before, head = await owner.tensors(), (await owner.show()).address
    made = await owner.tag_create("v1.0", message="the first\n\ntrained on digits")
    assert (made.commit, made.before) == (head, "")
    await another(owner)
    assert same(await owner.tensors("v1.0"), before)
    assert same(await owner.tensors("refs/tags/v1.0"), before)
    assert (await owner.show("v1.0~1")).kind == "genesis"
    (shown,) = (await owner.show("v1.0")).tags
    assert (shown.message, shown.moves) == ("the first\n\ntrained on digits", 0)
    assert shown.time is not None
    assert [view.refs for view in await owner.log()] == [("HEAD -> main",), ("tag: v1.0",), ()]
    assert (await owner.diff("v1.0", "HEAD")).to_json() == (await owner.diff("HEAD~1", "HEAD")).to_json()
    await owner.switch_create("fix", "v1.0")
    assert same(read(owner), before)
    await owner.merge_branch("main")
    await owner.pull()
    await owner.tag_create("merged", "fix")
    await owner.checkout("v1.0")
    assert same(read(owner), before)
    assert [tag.name for tag in await owner.tags()] == ["merged", "v1.0"]
    assert [tag.name for tag in await owner.tags("v1.*", "x")] == ["v1.0"]
    assert [tag.name for tag in await owner.tags(points_at="main~1")] == ["v1.0"]


async def test_a_tag_and_a_branch_of_one_name(team: Team, caplog: pytest.LogCaptureFixture) -> None:
    owner = await start(team)
    old = (await owner.show()).address
    await owner.tag_create("side", "HEAD~1")
    await owner.branch_create("side")
    with caplog.at_level(logging.WARNING, "federity"):
        assert (await owner.show("side")).kind == "genesis"
    assert "the tag is meant, and heads/side names the branch" in caplog.text
    caplog.clear()
    assert (await owner.show("heads/side")).address == old
    await owner.switch("side")
    assert (await owner.status()).branch == "side"
    assert not caplog.records


async def test_a_tag_moves_by_force_and_from_where_it_was_seen(team: Team) -> None:
    owner = await start(team)
    first = (await owner.show()).address
    await owner.tag_create("v1")
    await another(owner)
    with pytest.raises(ConfigError, match="already"):
        await owner.tag_create("v1")
    with pytest.raises(NothingToDo):
        await owner.tag_create("v1", "HEAD~1", force=True)
    with pytest.raises(StaleHead, match="meanwhile"):
        await owner.tag_create("v1", force=True, before=(await owner.show("HEAD~2")).address)
    with pytest.raises(StaleHead, match="meanwhile"):
        await owner.tag_create("v1", force=True, before="")
    moved_ = await owner.tag_create("v1", force=True, before=first)
    assert (moved_.before, moved_.commit) == (first, (await owner.show()).address)
    (tag,) = await owner.tags()
    assert (tag.commit, tag.moves) == (moved_.commit, 1)


async def test_who_is_faster_with_a_tag_has_it(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else moves it between the look at it and the transaction: by the program's own check."""
    owner = await start(team)
    await owner.tag_create("v1")
    await another(owner)
    real, late = transactions.run, []

    async def overtaken(session, steps, dry_run):
        if not late:
            late.append(True)
            await owner.tag_create("v1", "HEAD~2", force=True)
        return await real(session, steps, dry_run)

    monkeypatch.setattr(transactions, "run", overtaken)
    with pytest.raises(StaleHead, match="meanwhile") as refused:
        await owner.tag_create("v1", "HEAD", force=True)
    assert isinstance(refused.value.__cause__, ProgramError)
    assert (await owner.show("v1")).kind == "genesis"


async def test_a_deleted_tag_returns_its_rent_and_its_name(team: Team) -> None:
    owner = await start(team)
    wallet = team.wallets["owner"].pubkey
    await owner.tag_create("v1", message="words")
    listed = [view for view in await owner.rent() if view.kind == "tag"]
    assert [view.why for view in listed] == ["until it is deleted: `federity tag -d v1`"]
    await owner.archive()
    planned = await owner.tag_delete("v1", dry_run=True)
    before = await team.chain.balance(wallet)
    report = await owner.tag_delete("v1")
    assert report.returned == planned.returned == listed[0].lamports
    assert await team.chain.balance(wallet) == before + report.returned - report.cost.fees
    assert list(await owner.tags()) == []
    with pytest.raises(NotFound):
        await owner.show("v1")


async def test_fetched_tags_are_read_without_a_chain(team: Team) -> None:
    owner = await start(team)
    await owner.tag_create("v1", "HEAD~1", message="where it began")
    bob = await team.clone("bob", owner.url)
    report = await bob.fetch()
    assert [(tag.name, tag.commit_before) for tag in report.tags] == [("v1", "")]
    alone = Repository.open(None, bob.path)
    assert list(await alone.tags()) == list(await bob.tags())
    assert (await alone.show("v1")).tags[0].message == "where it began"
    assert same(await alone.tensors("v1"), await bob.tensors("v1"))
    await owner.tag_create("v1", "HEAD", message="further on", force=True)
    (again,) = (await bob.fetch()).tags
    assert again.commit_before == report.tags[0].commit != again.commit


async def test_a_repealed_key_is_gone_with_its_rent(team: Team) -> None:
    owner = await start(team)
    (key,) = await owner.keys()
    with pytest.raises(NotFound, match="No pinned keys"):
        await owner.key_repeal("1")
    ann = await _ann(team, owner)
    with pytest.raises(NotAMember):
        await ann.key_repeal(key.address)
    (held,) = [view for view in await owner.rent() if view.kind == "key pin"]
    assert f"`federity key repeal {key.address}`" in held.why
    report = await owner.key_repeal(key.address[:6])
    assert report.returned == held.lamports
    assert list(await owner.keys()) == []
    write(owner, moved(read(owner), "layer.bias"))
    await owner.commit(message="without proofs", **WHOLE)
    assert (await owner.push()).commits[0].level == 0


def test_the_commands_are_gits(owner: Person) -> None:
    assert owner.do("tag") == ""
    owner.train()
    owner.do("commit", "-m", "one")
    owner.do("push", "--yes", "--level", "0")
    assert "the tag v1 names" in owner.do("tag", "v1", "-m", "first words\nmore", "--yes")
    owner.do("tag", "-a", "v0", "HEAD~1", "-m", "the beginning", "--yes")
    assert owner.do("tag") == "v0\nv1\n"
    assert owner.do("tag", "-l", "*1") == "v1\n"
    assert [line.split() for line in owner.do("tag", "-n").splitlines()[1:]] == [
        ["v0", "the", "beginning"],
        ["v1", "first", "words"],
    ]
    assert "tag: v1" not in owner.do("log", "--oneline")
    decorated = owner.do("log", "--oneline", "--decorate").splitlines()
    assert [line.split(" ", 1)[1] for line in decorated] == [
        "(HEAD -> main, tag: v1) one",
        "(tag: v0) genesis",
    ]
    assert "first words" in owner.do("show", "v1")
    assert "-f` moves it" in owner.refused(ConfigError, "tag", "v1", "v0", "--yes")
    assert "(was " in owner.do("tag", "-f", "v1", "v0", "--yes")
    assert owner.do("tag", "--points-at", "v0") == "v0\nv1\n"
    assert "came back" in owner.do("tag", "-d", "v0", "v1", "--yes")
    assert owner.do("tag") == ""
    for words in (("-d",), ("-m", "x"), ("-l", "-m", "x"), ("-d", "-n", "v1"), ("a", "b", "c"), ("-f",)):
        assert owner.run("tag", *words, "--yes").code == 2, words
