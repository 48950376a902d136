"""Rounds on a protected branch: propose, review, merge, and everything that must not get through."""

import asyncio

import numpy as np
import pytest

from e2e.team import Team, Tensors, trained, weights
from federity.errors import (
    BlobMissing,
    ConfigError,
    NotAMember,
    NotFound,
    NothingToDo,
    ProgramError,
    RangeError,
)
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

RULES = Rules(protected=True, weighting="samples", approvals=1)


async def start(team: Team, rules: Rules = RULES, people: tuple[str, ...] = ("ann", "bob")) -> Repository:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True, rules=rules
    )
    for name in (*people, "keeper"):
        await team.session(name)
        await owner.member_add(team.address(name), "keeper" if name == "keeper" else "contributor")
    return owner


async def propose(team: Team, owner: Repository, name: str, seed: int, samples: int = 1) -> Repository:
    person = await team.clone(name, owner.url)
    await person.commit(trained(weights(), seed), f"by {name}", samples=samples)
    await person.push(level=0)
    return person


def change(left: Tensors, right: Tensors) -> np.ndarray:
    return np.concatenate([(left[name] - right[name]).ravel() for name in sorted(left)])


async def test_a_merge_is_the_weighted_sum_and_everybody_pulls_it(team: Team) -> None:
    owner = await start(team)
    keeper = await team.clone("keeper", owner.url)
    await keeper.round_open()
    ann = await propose(team, owner, "ann", 1, samples=100)
    bob = await propose(team, owner, "bob", 2, samples=300)
    assert (await keeper.merge()).waiting_for == "a commit that has its level and its approvals"
    for view in (await owner.round_show()).commits:
        report = await owner.review(view, approve=True, note="well done")
        assert report.accepted
    merged = await keeper.merge()
    assert merged.finished
    assert sorted(part.weight for part in merged.commits) == [16384, 49152]

    models = []
    for person in (ann, bob, owner):
        model = weights(9)
        report = await person.pull(model)
        assert report.head == merged.head
        models.append(model)
    assert len((await ann.status()).commits) == 0
    assert all(models[0][name].tobytes() == models[1][name].tobytes() for name in models[0])
    expected = 0.25 * change(trained(weights(), 1), weights()) + 0.75 * change(
        trained(weights(), 2), weights()
    )
    assert np.abs(change(models[0], weights()) - expected).max() < 0.01
    shown = await owner.show("HEAD")
    assert {part.samples for part in shown.merged} == {100, 300}
    assert (await owner.show(shown.merged[0].commit)).reviews[0].verdict == "approve"


async def test_a_rejected_commit_stays_out_and_comes_back_to_its_author(team: Team) -> None:
    owner = await start(team)
    await owner.round_open()
    ann = await propose(team, owner, "ann", 1)
    bob = await propose(team, owner, "bob", 2)
    by = {view.author: view for view in (await owner.round_show()).commits}
    await owner.review(by[team.address("ann")], approve=True)
    report = await owner.review(by[team.address("bob")], approve=False, note="not this one")
    assert not report.accepted
    merged = await owner.merge()
    assert [part.author for part in merged.commits] == [team.address("ann")]
    assert (await ann.pull(weights(3))).landed
    pulled = await bob.pull(weights(3))
    assert pulled.returned
    assert [commit.state for commit in (await bob.status()).commits] == ["local"]


async def test_only_a_proposal_moves_a_protected_branch_and_only_one_each(team: Team) -> None:
    owner = await start(team)
    ann = await team.clone("ann", owner.url)
    await ann.commit(trained(weights(), 1))
    with pytest.raises(NotFound, match="takes no proposals"):
        await ann.push(level=0)
    await owner.round_open()
    await ann.commit(trained(weights(), 2))
    report = await ann.push(level=0)
    assert len(report.commits) == 1
    assert report.remaining == 1
    assert not report.commits[0].merge
    with pytest.raises(NothingToDo, match="one from each member"):
        await ann.push(level=0)
    assert (await owner.branches())[0].head_seq == 0


