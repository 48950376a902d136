"""Merges, reverts, picks and branches without a chain: queued, read, sent; by value what the chain makes."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from e2e.team import SOL, Team, Tensors
from e2e.test_combining import vector
from e2e.test_in_hand import STEP, WHOLE, moved, read, same, start, write
from e2e.test_offline import home
from federity.chain.base import Prepared, Receipt
from federity.errors import (
    ChainUnavailable,
    ConfigError,
    NotAMember,
    NotFound,
    NothingToDo,
    StaleHead,
    WorktreeError,
)
from federity.files import remove
from federity.repository.repository import Repository
from federity.repository.working_copy.queue import Queue
from federity.wallet import Wallet
from support.people import MODEL, Person

pytestmark = pytest.mark.svm
__all__ = ["home"]


# Room for what a merge and a training changed together.
WIDE = {"ratio": 1.0, "shift": 4}
# What eight bits of such a commit leave is less, and any training here far more.
NEAR = STEP / 16


def home_folder() -> Path:
    """Where the settings are."""
    return Path(os.environ["FEDERITY_HOME"])


def alone(person: Repository) -> Repository:
    """The working copy where no chain is reached."""
    return Repository.open(None, person.path)


def near(left: Tensors, right: Tensors) -> bool:
    """To what a commit leaves."""
    return all(np.abs(left[name] - right[name]).max() < NEAR for name in right)


async def forked(team: Team) -> Repository:
    """An owner with one move on each of two branches, in a working copy with its history, on main."""
    wallet = team.wallets["owner"] = Wallet.create(home_folder() / "id.json")
    await team.chain.airdrop(wallet.pubkey, 100 * SOL)
    owner = await start(team)
    await owner.switch_create("side")
    write(owner, moved(read(owner), "layer.bias", by=0.5))
    await owner.commit(message="on side", **WHOLE)
    await owner.push(level=0)
    await owner.switch("main")
    write(owner, moved(read(owner), "layer.weight", by=0.25))
    await owner.commit(message="on main", **WHOLE)
    await owner.push(level=0)
    await owner.fetch()
    return owner


async def test_what_is_queued_is_what_the_chain_makes_of_it(team: Team) -> None:
    owner = await forked(team)
    here = alone(owner)
    write(here, moved(read(here), "layer.bias", by=0.125))
    first = await here.commit(message="on the train", **WHOLE)
    merged = await here.merge_branch("side")
    assert merged.queued
    assert not merged.finished
    reverted = await here.revert("HEAD~1", message="not that")
    write(here, moved(read(here), "layer.weight", by=-0.5))
    last = await here.commit(message="still on it", **WHOLE)
    picked = await here.cherry_pick(first.id)
    foreseen = list(await here.log())
    weights = {name: await here.tensors(name) for name in ("HEAD", "HEAD~1", "HEAD~2", "HEAD~3")}
    assert same(read(here), weights["HEAD"])
    assert [view.message.partition("\n")[0] for view in foreseen][:5] == [
        "on the train", "still on it", "not that", "Merge side into main", "on the train",
    ]  # fmt: skip

    price = await owner.push(dry_run=True)
    report = await owner.push(level=0)
    assert [one.head for one in report.operations] == [merged.head, reverted.head, picked.head]
    assert [one.id for one in report.commits] == [first.id, last.id]
    assert report.cost.rent == price.cost.rent
    assert await owner.queue() == []
    found = list(await owner.log())
    assert [view.address for view in found] == [view.address for view in foreseen]
    for name, value in weights.items():
        assert same(await owner.tensors(name), value)
    reader = await team.clone("reader", owner.url)
    assert same(read(reader), weights["HEAD"])
    assert same(read(owner), weights["HEAD"])


async def test_what_was_queued_on_a_head_that_moved_is_made_anew_before_it_is_sent(team: Team) -> None:
    owner = await forked(team)
    here = alone(owner)
    write(here, moved(read(here), "layer.bias", by=0.125))
    await here.commit(message="mine", **WHOLE)
    merged = await here.merge_branch("side")
    mine = await vector(here, "HEAD~1") - await vector(here, "HEAD~2")
    write(here, moved(read(here), "layer.weight", by=-0.5))
    last = await here.commit(message="mine too", **WHOLE)

    bob = await team.clone("bob", owner.url)
    await owner.member_add(team.address("bob"), "maintainer")
    write(bob, moved(read(bob), "layer.weight", by=1))
    await bob.commit(message="theirs", **WHOLE)
    await bob.push(level=0)

    for dry_run in (True, False):
        with pytest.raises(StaleHead, match="moved on since what is queued"):
            await owner.push(level=0, dry_run=dry_run)
    assert (await bob.branches())[0].head_seq == 3

    pulled = await owner.pull()
    assert pulled.local == 1
    said = [view.message.partition("\n")[0] for view in await owner.log()]
    assert said[:4] == ["mine too", "Merge side into main", "mine", "theirs"]
    foreseen = read(owner)
    assert same(foreseen, await owner.tensors("HEAD"))
    report = await owner.push(level=0)
    assert report.operations[0].head != merged.head
    assert report.commits[-1].id == last.id
    reader = await team.clone("reader", owner.url)
    assert same(read(reader), foreseen)
    # On what they did lie what was committed here, to the integer, and what the side did.
    theirs, now, merge, top = [await vector(reader, name) for name in ("HEAD~3", "HEAD~2", "HEAD~1", "HEAD")]
    assert (theirs == await vector(bob)).all()
    assert (now - theirs == mine).all()
    assert (merge - now == await vector(reader, "side") - await vector(reader, "HEAD~5")).all()
    assert (top - merge != 0).any()


async def test_a_push_that_is_killed_after_each_transaction_sends_all_of_it_once(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await forked(team)
    here = alone(owner)
    await here.switch_create("work", "HEAD~1")
    write(here, moved(read(here), "layer.bias", by=0.125))
    await here.commit(message="one", **WHOLE)
    write(here, moved(read(here), "layer.bias", by=0.25))
    await here.commit(message="two", **WHOLE)
    await here.merge_branch("main", "side")
    await here.revert("HEAD~1")
    write(here, moved(read(here), "layer.weight", by=1))
    await here.commit(message="three", **WHOLE)
    foreseen = list(await here.log())
    held = await here.tensors("HEAD")
    submit, kills = team.chain.submit, 0

    async def killed(prepared: Prepared) -> Receipt:
        await submit(prepared)
        raise KeyboardInterrupt

    monkeypatch.setattr(team.chain, "submit", killed)
    while True:
        try:
            await owner.push(level=0)
        except KeyboardInterrupt:
            kills += 1
            assert kills < 40
            continue
        except NothingToDo:
            pass
        break
    assert kills >= 6
    monkeypatch.setattr(team.chain, "submit", submit)
    found = list(await owner.log())
    assert [view.message for view in found] == [view.message for view in foreseen]
    assert [view.address for view in found][1:] == [view.address for view in foreseen][1:]
    assert same(await owner.tensors("HEAD"), held)
    reader = await Repository.clone(
        await team.session("reader"), owner.url, team.path("reader"), branch="work"
    )
    assert same(read(reader), held)
    assert await owner.queue() == []
    assert (await owner.status()).commits == ()


async def test_what_is_queued_is_taken_back(team: Team) -> None:
    owner = await forked(team)
    here = alone(owner)
    write(here, moved(read(here), "layer.bias", by=0.125))
    first = await here.commit(message="one", **WHOLE)
    write(here, moved(read(here), "layer.bias", by=0.125))
    second = await here.commit(message="two", **WHOLE)
    kept = await here.tensors("HEAD")
    await here.merge_branch("side")
    await here.revert("HEAD~1")
    write(here, moved(read(here), "layer.weight", by=1))
    await here.commit(message="three", **WHOLE)
    with pytest.raises(ConfigError, match="Local commits stand"):
        await here.queue_drop()
    report = await here.reset("HEAD~3", hard=True)
    assert [one.verb for one in report.queued] == ["merge", "revert"]
    assert report.head == second.id
    assert same(read(here), kept)
    assert [commit.id for commit in (await here.status()).commits] == [first.id, second.id]
    await here.merge_branch("side")
    assert (await here.queue_drop()).commits == (first.id, second.id)
    with pytest.raises(NothingToDo, match="Nothing is queued"):
        await here.queue_drop()
    await here.merge_branch("side")
    assert (await here.reset("HEAD~2")).dropped == (second.id,)
    await owner.push(level=0)
    assert [view.message for view in await owner.log(limit=2)] == ["one", "on main"]


@pytest.mark.parametrize(("order", "load"), [("after", "pull"), ("before", "switch"), ("both", "pull")])
async def test_a_soft_reset_over_what_is_queued_makes_all_of_it_a_change_again(
    team: Team, order: str, load: str
) -> None:
    owner = await forked(team)
    here = alone(owner)
    start, down = read(here), 2
    if order != "after":
        write(here, moved(read(here), "layer.bias", by=0.125))
        await here.commit(message="before", **WHOLE)
    await here.merge_branch("side")
    if order != "before":
        write(here, moved(read(here), "layer.weight", by=-0.5))
        await here.commit(message="after", **WHOLE)
    if order == "both":
        await here.revert("HEAD~3")
        down = 4
    if load == "pull":
        await owner.pull()
    if load == "switch":
        await owner.switch("side")
        await owner.switch("main")
    held = read(owner)
    assert near(held, await here.tensors("HEAD"))

    assert (await owner.reset(f"HEAD~{down}")).queued
    assert same(read(owner), held)
    assert await owner.queue() == []
    assert near(await owner.tensors("HEAD"), start)
    status = await owner.status()
    assert (status.modified, status.weights.place, status.commits) == (True, "head", ())
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.pull()
    made = await owner.commit(message="again", **WIDE)
    assert not made.stale
    assert same(read(owner), held)
    assert near(await here.tensors("HEAD"), held)
    for commit in (None, "HEAD"):
        assert (await here.diff(commit)).whole.largest < NEAR


async def test_a_reset_that_was_killed_between_head_and_queue_is_done_again(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await forked(team)
    here = alone(owner)
    foot = (await here.status()).head
    write(here, moved(read(here), "layer.bias", by=0.125))
    await here.commit(message="one", **WHOLE)
    await here.merge_branch("side")
    held = read(here)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Queue, "write", killed)
        await here.reset("HEAD~2")
    status = await alone(owner).status()
    assert (status.modified, len(status.queued)) == (False, 1)
    assert len((await here.reset(foot)).dropped) == 1
    await here.commit(message="again", **WIDE)
    assert same(read(here), held)
    assert near(await here.tensors("HEAD"), held)


async def test_what_was_queued_is_dropped_with_its_weights(team: Team) -> None:
    owner = await forked(team)
    here = alone(owner)
    write(here, moved(read(here), "layer.bias", by=0.125))
    await here.commit(message="one", **WHOLE)
    before = read(here)
    await here.merge_branch("side")
    merged = read(here)
    await here.queue_drop()
    assert near(read(here), before)
    assert not (await here.status()).modified
    # What was trained on the result is never lost, nor what a commit below it held.
    await here.merge_branch("side")
    write(here, moved(read(here), "layer.weight", by=-0.5))
    await here.queue_drop()
    assert same(read(here), moved(merged, "layer.weight", by=-0.5))
    await here.reset("HEAD~1")
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.pull()
    await here.commit(message="again", **WIDE)
    assert near(await here.tensors("HEAD"), read(here))


async def test_rounds_of_others_that_moved_nothing_change_addresses_and_no_weights(team: Team) -> None:
    owner = await forked(team)
    here = alone(owner)
    write(here, moved(read(here), "layer.bias", by=0.125))
    await here.commit(message="one", **WHOLE)
    merged = await here.merge_branch("side")
    write(here, moved(read(here), "layer.bias", by=0.125))
    await here.commit(message="two", **WHOLE)
    held = read(here)
    await owner.round_open()
    report = await owner.push(level=0)
    assert report.operations[0].head != merged.head
    assert same(await owner.tensors("HEAD"), held)
    assert same(read(await team.clone("reader", owner.url)), held)
    status = await owner.status()
    assert (status.weights.place, status.modified) == ("head", False)


async def test_what_cannot_be_queued_is_refused_before_anything_changed(team: Team) -> None:
    owner = await forked(team)
    here = alone(owner)
    folder = here.path / ".federity"

    def state() -> dict[str, bytes]:
        names = ("HEAD", "queue", "weights", "config.toml")
        return {name: (folder / name).read_bytes() for name in names if (folder / name).exists()}

    before = state()
    write(here, moved(read(here), "layer.bias", by=0.125))
    with pytest.raises(WorktreeError, match="not committed"):
        await here.merge_branch("side")
    await here.commit(message="one", **WHOLE)
    with pytest.raises(NothingToDo):
        await here.merge_branch("HEAD~1")
    with pytest.raises(NotFound, match="'gone'"):
        await here.revert("gone")
    with pytest.raises(ConfigError, match="already"):
        await here.branch_create("side")
    with pytest.raises(ConfigError, match="new base"):
        await here.branch_create("later", model=here.path / MODEL)
    foreseen = await here.merge_branch("side", dry_run=True)
    assert foreseen.queued
    assert {**state(), "weights": b""} == {**before, "weights": b""}

    # What is queued is sent before anything else, and says where it is.
    await here.merge_branch("side")
    for verb in (owner.revert, owner.cherry_pick):
        with pytest.raises(ConfigError, match="1 queued operation waits"):
            await verb("HEAD~1")
    with pytest.raises(NotFound, match="is queued here, and not on the chain yet"):
        await owner.branch_create("later")
    await here.queue_drop()

    # Where others decide, or proofs are asked for, nothing is foreseen.
    await owner.branch_protect("main", {"min_level": 1})
    await owner.fetch()
    with pytest.raises(ConfigError, match="takes proved commits alone"):
        await here.merge_branch("side")
    await owner.branch_protect("main", {"min_level": 0, "protected": True})
    await owner.fetch()
    here = alone(owner)
    with pytest.raises(ConfigError, match="main is protected"):
        await here.merge_branch("side")
    bob = await team.clone("bob", owner.url)
    await owner.branch_protect("main", {"protected": False})
    await bob.fetch()
    remove(home_folder() / "id.json")
    Wallet.create(home_folder() / "id.json")
    with pytest.raises(NotAMember):
        await alone(bob).merge_branch("side")


async def test_a_damaged_queue_is_named_with_what_to_do(team: Team) -> None:
    owner = await forked(team)
    await alone(owner).merge_branch("side")
    file = owner.path / ".federity" / "queue"
    file.write_bytes(file.read_bytes()[:-9])
    for verb in (alone(owner).log, owner.push, owner.pull, owner.status):
        with pytest.raises(WorktreeError, match=r"queue is damaged.*pull --force"):
            await verb()
    file.unlink()
    await owner.pull(force=True)
    assert same(read(owner), await owner.tensors("main"))
    assert (await owner.status()).head_seq == 2


async def test_a_process_that_was_killed_before_head_moved_has_queued_it(team: Team) -> None:
    owner = await forked(team)
    here = alone(owner)
    write(here, moved(read(here), "layer.bias", by=0.125))
    await here.commit(message="one", **WHOLE)
    head = (here.path / ".federity" / "HEAD").read_bytes()
    await here.merge_branch("side")
    held = read(here)
    (here.path / ".federity" / "HEAD").write_bytes(head)
    assert [view.message for view in await alone(owner).log(limit=2)] != ["one", "on main"]
    await alone(owner).checkout("main")
    assert same(read(here), held)
    assert (await here.status()).commits == ()


def test_commands_queue_only_where_they_are_told_to(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed, words in ((1, "one"), (2, "two")):
        owner.train(seed)
        owner.do("commit", "-m", words, "--ratio", "1")
        owner.do("push", "--yes", "--level", "0")
    nobody = ("-u", "http://127.0.0.1:9")
    assert "--offline" not in owner.refused(ChainUnavailable, "revert", "HEAD~1", "--yes", *nobody)
    owner.do("pull")
    owner.do("fetch")
    # An outage is no answer, and says what would be one.
    assert "With --offline" in owner.refused(ChainUnavailable, "revert", "HEAD~1", "--yes", *nobody)
    assert owner.do("queue") == "nothing is queued\n"
    foreseen = owner.run("revert", "HEAD~1", "--offline", "--dry-run")
    assert (foreseen.code, "it would be queued" in foreseen.out) == (0, True)
    done = owner.run("revert", "HEAD~1", "--offline", *nobody)
    assert done.code == 0, done
    assert done.err.startswith("offline: as of slot ")
    assert "queued" in done.out
    assert "nothing was sent; `federity push` sends what is queued" in done.out
    assert json.loads(owner.do("queue", "--json"))[0]["verb"] == "revert"
    assert "1: `federity push` sends" in owner.do("status")
    assert "queued" in owner.do("log").splitlines()[1]
    assert "queued here: `federity push` sends it" in owner.do("show")
    monkeypatch.setenv("FEDERITY_OFFLINE", "1")
    assert "queued" in owner.do("switch", "-c", "later")
    owner.do("cherry-pick", "main~2")
    monkeypatch.delenv("FEDERITY_OFFLINE")
    assert "operations wait to be sent first" in owner.refused(ConfigError, "revert", "main", "--yes")
    price = owner.do("push", "--dry-run")
    assert "branch later: would be made" in price
    assert "would be sent" in price
    said = owner.do("push", "--yes")
    assert "branch later: made" in said
    assert said.count(", sent: ") == 2
    assert owner.do("queue") == "nothing is queued\n"
    assert owner.refused(NothingToDo, "push", "--yes")
    assert [view["state"] for view in json.loads(owner.do("log", "--json"))][:2] == ["history"] * 2
