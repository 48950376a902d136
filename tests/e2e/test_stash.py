"""`stash`: trained weights come back to the bit, and their change goes on top of the head of then."""

import argparse

import numpy as np
import pytest

from e2e.team import Team
from e2e.test_in_hand import STEP, WHOLE, change, moved, read, same, start, write
from federity.cli.stash import place
from federity.errors import ConfigError, NotFound, NothingToDo, WorktreeError
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm


async def test_what_was_put_aside_is_committed_on_top_of_the_head_there_is_by_then(team: Team) -> None:
    owner = await start(team)
    alone = Repository.open(None, owner.path)
    head = read(owner)
    mine = moved(head, "layer.bias", by=3 * STEP)
    write(owner, mine)
    entry = await alone.stash_push("of last night")
    assert same(read(owner), head)
    assert not (await alone.status()).modified
    # Others move the head; the accumulator that training started from is forgotten by all but the stash.
    for seed in range(6):
        write(owner, moved(read(owner), "layer.weight", by=STEP * (1 + seed % 2)))
        await owner.commit(message="other work", **WHOLE)
        await owner.push(level=0)
        await owner.pull()
    assert [one.message for one in await alone.stashes()] == ["of last night"]
    popped = await alone.stash_pop()
    assert same(read(owner), mine)
    assert popped.digest == entry.digest
    assert await alone.stashes() == []
    made = await owner.commit(message="mine", **WHOLE)
    sent = await change(owner, made)
    assert np.abs(sent["layer.bias"] - 3 * STEP).max() < 1e-6
    assert not sent["layer.weight"].any()


async def test_apply_keeps_it_and_places_are_counted_from_the_newest(team: Team) -> None:
    owner = await start(team)
    head = read(owner)
    for by in (1, 2):
        write(owner, moved(head, "layer.bias", by=by))
        await owner.stash_push(str(by))
    assert [(one.name, one.message) for one in await owner.stashes()] == [
        ("stash@{0}", "2"),
        ("stash@{1}", "1"),
    ]
    await owner.stash_pop(1, keep=True)
    assert same(read(owner), moved(head, "layer.bias", by=1))
    assert len(await owner.stashes()) == 2
    assert (await owner.stash_drop(0)).message == "2"
    await owner.restore()
    assert (await owner.stash_pop()).message == "1"
    with pytest.raises(NotFound, match=r"stash@\{0\}"):
        await owner.stash_drop()


async def test_nothing_is_lost_by_a_refusal(team: Team) -> None:
    owner = await start(team)
    head = read(owner)
    with pytest.raises(NothingToDo):
        await owner.stash_push()
    with pytest.raises(ConfigError, match="of a file"):
        await owner.stash_push(model=moved(head, "layer.bias"))
    with pytest.raises(NotFound, match="to put aside"):
        await owner.stash_push(model=owner.path / "other.safetensors")
    with pytest.raises(NotFound):
        await owner.stash_pop()
    write(owner, moved(head, "layer.bias"))
    await owner.stash_push()
    now = moved(head, "layer.weight")
    write(owner, now)
    with pytest.raises(WorktreeError, match="not committed"):
        await owner.stash_pop()
    assert same(read(owner), now)
    assert len(await owner.stashes()) == 1
    await owner.restore()
    (file,) = (owner.path / ".federity" / "stash").glob("*.safetensors")
    write(owner, now, str(file.relative_to(owner.path)))
    with pytest.raises(WorktreeError, match="not what was put aside"):
        await owner.stash_pop()
    assert same(read(owner), head)


async def test_weights_whose_record_was_not_written_are_nothing(team: Team) -> None:
    owner = await start(team)
    folder = owner.path / ".federity" / "stash"
    folder.mkdir()
    write(owner, read(owner), ".federity/stash/000001.safetensors")
    write(owner, moved(read(owner), "layer.bias"))
    await owner.stash_push()
    assert len(list(folder.glob("*.safetensors"))) == len(await owner.stashes()) == 1


@pytest.mark.parametrize(("text", "meant"), [("0", 0), ("12", 12), ("stash@{3}", 3)])
def test_a_stash_is_named_as_in_git(text: str, meant: int) -> None:
    assert place(text) == meant


@pytest.mark.parametrize("text", ["-1", "stash@{1", "1}", "stash", "one", "stash@{}"])
def test_another_name_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        place(text)
