"""One name for a commit from `commit` to `log` on every machine, and a history that people can read."""

import time

import pytest

from e2e.team import Team, trained, weights
from federity.errors import NotFound
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm


async def alone(team: Team, rules: Rules | None = None) -> Repository:
    return await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True, rules=rules
    )


async def test_a_commit_has_one_name_from_its_making_to_every_log(team: Team) -> None:
    owner = await alone(team)
    made = await owner.commit(
        trained(weights()), "one epoch\nand more", samples=320, figures={"accuracy": 0.9, "f1": 0.8}
    )
    (local, _) = await owner.log()
    assert (local.id, local.state, local.address, local.time_source) == (made.id, "local", "", "made here")
    assert (await owner.show(made.id[:8])).message == "one epoch\nand more"
    pushed = (await owner.push(level=0)).commits[0]
    reader = await team.clone("reader", owner.url)
    for repository in (owner, reader):
        first, genesis = await repository.log()
        assert (first.id, pushed.id, made.id) == (made.delta,) * 3
        assert (first.message, first.samples) == ("one epoch\nand more", 320)
        assert first.figures == {"accuracy": 0.9, "f1": 0.8}
        assert (first.author, first.single) == (team.address("owner"), True)
        assert (genesis.kind, genesis.id) == ("genesis", genesis.address)
        for name in (made.id, made.id[:12], made.id[:4], first.address, first.address[:8], pushed.merge):
            assert (await repository.show(name)).address == pushed.merge
        assert (await repository.show(pushed.address)).id == made.id
        assert (await repository.show("@")).id == (await repository.show("HEAD")).id == made.id
        assert (await repository.show(f"{made.id[:8]}^")).id == genesis.id
        assert (await repository.show(f"{made.id}~1")).id == genesis.id
        assert all(
            a.tobytes() == b.tobytes()
            for a, b in zip(
                (await repository.tensors(made.id)).values(),
                (await repository.tensors("HEAD")).values(),
                strict=True,
            )
        )
    assert (await reader.verify(made.id)).ok
    assert (await reader.pull(weights())).head_id == made.id
    assert (await owner.branches())[0].head_id == made.id


async def test_dates_are_those_of_the_chain_or_of_this_machine(team: Team) -> None:
    owner = await alone(team)
    await owner.commit(trained(weights()))
    await owner.push(level=0)
    await owner.commit(trained(weights(), 2))
    views = await owner.log()
    assert [view.time_source for view in views] == ["made here", "block", "block"]
    assert all(view.time is not None and abs(view.time - time.time()) < 600 for view in views)
    (part,) = views[1].merged
    assert part.time == views[1].time


async def test_log_before_the_first_push_lists_what_was_made_here(team: Team) -> None:
    owner = await Repository.init(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    assert await owner.log() == []
    first = await owner.commit(trained(weights()), "first")
    second = await owner.commit(trained(weights(), 2), "second")
    assert [view.id for view in await owner.log()] == [second.id, first.id]
    assert [view.id for view in await owner.log(limit=1)] == [second.id]
    assert await owner.log(limit=0) == []
    with pytest.raises(NotFound):
        await owner.log("main")


async def test_two_equal_steps_are_two_commits_with_two_names(team: Team) -> None:
    owner = await alone(team)
    one = {name: value + 0.5 for name, value in weights().items()}
    two = {name: value + 1.0 for name, value in weights().items()}
    first = await owner.commit(one, "step", shift=0, ratio=1.0)
    second = await owner.commit(two, "step", shift=0, ratio=1.0)
    assert first.id != second.id
    await owner.push(level=0)
    assert [view.id for view in (await owner.log())[:2]] == [second.id, first.id]


async def test_a_merge_of_several_is_shown_with_its_parts(team: Team) -> None:
    owner = await alone(team, Rules(protected=True, weighting="samples"))
    made = {}
    for name in ("ann", "bob"):
        await team.session(name)
        await owner.member_add(team.address(name))
    await owner.round_open()
    for seed, name in enumerate(("ann", "bob"), 1):
        person = await team.clone(name, owner.url)
        made[name] = await person.commit(trained(weights(), seed), f"by {name}", samples=100 * seed)
        await person.push(level=0)
        # A proposal has its name before anybody merges it.
        assert (await owner.show(made[name].id)).state == "complete"
    merged = await owner.merge()
    top = (await owner.log("main"))[0]
    assert (top.id, top.single, top.samples) == (merged.head, False, 300)
    assert merged.head_id == top.id
    assert {(part.id, part.message, part.weight) for part in top.merged} == {
        (made["ann"].id, "by ann", 65536 // 3),
        (made["bob"].id, "by bob", 65536 * 2 // 3),
    }
    assert (await owner.show(made["ann"].id)).kind == "update"


async def test_ids_of_earlier_versions_are_understood(team: Team) -> None:
    owner = await alone(team)
    await owner.commit(trained(weights()))
    pushed = (await owner.push(level=0)).commits[0]
    owner.workspace.worktree.set_pushed("0ld1d" + "0" * 35, pushed.address)
    assert (await owner.show("0ld1d0")).address == pushed.merge


async def test_a_name_that_two_authors_used_is_refused_except_by_one_of_them(team: Team) -> None:
    owner = await alone(team, Rules(protected=True))
    for name in ("ann", "eve"):
        await team.session(name)
        await owner.member_add(team.address(name))
    await owner.round_open()
    ann = await team.clone("ann", owner.url)
    made = await ann.commit(trained(weights()), "mine")
    proposed = (await ann.push(level=0)).commits[0]
    eve = await team.clone("eve", owner.url)
    await eve.commit(trained(weights()), "mine")
    copied = (await eve.push(level=0)).commits[0]
    assert copied.id == made.id
    with pytest.raises(NotFound, match="2 commits are named") as refused:
        await owner.show(made.id)
    assert proposed.address in refused.value.hint
    assert copied.address in refused.value.hint
    assert (await ann.show(made.id)).address == proposed.address
    assert (await eve.show(made.id)).address == copied.address


@pytest.mark.parametrize("name", ["HEAD~x", "main~1~x", "abc", "0123456789", "HEAD^^^"])
async def test_names_that_mean_nothing(team: Team, name: str) -> None:
    owner = await alone(team)
    with pytest.raises(NotFound):
        await owner.show(name)


async def test_a_message_that_cannot_be_had_is_said_to_be_missing(team: Team) -> None:
    owner = await alone(team)
    made = await owner.commit(trained(weights()), "words", figures={"loss": 0.5})
    await owner.push(level=0)
    reader = await team.clone("reader", owner.url)
    team.blob(made.delta).unlink()
    (reader.path / ".federity" / "objects" / made.delta[:2] / made.delta[2:]).unlink()
    top = (await reader.log())[0]
    assert (top.message, top.figures) == ("", {"loss": 0.5})
    assert top.problem


async def test_deadlines_have_times(team: Team) -> None:
    owner = await alone(team, Rules(protected=True, propose_slots=9000, review_slots=9000, merge_slots=1))
    await owner.round_open()
    view = await owner.round_show()
    assert abs(view.propose_time - time.time() - 3600) < 60
    assert view.propose_until - view.slot == pytest.approx(9000, abs=100)
    assert view.review_time - view.propose_time == 3600
    assert (await owner.rounds())[0].propose_time == pytest.approx(view.propose_time, abs=30)
