"""Revert, pick, merge and reset: the new head is the stated sum of commits, to the integer."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, Tensors, trained, weights
from federity.errors import Archived, BlobMissing, ConfigError, NotAMember, NotFound, NothingToDo, StaleHead
from federity.repository.ledger import heads
from federity.repository.repository import Repository
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Step
from federity.session import Session

pytestmark = pytest.mark.svm


async def start(team: Team, steps: int = 3) -> Repository:
    """A repository with some pushed commits."""
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    await go_on(owner, *range(steps))
    return owner


async def go_on(person: Repository, *seeds: int) -> None:
    """Train, commit and push, once for each seed."""
    for seed in seeds:
        model = weights()
        await person.pull(model)
        await person.commit(trained(model, seed + 1), f"step {seed}")
        await person.push(level=0)


async def vector(person: Repository, commit: str = "HEAD") -> np.ndarray:
    """The integers of a head."""
    address = Pubkey.from_string((await person.show(commit)).address)
    found = await heads.accumulator(person.workspace, address, heads.Fetch())
    return np.array(found.values[:])


async def fresh(team: Team, owner: Repository, name: str) -> np.ndarray:
    """The integers of main's head, as somebody has them who clones now."""
    return await vector(await team.clone(name, owner.url))


def same(left: Tensors, right: Tensors) -> bool:
    return all(left[name].tobytes() == np.asarray(right[name]).tobytes() for name in left)


async def test_a_revert_of_the_newest_commit_gives_the_weights_before_it(team: Team) -> None:
    owner = await start(team)
    before = await vector(owner, "HEAD~1")
    report = await owner.revert("HEAD")
    assert report.finished
    assert [(term.factor, term.update) for term in report.terms] == [(1, False)]
    loaded, old = weights(7), weights(8)
    await owner.pull(loaded)
    assert (await owner.show("HEAD")).address == report.head
    await owner.checkout("HEAD~2", old)
    assert same(loaded, old)
    assert (await fresh(team, owner, "reader") == before).all()


async def test_a_revert_of_an_older_commit_takes_out_its_change_and_nothing_else(team: Team) -> None:
    owner = await start(team)
    head, commit, parent = [await vector(owner, name) for name in ("HEAD", "HEAD~1", "HEAD~2")]
    foreseen = await owner.revert("HEAD~1", dry_run=True)
    assert not foreseen.finished
    assert foreseen.cost.rent > 0
    report = await owner.revert("HEAD~1")
    assert report.head == foreseen.head
    assert report.cost.rent == foreseen.cost.rent
    await owner.pull()
    assert sorted(term.factor for term in report.terms) == [-1, 1, 1]
    assert (await owner.show("HEAD")).operation == "revert"
    assert (commit != parent).any()
    assert (await vector(owner) == head - commit + parent).all()
    assert (await fresh(team, owner, "reader") == head - commit + parent).all()
    with pytest.raises(NothingToDo, match="holds nothing"):
        await owner.revert("HEAD~2")
    # What was taken out comes back by reverting the revert; then there is nothing to pick.
    await owner.revert("HEAD")
    await owner.pull()
    assert (await vector(owner) == head).all()
    with pytest.raises(NothingToDo, match="already"):
        await owner.cherry_pick("HEAD~3")


async def test_two_branches_merge_to_both_changes_and_later_ones_to_what_is_new(team: Team) -> None:
    owner = await start(team, 1)
    base = await vector(owner)
    await owner.branch_create("side")
    await go_on(owner, 1)
    await owner.checkout("side")
    await go_on(owner, 2, 3)
    side = await vector(owner)
    await owner.checkout("main")
    main = await vector(owner)
    report = await owner.merge_branch("side")
    await owner.pull()
    assert report.what == "merge"
    assert (await vector(owner) == main + side - base).all()
    assert (await fresh(team, owner, "reader") == main + side - base).all()
    with pytest.raises(NothingToDo, match="up to date"):
        await owner.merge_branch("side")

    # The side goes on: only what is new comes in, as the merge contains the rest.
    await owner.checkout("side")
    await go_on(owner, 4)
    newer = await vector(owner)
    await owner.checkout("main")
    await owner.merge_branch("side")
    await owner.pull()
    assert (await vector(owner) == main + newer - base).all()

    # And main contains all of the side, so the side is fast-forwarded.
    await owner.checkout("side")
    forward = await owner.merge_branch("main")
    await owner.pull()
    assert forward.what == "fast-forward"
    assert (await vector(owner) == main + newer - base).all()

    # A merge is reverted whole: what the side brought.
    await owner.checkout("main")
    await owner.revert("HEAD~1")
    await owner.pull()
    assert (await vector(owner) == main + newer - side).all()


