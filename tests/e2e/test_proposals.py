"""Proposals: a branch offered to a protected one, what people say of it, and how it ends."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from e2e.team import Team, trained, weights
from e2e.test_combining import go_on, start, vector
from federity.errors import (
    Archived,
    ConfigError,
    NotAMember,
    NotApproved,
    NotFound,
    NothingToDo,
    StaleHead,
)
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

BODY = "Trained on the second half.\n\x1b[31mSee above."


async def proposed(team: Team) -> tuple[Repository, Repository, np.ndarray]:
    """An owner with a protected main, a contributor on a branch with two commits, and what both make."""
    owner = await start(team, 2)
    base = await vector(owner)
    await owner.branch_create("side")
    await owner.switch("side")
    await go_on(owner, 3, 4)
    side = await vector(owner)
    await owner.switch("main")
    await go_on(owner, 5)
    both = await vector(owner) + side - base
    await owner.branch_protect("main", {"protected": True})
    await team.session("eve")
    await owner.member_add(team.address("eve"), "contributor")
    eve = await team.clone("eve", owner.url)
    await eve.switch("side")
    return owner, eve, both


async def test_a_branch_is_proposed_spoken_of_approved_and_merged(team: Team) -> None:
    owner, eve, both = await proposed(team)
    price = await eve.propose("Second half", BODY, dry_run=True)
    report = await eve.propose("Second half", BODY)
    assert (report.branch, report.what, report.finished) == ("main", "merge", False)
    assert price.cost.rent == report.cost.rent > 0
    assert report.message == f"Second half\n\n{BODY}"
    (view,) = await owner.proposals()
    assert (view.title, view.body, view.author) == ("Second half", BODY, team.address("eve"))
    assert (view.kind, view.state, view.decision) == ("operation", "open", "review required")
    assert (view.approvals, view.needed, view.address) == (0, 1, report.operation)
    with pytest.raises(NothingToDo, match="proposed exactly that"):
        await eve.propose("Again", "")

    # Anybody of the repository speaks; the first words stay when more follow.
    await owner.proposal_review(report, body="What was it trained on?")
    said = await owner.proposal_review(report.operation[:8], approve=False, body="Please say.")
    assert (said.verdict, said.approvals, said.needed) == ("request changes", 0, 1)
    with pytest.raises(NothingToDo, match="exactly that"):
        await owner.proposal_review(report, approve=False, body="Please say.")
    await eve.proposal_review(report, body="The second half.")
    view = await eve.proposal(report)
    assert [(one.note, one.verdict, one.role) for one in view.remarks] == [
        ("What was it trained on?", "comment", "owner"),
        ("Please say.", "reject", "owner"),
        ("The second half.", "comment", "contributor"),
    ]
    assert (view.decision, view.changes_requested) == ("changes requested", (team.address("owner"),))
    with pytest.raises(NotApproved, match="asked for changes"):
        await eve.proposal_merge(report)
    with pytest.raises(NotAMember):
        await eve.proposal_review(report, approve=True)

    # A vote takes the objection back, and moves nothing yet.
    voted = await owner.proposal_review(report, approve=True)
    assert (voted.approvals, voted.needed) == (1, 1)
    (view,) = await owner.proposals(base="main", author=team.address("eve"))
    assert (view.decision, view.approved_by) == ("approved", (team.address("owner"),))
    assert (await vector(owner) != both).any()
    merged = await eve.proposal_merge(report)
    assert merged.finished
    await owner.pull()
    assert (await vector(owner) == both).all()
    assert (await owner.log())[0].message == report.message
    assert not await owner.proposals()
    (view,) = await owner.proposals(state="merged")
    assert (view.state, view.title, len((await owner.proposal(view)).remarks)) == ("merged", "Second half", 3)
    for verb in (owner.proposal_merge, owner.proposal_close):
        with pytest.raises(NothingToDo, match="is merged"):
            await verb(report)
    with pytest.raises(NothingToDo, match="up to date"):
        await eve.propose("Once more", "")


async def test_who_objects_after_a_vote_stops_our_merge_until_it_is_taken_back_or_overruled(
    team: Team,
) -> None:
    owner, eve, both = await proposed(team)
    report = await eve.propose(None, "")
    assert report.message == "Merge side into main"
    with pytest.raises(NotApproved, match="0 of 1 approvals"):
        await eve.proposal_merge(report)
    await owner.proposal_review(report, approve=True)
    await owner.proposal_review(report, approve=False, body="On second thought, no.")
    with pytest.raises(NotApproved, match="asked for changes"):
        await eve.proposal_merge(report)
    with pytest.raises(ConfigError, match="after you had approved"):
        await owner.proposal_review(report, approve=True)
    await owner.proposal_review(report, approve=True, body="On third thought, yes.")
    assert (await owner.proposal(report)).decision == "approved"
    await owner.proposal_review(report, approve=False, body="No.")
    # A word of one who is no maintainer counts for nothing, and an owner's may be overruled by hand.
    assert (await eve.proposal_merge(report, anyway=True)).finished
    await owner.pull()
    assert (await vector(owner) == both).all()


async def test_what_is_found_out_of_a_proposal_is_computed_and_not_believed(team: Team) -> None:
    owner, eve, both = await proposed(team)
    before = await vector(owner)
    report = await eve.propose("Second half", "")
    seen: list[Mapping[str, Any]] = []

    def evaluate(tensors: Mapping[str, Any]) -> Mapping[str, float]:
        seen.append(tensors)
        return {"sum": float(np.asarray(tensors["layer.bias"]).sum())}

    checks = await owner.proposal_checks(report, evaluate=evaluate)
    now, then = await owner.tensors("main"), seen[1]
    assert all((np.asarray(seen[0][name]) == now[name]).all() for name in now)
    assert checks.before == {"sum": float(now["layer.bias"].sum())}
    moved = [(np.asarray(then[name], np.float64) - now[name]).ravel() for name in sorted(now)]
    change = np.concatenate(moved)
    assert checks.l2 == pytest.approx(float(np.linalg.norm(change)), rel=1e-6)
    assert checks.largest == pytest.approx(float(np.abs(change).max()), rel=1e-6)
    assert checks.changed == int((change != 0).sum())
    brought = sorted(one.address for one in checks.commits)
    log = await eve.log("side")
    assert [one.share for one in checks.commits] == [1.0, 1.0]
    assert [one.level for one in checks.commits] == [0, 0]
    assert sorted(one.merged[0].commit for one in log[:2]) == brought
    # The same change as one in the past is found to be the same.
    past = {one.id: one.cosine for one in checks.similar}
    assert all(one.kind == "history" for one in checks.similar)
    assert len(past) == 3 and all(-1 <= value <= 1 for value in past.values())
    again = await owner.proposal_diff(report)
    assert again.whole.l2 == checks.l2
    with pytest.raises(ConfigError, match="numbers by name"):
        await owner.proposal_checks(report, evaluate=lambda tensors: {"loss": "low"})  # type: ignore[dict-item]

    # A second proposal of the same change on the same head, by another author.
    await owner.switch("side")
    other = await owner.propose("Mine", "")
    await owner.switch("main")
    similar = (await owner.proposal_checks(other)).similar
    assert [(one.kind, one.author, round(one.cosine, 12)) for one in similar[:1]] == [
        ("proposal", team.address("eve"), 1.0)
    ]
    assert (await vector(owner) == before).all()
    assert (both != before).any()


async def test_what_cannot_be_proposed_is_refused_by_name_before_anything_is_paid(team: Team) -> None:
    owner, eve, _ = await proposed(team)
    money = await team.chain.balance(team.wallets["eve"].pubkey)
    with pytest.raises(ConfigError, match="title of one line"):
        await eve.propose("two\nlines", "")
    with pytest.raises(ConfigError, match="title of one line"):
        await eve.propose(" ", "text")
    with pytest.raises(ConfigError, match="to itself"):
        await eve.propose("x", "", base="side")
    with pytest.raises(ConfigError, match="not protected"):
        await eve.propose("x", "", base="side", head="main")
    with pytest.raises(NotFound):
        await eve.propose("x", "", base="nowhere")
    model = weights()
    await eve.pull(model)
    await eve.commit(trained(model, 9), "not sent")
    with pytest.raises(ConfigError, match="local commits on side"):
        await eve.propose("x", "")
    await eve.discard()
    stranger = await team.clone("stranger", owner.url)
    with pytest.raises(NotAMember):
        await stranger.propose("x", "", head="side")
    report = await eve.propose("x", "", head="side")
    money -= report.cost.lamports
    assert await team.chain.balance(team.wallets["eve"].pubkey) == money
    with pytest.raises(ConfigError, match="name a text"):
        await eve.proposal_review(report)
    with pytest.raises(NotAMember):
        await stranger.proposal_review(report, body="let me in")
    with pytest.raises(NotFound, match="No proposal"):
        await eve.proposal("zzzzzzzz")
    with pytest.raises(NotFound, match="is a head"):
        await eve.proposal("main")
    with pytest.raises(ConfigError, match="no state"):
        await eve.proposals(state="draft")
    await owner.archive()
    for call in (
        eve.propose("y", "", head="side"),
        eve.proposal_review(report, body="words"),
        owner.proposal_review(report, approve=True),
    ):
        with pytest.raises(Archived, match="archived"):
            await call
    assert await team.chain.balance(team.wallets["eve"].pubkey) == money


async def test_one_that_the_head_left_behind_is_stale_and_closed_to_the_lamport(team: Team) -> None:
    owner, eve, _ = await proposed(team)
    report = await eve.propose("Second half", "")
    await owner.branch_protect("main", {"protected": False})
    await go_on(owner, 7)
    await owner.branch_protect("main", {"protected": True})
    assert not await owner.proposals()
    (view,) = await owner.proposals(state="stale")
    assert view.address == report.operation
    said = await owner.proposal_review(report, body="Too late: propose it again.")
    with pytest.raises(NothingToDo, match="Nothing that you paid for"):
        await owner.round_close()
    with pytest.raises(StaleHead, match="moved on meanwhile"):
        await owner.proposal_review(report, approve=True)
    assert (await eve.proposal_close(report)).returned == report.cost.rent
    with pytest.raises(NotFound):
        await eve.proposal(report)
    assert (await owner.round_close()).returned == said.cost.rent
    again = await eve.propose("Second half", "on the new head")
    assert again.operation != report.operation
    assert not (await eve.proposal(again)).remarks


async def test_the_commits_of_a_round_are_listed_beside_and_spoken_of_too(team: Team) -> None:
    owner, eve, _ = await proposed(team)
    report = await eve.propose("Second half", "")
    await eve.switch("main")
    await owner.round_open()
    model = weights()
    await eve.pull(model)
    await eve.commit(trained(model, 11), "Step of a round\n\nmore of it")
    commit = (await eve.push(level=0)).commits[0]
    views = await owner.proposals()
    assert [(one.kind, one.title) for one in views] == [
        ("commit", "Step of a round"),
        ("operation", "Second half"),
    ]
    assert (views[0].body, views[0].needed, views[1].round) == ("more of it", 0, None)
    assert views[0].round == (await owner.round_show()).index
    await eve.proposal_review(commit.address, body="Mine: please look.")
    done = await owner.proposal_review(commit.address, approve=True, body="Good.")
    assert (done.verdict, done.approvals) == ("approve", 1)
    view = await owner.proposal(commit.address)
    assert [one.note for one in view.remarks] == ["Mine: please look.", "Good."]
    checks = await owner.proposal_checks(commit.address)
    assert [(one.address, one.share) for one in checks.commits] == [(commit.address, 1.0)]
    assert {one.id for one in checks.similar if one.kind == "proposal"} == {report.operation}
    with pytest.raises(NotFound, match="commit of a round"):
        await owner.proposal_merge(commit.address)