async def test_roles_decide_who_may_do_what(team: Team) -> None:
    owner = await start(team)
    await team.session("reader")
    await owner.member_add(team.address("reader"), "reader")
    reader = await team.clone("reader", owner.url)
    with pytest.raises(NotAMember):
        await reader.round_open()
    await owner.round_open()
    await reader.commit(trained(weights(), 1))
    with pytest.raises(NotAMember, match="contributor"):
        await reader.push(level=0)
    ann = await propose(team, owner, "ann", 1)
    (view,) = (await owner.round_show()).commits
    with pytest.raises(NotAMember, match="maintainer"):
        await ann.review(view, approve=True)
    with pytest.raises(NotAMember):
        await ann.member_add(team.address("reader"), "keeper")
    with pytest.raises(NotAMember):
        await ann.branch_protect("main", Rules())
    with pytest.raises(ConfigError):
        await owner.member_add(team.address("reader"), "owner")
    await owner.member_remove(team.address("ann"))
    assert team.address("ann") not in {member.wallet for member in await owner.members()}
    await owner.review(view, approve=True)
    assert (await owner.accept(view)).waiting_for == "its author to be a contributor"


async def test_weights_of_a_keeper_are_written_checked_and_capped(team: Team) -> None:
    rules = Rules(protected=True, weighting="keeper", max_weight=40_000)
    owner = await start(team, rules)
    await owner.round_open()
    await propose(team, owner, "ann", 1)
    await propose(team, owner, "bob", 2)
    first, second = [view.address for view in (await owner.round_show()).commits]
    genesis = (await owner.log())[0].address
    with pytest.raises(ConfigError, match="not in the round"):
        await owner.merge(weights={first: 1, genesis: 1})
    shown = await owner.round_show()
    assert (shown.state, shown.accepted) == ("open", 0)
    with pytest.raises(ProgramError, match="WeightSumExceeded"):
        await owner.merge(weights={first: 40_000, second: 30_000})
    with pytest.raises(ProgramError, match="WeightTooLarge"):
        await owner.merge(weights={first: 50_000})
    with pytest.raises(ConfigError, match="not in the round"):
        await owner.merge(weights={first: 1, genesis: 1})
    report = await owner.merge(weights={first: 40_000, second: 0})
    assert report.finished
    assert {part.commit: part.weight for part in report.commits} == {first: 40_000, second: 0}
    expected = 40_000 / 65_536 * change(trained(weights(), 1), weights())
    model = weights(4)
    await owner.pull(model)
    got = change(model, weights())
    other = 40_000 / 65_536 * change(trained(weights(), 2), weights())
    assert min(np.abs(got - expected).max(), np.abs(got - other).max()) < 0.01


async def test_the_price_of_a_merge_is_known_before(team: Team) -> None:
    owner = await start(team, Rules(protected=True, weighting="keeper"))
    await owner.round_open()
    await propose(team, owner, "ann", 1)
    await propose(team, owner, "bob", 2)
    price = (await owner.merge(dry_run=True)).cost
    assert (await owner.branches())[0].head_seq == 0
    before = await team.chain.balance(team.wallets["owner"].pubkey)
    paid = (await owner.merge()).cost
    assert before - await team.chain.balance(team.wallets["owner"].pubkey) == paid.lamports
    assert price.rent == paid.rent
    assert abs(price.transactions - paid.transactions) <= 2