async def test_histories_that_cross_merge_to_every_change_once(team: Team) -> None:
    owner = await start(team, 1)
    base = await vector(owner)
    await owner.branch_create("side")
    await go_on(owner, 1)
    main = await vector(owner)
    await owner.branch_create("kept")
    await owner.checkout("side")
    await go_on(owner, 2)
    side = await vector(owner)
    # Each takes the other's commit, and goes on.
    await owner.checkout("main")
    await owner.merge_branch("side")
    await go_on(owner, 3)
    main_two = await vector(owner)
    await owner.checkout("side")
    await owner.merge_branch("kept")
    await go_on(owner, 4)
    side_two = await vector(owner)
    assert (main_two - main - side + base).any()
    report = await owner.merge_branch("main")
    assert sorted(term.factor for term in report.terms) == [-1, -1, 1, 1, 1]
    await owner.pull()
    assert (await vector(owner) == main_two + side_two - main - side + base).all()
    await owner.checkout("main")
    assert (await owner.merge_branch("side")).what == "fast-forward"


async def test_several_sides_come_in_at_once_by_shares_and_as_an_average(team: Team) -> None:
    owner = await start(team, 1)
    base, sides = await vector(owner), []
    for number in range(2):
        name = f"side{number}"
        await owner.branch_create(name)
        await owner.checkout(name)
        await go_on(owner, 2 + number)
        sides.append(await vector(owner))
        await owner.checkout("main")
    await go_on(owner, 1)
    main, (one, other) = await vector(owner), sides
    with pytest.raises(ConfigError, match="fast-forwarded"):
        await owner.merge_branch("side0", ff_only=True)
    with pytest.raises(ConfigError, match="named twice"):
        await owner.merge_branch("side0", "side0")
    with pytest.raises(ConfigError, match="not among"):
        await owner.merge_branch("side0", weights={"side1": 1})
    with pytest.raises(ConfigError, match="side1 has no share"):
        await owner.merge_branch("side0", "side1", weights={"side0": "1/2"}, average=True)

    await owner.branch_create("shares")
    report = await owner.merge_branch("side0", "side1")
    await owner.pull()
    assert sorted(term.factor for term in report.terms) == [-2, 1, 1, 1]
    assert report.message == "Merge side0 and side1 into main"
    assert len(report.others) == 1
    assert (await vector(owner) == main + one + other - 2 * base).all()
    assert (await fresh(team, owner, "reader") == await vector(owner)).all()
    with pytest.raises(NothingToDo, match="up to date"):
        await owner.merge_branch("side1", "side0")

    # Shares over four: so fine are the units of that head.
    await owner.checkout("shares")
    await owner.merge_branch("side0", "side1", weights={"side0": "3/4", "side1": -0.5})
    await owner.pull()
    assert (await vector(owner) == 4 * main + 3 * (one - base) - 2 * (other - base)).all()
    weighed = await vector(owner)
    average = await owner.merge_branch("side1", weights={"side1": "1/4"}, average=True)
    await owner.pull()
    assert (average.what, average.message) == ("average", "Average side1 into shares")
    assert (await vector(owner) == 3 * weighed + 4 * other).all()


