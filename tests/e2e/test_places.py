"""`-` is where the working copy stood before, as in git; what is only looked at is no such place."""

import pytest

from e2e.team import Team
from e2e.test_in_hand import WHOLE, is_only, moved, read, same, start, write
from federity.errors import NotFound, WorktreeError

pytestmark = pytest.mark.svm


async def test_back_and_forth_between_branches_and_commits(team: Team) -> None:
    owner = await start(team)
    for nowhere in ("-", "@{-1}"):
        with pytest.raises(NotFound, match="nothing else before"):
            await owner.checkout(nowhere)
    genesis = await owner.tensors("HEAD~1")
    head = await owner.tensors()
    await owner.checkout("HEAD~1")
    assert same(read(owner), genesis)
    assert (await owner.checkout("-")).at_head
    assert same(read(owner), head)
    assert not (await owner.checkout("@{-1}")).at_head
    assert same(read(owner), genesis)
    # A branch is none of `switch`'s business when it is a commit.
    await owner.pull()
    with pytest.raises(NotFound, match="no name of a branch"):
        await owner.switch("-")
    with pytest.raises(NotFound, match="no branch 'nowhere'"):
        await owner.switch("nowhere")

    await owner.branch_create("side", at="HEAD~1")
    await owner.switch("side")
    assert same(read(owner), genesis)
    await owner.switch("-")
    assert (await owner.status()).branch == "main"
    assert same(read(owner), head)
    await owner.switch("-")
    assert (await owner.status()).branch == "side"
    # One of the same head, for which nothing is loaded.
    await owner.branch_create("twin", at="HEAD")
    await owner.switch("twin")
    await owner.switch("-")
    assert (await owner.status()).branch == "side"
    await owner.switch("main")
    await owner.switch("-")
    # To stand where one stands already moves nothing.
    await owner.switch("side")
    await owner.checkout("HEAD")
    await owner.pull()
    await owner.checkout("-")
    assert (await owner.status()).branch == "main"


async def test_a_commit_that_is_looked_at_is_not_where_one_stands(team: Team) -> None:
    owner = await start(team)
    head = read(owner)
    await owner.checkout("HEAD~1", owner.path / "old.safetensors")
    with pytest.raises(NotFound, match="nothing else before"):
        await owner.checkout("-")
    old = read(owner, "old.safetensors")
    # A new file: of which of the two was it trained?
    write(owner, moved(head, "layer.bias"), "new.safetensors")
    with pytest.raises(
        WorktreeError, match=r"in old\.safetensors or from .* in model\.safetensors"
    ) as refused:
        await owner.commit(owner.path / "new.safetensors", "which?", **WHOLE)
    assert "Write it over the file" in str(refused.value)
    assert (await owner.status()).commits == ()
    # Each of both is known by its file.
    write(owner, moved(head, "layer.bias"))
    made = await owner.commit(message="from the head", **WHOLE)
    assert await is_only(owner, made, "layer.bias")
    write(owner, moved(old, "layer.bias"), "old.safetensors")
    made = await owner.commit(owner.path / "old.safetensors", "from the old one", **WHOLE)
    assert made.stale
    assert await is_only(owner, made, "layer.bias")


async def test_a_new_file_is_of_the_only_thing_that_was_loaded(team: Team) -> None:
    owner = await start(team)
    await owner.checkout("HEAD", owner.path / "copy.safetensors")
    write(owner, moved(read(owner), "layer.bias"), "new.safetensors")
    made = await owner.commit(owner.path / "new.safetensors", "the same either way", **WHOLE)
    assert await is_only(owner, made, "layer.bias")