async def test_a_server_update_needs_the_rule_and_says_what_it_is(team: Team) -> None:
    owner = await start(team, Rules(protected=True))
    keeper = await team.clone("keeper", owner.url)
    await keeper.commit(trained(weights(), 1), "median of three")
    with pytest.raises(ConfigError, match="server"):
        await keeper.push(level=0, server=True)
    await owner.branch_protect("main", Rules(protected=True, allow_server=True))
    with pytest.raises(NotAMember):
        ann = await team.clone("ann", owner.url)
        await ann.commit(trained(weights(), 2))
        await ann.push(level=0, server=True)
    # Nobody approves here, so a keeper would wait for the proposals' time to pass.
    await owner.member_set_role(team.address("keeper"), "maintainer")
    await keeper.push(level=0, server=True)
    shown = await owner.show("main")
    assert shown.kind == "merge"
    (part,) = shown.merged
    assert (await owner.show(part.commit)).kind == "server"
    report = await owner.verify("main")
    assert report.ok
    checks = [check for commit in report.commits if commit.kind == "server" for check in commit.checks]
    assert any("no chain computed it" in check.detail for check in checks)


async def test_two_mergers_at_once_make_one_merge(team: Team) -> None:
    owner = await start(team, Rules(protected=True))
    await owner.member_set_role(team.address("keeper"), "maintainer")
    keeper = await team.clone("keeper", owner.url)
    await owner.round_open()
    await propose(team, owner, "ann", 1)
    await propose(team, owner, "bob", 2)
    reports = await asyncio.gather(owner.merge(), keeper.merge())
    assert all(report.finished for report in reports)
    assert len({report.head for report in reports}) == 1
    assert (await owner.branches())[0].head_seq == 1


async def test_a_merge_that_needs_approval_waits_for_it(team: Team) -> None:
    owner = await start(team, Rules(protected=True, merge_approvals=1))
    keeper = await team.clone("keeper", owner.url)
    await keeper.round_open()
    await propose(team, owner, "ann", 1)
    assert "approvals" in (await keeper.merge()).waiting_for
    await owner.merge_approve()
    assert (await keeper.merge()).finished


async def test_what_nobody_can_open_is_not_merged(team: Team) -> None:
    owner = await start(team, Rules(protected=True))
    await owner.round_open()
    ann = await propose(team, owner, "ann", 1)
    (commit,) = (await ann.status()).commits
    team.blob(commit.delta).unlink()
    with pytest.raises(BlobMissing) as refused:
        await owner.merge()
    (view,) = (await owner.round_show()).commits
    assert view.address in refused.value.hint
    assert (await owner.branches())[0].head_seq == 0
    await owner.review(view, approve=False)
    await propose(team, owner, "bob", 2)
    assert (await owner.merge()).finished


async def test_nobody_blocks_a_branch_for_ever(team: Team) -> None:
    rules = Rules(protected=True, propose_slots=50, review_slots=50, merge_slots=50)
    owner = await start(team, rules)
    await owner.round_open()
    ann = await propose(team, owner, "ann", 1)
    with pytest.raises(ProgramError, match="DeadlineNotReached"):
        await ann.round_expire()
    await team.chain.advance(200)
    await ann.round_expire()
    assert (await ann.pull(weights(2))).returned
    await owner.round_open()
    await ann.push(level=0)
    assert (await owner.merge()).finished


async def test_norms_and_levels_are_checked_before_anything_is_paid(team: Team) -> None:
    rules = Rules(protected=True, min_level=1)
    owner = await start(team, rules)
    ann = await team.clone("ann", owner.url)
    await owner.round_open()
    await ann.commit(trained(weights(), 1))
    with pytest.raises(ConfigError, match="L1"):
        await ann.push(level=0)
    await owner.branch_protect("main", Rules(norm_bound=1000))
    await ann.commit(trained(weights(), 2, 0.5))
    with pytest.raises(RangeError, match="norm"):
        await ann.push(level=1)


async def test_a_bounded_branch_scales_the_next_commit_to_fit(team: Team) -> None:
    owner = await start(team, Rules(norm_bound=100_000))
    made = await owner.commit(trained(weights(), 2, 1.0))
    assert 0 < made.norm <= 100_000