async def test_a_pick_brings_one_change_and_nothing_before_it(team: Team) -> None:
    owner = await start(team, 1)
    await owner.branch_create("side")
    await go_on(owner, 1)
    main = await vector(owner)
    await owner.checkout("side")
    await go_on(owner, 2, 3)
    picked, before = await vector(owner), await vector(owner, "HEAD~1")
    await owner.checkout("main")
    report = await owner.cherry_pick("side")
    await owner.pull()
    assert sorted(term.factor for term in report.terms) == [-1, 1, 1]
    assert (await vector(owner) == main + picked - before).all()
    # A pick contains nothing: a merge still counts from where the branches parted, and so has it twice.
    with pytest.raises(NothingToDo, match="already"):
        await owner.cherry_pick("side")


async def test_a_branch_goes_back_to_a_head_and_forward_again(team: Team) -> None:
    owner = await start(team)
    newest, oldest = (await owner.show("HEAD")).address, await vector(owner, "HEAD~3")
    head = await vector(owner)
    with pytest.raises(NothingToDo):
        await owner.branch_reset("main", "HEAD")
    await owner.branch_reset("main", "HEAD~3")
    await owner.pull()
    assert (await owner.show("HEAD")).operation == "restore"
    assert not oldest.any()
    assert (await vector(owner) == oldest).all()
    await owner.branch_reset("main", newest)
    await owner.pull()
    assert (await vector(owner) == head).all()
    await go_on(owner, 5)
    assert (await fresh(team, owner, "reader") == await vector(owner)).all()


async def test_one_update_of_a_round_is_taken_out_at_its_weight_and_picked_again(team: Team) -> None:
    owner = await start(team, 1)
    updates = []
    await owner.branch_protect("main", {"protected": True, "approvals": 0})
    for name in ("ada", "ben"):
        await team.session(name)
        await owner.member_add(team.address(name), "contributor")
    await owner.round_open()
    for seed, name in enumerate(("ada", "ben"), 11):
        person, model = await team.clone(name, owner.url), weights()
        await person.pull(model)
        await person.commit(trained(model, seed), name)
        updates.append((await person.push(level=0)).commits[0].address)
    await owner.merge()
    await owner.pull()
    await owner.branch_protect("main", {"protected": False})
    merged = await vector(owner)
    workspace = owner.workspace
    address = Pubkey.from_string(updates[0])
    commit = await workspace.commit(address)
    change, _ = await heads.delta(workspace, address, commit, heads.Fetch())
    scaled = np.array(change.values[:]).astype(np.int64) * (32768 << (24 - 16 - commit.shift))
    assert scaled.any()

    report = await owner.revert(updates[0])
    assert [term.factor for term in report.terms] == [1, -32768]
    await owner.pull()
    assert (await vector(owner) == merged - scaled).all()
    with pytest.raises(NothingToDo):
        await owner.revert(updates[0])
    with pytest.raises(ConfigError, match="more of one part"):
        await owner.revert("HEAD~1")
    await owner.cherry_pick(updates[0])
    await owner.pull()
    assert (await vector(owner) == merged).all()


async def test_what_may_not_be_is_refused_before_anything_is_sent(team: Team) -> None:
    owner = await start(team, 2)
    with pytest.raises(NothingToDo, match="genesis"):
        await owner.revert("HEAD~2")
    await team.session("eve")
    await owner.member_add(team.address("eve"), "contributor")
    eve = await team.clone("eve", owner.url)
    for verb in (eve.revert, eve.cherry_pick, eve.merge_branch):
        with pytest.raises(NotAMember, match="maintainer"):
            await verb("HEAD")
    stranger = await team.clone("stranger", owner.url)
    with pytest.raises(NotAMember):
        await stranger.branch_reset("main", "HEAD~1")

    await owner.branch_create("side", at="HEAD~1")
    await owner.checkout("side")
    await go_on(owner, 5)
    outside = (await owner.show("HEAD")).address
    await owner.checkout("main")
    with pytest.raises(ConfigError, match="not in the past"):
        await owner.revert(outside)
    model = weights()
    await owner.pull(model)
    await owner.commit(trained(model, 8), "not sent")
    with pytest.raises(ConfigError, match="local commits"):
        await owner.revert("HEAD")
    await owner.push(level=0)

    behind = await team.clone("behind", owner.url)
    await owner.member_add(team.address("behind"), "maintainer")
    await go_on(owner, 6)
    with pytest.raises(StaleHead, match="since your last pull"):
        await behind.revert("HEAD")
    await owner.archive()
    with pytest.raises(Archived, match="archived"):
        await owner.revert("HEAD")
    assert not await owner.operations()


async def proposal(team: Team) -> tuple[Repository, Repository]:
    """The owner of a protected branch, and a contributor with a clone of it."""
    owner = await start(team, 2)
    await team.session("eve")
    await owner.member_add(team.address("eve"), "contributor")
    await owner.branch_protect("main", {"protected": True})
    return owner, await team.clone("eve", owner.url)


async def test_on_a_protected_branch_maintainers_approve_exactly_what_was_proposed(team: Team) -> None:
    owner, eve = await proposal(team)
    wanted, head = await vector(owner, "HEAD~1"), (await owner.show("HEAD")).address
    report = await eve.revert("HEAD")
    assert not report.finished
    assert report.waiting_for.startswith("1 approval by maintainers: `federity operation approve ")
    again = await eve.revert("HEAD")
    assert again.operation == report.operation
    assert not again.cost.transactions
    with pytest.raises(NotAMember):
        await eve.operation_approve(report)
    # Other words for the same sum on the same head are no other proposal, and change nothing of this one.
    with pytest.raises(ConfigError, match="message is another"):
        await eve.revert("HEAD", message="no, this")
    (view,) = await owner.operations()
    assert view.message == report.message == again.message
    assert view.message.startswith('Revert "step 1"\n\nThis reverts commit ')
    assert (view.address, view.approvals, view.needed, view.stale) == (report.operation, 0, 1, False)
    assert (await owner.operation_finish(report.operation)).waiting_for
    vote = await owner.operation_approve(report.operation[:8])
    assert vote.finished
    assert not await owner.operations()
    await owner.pull()
    assert (await owner.show("HEAD")).address == vote.head != head
    assert (await vector(owner) == wanted).all()


async def test_a_vote_stays_while_its_operation_is_open_and_its_rent_comes_back_later(team: Team) -> None:
    owner, eve = await proposal(team)
    await owner.branch_protect("main", {"merge_approvals": 2})
    report = await eve.revert("HEAD")
    vote = await owner.operation_approve(report)
    assert not vote.finished
    assert vote.waiting_for.startswith("1 approval ")
    with pytest.raises(NothingToDo, match="have approved"):
        await owner.operation_approve(report)
    with pytest.raises(NothingToDo, match="Nothing that you paid for"):
        await owner.round_close()
    await owner.member_set_role(team.address("eve"), "maintainer")
    assert (await eve.operation_approve(report)).finished
    assert len((await owner.round_close()).closed) == 1


async def test_what_is_said_of_a_head_is_kept_in_the_store_and_checked_by_its_hash(team: Team) -> None:
    owner = await start(team, 2)
    with pytest.raises(ConfigError, match="65536 are the most"):
        await owner.revert("HEAD", message="x" * 65537)
    assert not await owner.operations()
    before = await owner.revert("HEAD", message="said of it", dry_run=True)
    report = await owner.revert("HEAD", message="said of it")
    assert before.cost.uploaded_bytes == len("said of it")
    await owner.pull()
    reader = await team.clone("reader", owner.url)
    assert (await reader.log())[0].message == "said of it"
    view = await reader.show(report.head)
    assert view.sum.startswith("sum of +1 ")
    checks = [check for commit in (await reader.verify("HEAD")).commits for check in commit.checks]
    assert [check.outcome for check in checks if check.name == "message"] == ["passed"]

    # Words that others put in their place are not shown, and the weights do not depend on them.
    path = team.blob(hashlib.sha256(b"said of it").hexdigest())
    path.chmod(0o600)
    path.write_bytes(b"not so")
    view = await reader.show(report.head)
    assert not view.message
    assert "the store does not give it" in view.problem
    verified = await reader.verify("HEAD")
    assert verified.ok
    assert not verified.complete
    assert [check.name for check in verified.checks] == ["message"]

    await owner.cherry_pick("HEAD~1")
    await owner.pull()
    picked = (await owner.show("HEAD")).message
    assert picked.startswith("step 1\n\n(cherry picked from commit ")
    await owner.branch_create("side")
    await owner.checkout("side")
    await go_on(owner, 7)
    await owner.checkout("main")
    await go_on(owner, 8)
    assert (await owner.merge_branch("side")).message == "Merge side into main"


async def test_what_nobody_can_open_reaches_no_head(team: Team) -> None:
    owner = await start(team, 1)
    await owner.branch_create("side")
    await go_on(owner, 1)
    await owner.checkout("side")
    await go_on(owner, 2)
    lost = (await owner.show("HEAD")).id
    await team.session("ann")
    await owner.member_add(team.address("ann"), "maintainer")
    other = await team.clone("ann", owner.url)
    team.blob(lost).unlink()
    for verb in (other.merge_branch, other.cherry_pick):
        with pytest.raises(BlobMissing):
            await verb("side")
    assert not await other.operations()


async def test_an_operation_that_the_head_left_behind_gives_its_rent_back(team: Team) -> None:
    owner, eve = await proposal(team)
    report = await eve.revert("HEAD")
    with pytest.raises(NothingToDo, match="left behind"):
        await eve.operation_close()
    await owner.branch_protect("main", {"protected": False})
    await go_on(owner, 7)
    assert [view.stale for view in await owner.operations()] == [True]
    with pytest.raises(StaleHead, match="moved on meanwhile"):
        await owner.operation_approve(report)
    back = await eve.operation_close()
    assert back.returned == report.cost.rent
    with pytest.raises(NotFound):
        await eve.operation_close(report)

    # What is given up before that is its author's and the maintainers' to close.
    await eve.pull()
    await owner.branch_protect("main", {"protected": True})
    report = await eve.revert("HEAD")
    await team.session("ben")
    await owner.member_add(team.address("ben"), "contributor")
    ben = await team.clone("ben", owner.url)
    with pytest.raises(NotAMember, match="give an operation up"):
        await ben.operation_close(report)
    assert (await eve.operation_close(report)).returned == report.cost.rent


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("sent", [0, 1, 2])
async def test_one_killed_half_way_goes_on_where_it_stopped(
    team: Team, monkeypatch: pytest.MonkeyPatch, sent: int
) -> None:
    owner = await start(team, 2)
    wanted = await vector(owner, "HEAD~1")
    left, send = sent, transactions.send

    async def one_by_one(session: Session, steps: Sequence[Step]) -> transactions.Sent:
        nonlocal left
        for step in steps:
            if left == 0:
                raise Killed
            left -= 1
            await send(session, [step])
        raise AssertionError("it was to be killed")

    with monkeypatch.context() as patch:
        patch.setattr(transactions, "send", one_by_one)
        with pytest.raises(Killed):
            await owner.revert("HEAD")
    report = await owner.revert("HEAD")
    assert report.finished
    await owner.pull()
    assert (await vector(owner) == wanted).all()


async def test_an_operation_whose_head_moves_before_its_end_is_stale_by_name(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await start(team, 2)
    await team.session("eve")
    await owner.member_add(team.address("eve"), "maintainer")
    eve = await team.clone("eve", owner.url)
    send = transactions.send

    async def overtaken(session: Session, steps: Sequence[Step]) -> transactions.Sent:
        patch.setattr(transactions, "send", send)
        await send(session, steps[:1])
        await go_on(eve, 9)
        return await send(session, steps[1:])

    with monkeypatch.context() as patch:
        patch.setattr(transactions, "send", overtaken)
        with pytest.raises(StaleHead, match="moved on meanwhile"):
            await owner.revert("HEAD")
    await owner.pull()
    assert (await owner.operation_close()).returned > 0
    wanted = await vector(owner, "HEAD~1")
    await owner.revert("HEAD")
    await owner.pull()
    assert (await vector(owner) == wanted).all()
