"""What finished rounds leave is closed, and its rent comes back; and keys that act for a wallet."""

import json
from pathlib import Path

import pytest
from solders.pubkey import Pubkey

from e2e.team import Team, trained, weights
from federity._generated import accounts
from federity.chain import pda
from federity.errors import ConfigError, NotAMember, NothingToDo
from federity.repository.ledger import query
from federity.repository.ledger.votes import approvals_of
from federity.repository.reports.rules import Rules
from federity.repository.repository import Repository
from federity.repository.steps.review_steps import accept_step
from federity.repository.steps.transactions import send
from federity.wallet import Wallet
from support.people import start

pytestmark = pytest.mark.svm


RULES = Rules(
    protected=True, approvals=1, max_staleness=1, propose_slots=1_000, review_slots=1_000, merge_slots=1_000
)


async def expire(team: Team, owner: Repository) -> None:
    """Let the open round run out, and end it."""
    await team.chain.advance(4_000)
    await owner.round_expire()


async def teamwork(team: Team) -> tuple[Repository, Repository, str]:
    """An expired round with a reviewed proposal by alice, which the next round may still take."""
    owner = await Repository.create(
        await team.session("owner"),
        team.path("owner"),
        weights(),
        name="digits",
        insecure=True,
        rules=RULES,
    )
    await team.session("alice")
    await owner.member_add(team.address("alice"))
    alice = await team.clone("alice", owner.url)
    await owner.round_open()
    await alice.commit(trained(weights()), "proposed")
    proposal = (await alice.push(level=0)).commits[0].address
    await owner.review(proposal, approve=None, note="interesting")
    await expire(team, owner)
    return owner, alice, proposal


async def test_what_a_later_round_may_take_stays_until_it_is_given_up(team: Team) -> None:
    owner, alice, proposal = await teamwork(team)
    with pytest.raises(NothingToDo):
        await alice.round_close()
    with pytest.raises(NothingToDo):
        await owner.round_close()
    planned = await alice.round_close(give_up=True, dry_run=True)
    wallet = team.wallets["alice"].pubkey
    before = await team.chain.balance(wallet)
    report = await alice.round_close(give_up=True)
    assert report.closed == planned.closed == (proposal,)
    assert report.returned == planned.returned > 0
    assert await team.chain.balance(wallet) == before + report.returned - report.cost.fees
    # What is left is the owner's: a review of a commit that is gone, and a round that nobody needs.
    report = await owner.round_close()
    assert len(report.closed) == 2
    assert not await query.find(team.chain, accounts.Review, commit=Pubkey.from_string(proposal))
    assert await owner.rounds() == []
    with pytest.raises(NothingToDo):
        await owner.round_close()


async def test_a_commit_that_was_closed_comes_back_and_can_be_proposed_again(team: Team) -> None:
    owner, alice, _ = await teamwork(team)
    await alice.round_close(give_up=True)
    await owner.round_open()
    pulled = weights(5)
    report = await alice.pull(pulled)
    assert len(report.returned) == 1
    again = (await alice.push(level=0)).commits[0].address
    await owner.review(again, approve=True)
    await owner.round_lock()
    await owner.merge()
    assert (await owner.log("main", limit=1))[0].message == "proposed"


async def test_what_a_merge_stands_on_stays_and_the_rest_goes(team: Team) -> None:
    owner, alice, proposal = await teamwork(team)
    await owner.review(proposal, approve=True)
    await owner.round_open()
    workspace = owner.workspace
    address, second = Pubkey.from_string(proposal), (await workspace.branch_state()).current_round
    commit, round_ = await workspace.commit(address), await workspace.load(accounts.Round, second, "round")
    votes = await approvals_of(workspace, address, commit, round_)
    await send(workspace.session, [accept_step(workspace, address, commit, second, votes)])
    await team.session("bob")
    await owner.member_add(team.address("bob"))
    bob = await team.clone("bob", owner.url)
    await bob.commit(trained(weights(), 4), "left out")
    left_out = (await bob.push(level=0)).commits[0].address
    await owner.round_lock()
    await owner.merge()
    with pytest.raises(NothingToDo):
        await alice.round_close()
    assert (await bob.round_close()).closed == (left_out,)
    # The first round, which expired, lost its only commit to the second.
    first = pda.round_(owner.workspace.branch, 0)
    assert str(first) in (await owner.round_close()).closed
    assert (await owner.verify("main")).complete
    assert [view.verdict for view in (await owner.show(proposal)).reviews] == ["approve"]


async def held(team: Team, repository: Repository) -> dict[str, list[str]]:
    """The kinds of accounts that somebody holds rent in, by when it comes back; each has what it says."""
    found: dict[str, list[str]] = {}
    for view in await repository.rent():
        account = Pubkey.from_string(view.address)
        assert view.lamports == await team.chain.balance(account) > 0
        assert bool(view.why) == (view.when != "now")
        found.setdefault(view.when, []).append(view.kind)
    return found


async def test_all_that_somebody_left_is_listed_and_comes_back_to_the_lamport(team: Team) -> None:
    owner, alice, proposal = await teamwork(team)
    assert await held(team, alice) == {"later": ["commit"]}
    (waiting,) = await alice.rent()
    assert "--give-up" in waiting.why
    with pytest.raises(NothingToDo, match="closed now"):
        await alice.rent_reclaim()
    # On another branch than the one that is checked out: a proposal, words, and a vote that is not enough.
    await owner.branch_create("side")
    await owner.branch_protect("side", {"protected": False})
    await owner.switch("side")
    await owner.commit(trained(weights(), 3), "on the side")
    await owner.push(level=0)
    await owner.switch("main")
    await owner.branch_protect("main", {"merge_approvals": 2})
    proposed = await alice.propose("Side", "", head="side")
    said = await alice.proposal_review(proposed, body="please")
    await owner.proposal_review(proposed, approve=True)
    assert await held(team, alice) == {"later": ["commit", "commit", "operation", "remark"]}
    assert {view.why for view in await alice.rent() if view.kind in ("operation", "remark")} == {
        f"until its proposal is merged or closed: `federity pr close {proposed.operation}`"
    }
    # The head moves on: all of it can be closed, and is, by one call.
    await owner.branch_protect("main", {"protected": False})
    model = weights()
    await owner.pull(model)
    await owner.commit(trained(model, 5), "moved")
    await owner.push(level=0)
    await owner.commit(trained(await owner.tensors(), 6), "moved again")
    await owner.push(level=0)
    await alice.switch("side")
    assert await held(team, alice) == {"now": ["commit", "commit", "operation", "remark"]}
    wallet = team.wallets["alice"].pubkey
    planned = await alice.rent_reclaim(dry_run=True)
    before = await team.chain.balance(wallet)
    report = await alice.rent_reclaim()
    assert (report.closed, report.returned) == (planned.closed, planned.returned)
    assert len(report.closed) == 4
    assert report.returned > proposed.cost.rent + said.cost.rent
    assert await team.chain.balance(wallet) == before + report.returned - report.cost.fees
    assert not await alice.rent()
    assert proposal in report.closed
    # The owner's review and vote go now too; what the history is made of never does.
    assert (await held(team, owner))["now"] == ["approval", "review", "round"]
    await owner.rent_reclaim()
    left = await held(team, owner)
    assert set(left) == {"later", "never"}
    assert left["later"] == ["key pin"]
    assert set(left["never"]) == {"commit", "round"}
    assert (await owner.verify("main")).complete
    with pytest.raises(NothingToDo):
        await owner.rent_reclaim()


async def test_a_delegate_works_for_a_wallet_and_names_no_other(team: Team) -> None:
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), weights(), name="digits", insecure=True
    )
    session = await team.session("hot")
    with pytest.raises(NotAMember):
        await Repository.open(session, owner.path).member_delegate(team.address("owner"))
    with pytest.raises(ConfigError):
        await owner.member_delegate("no address")
    await owner.member_delegate(team.address("hot"))
    assert [view.delegate for view in await owner.members()] == [team.address("hot")]
    hot = Repository.open(session, owner.path)
    await hot.commit(trained(weights()), "by the hot key")
    await hot.push(level=0)
    assert (await hot.log())[0].message == "by the hot key"
    with pytest.raises(NotAMember, match="only that wallet itself"):
        await hot.member_delegate(str(Wallet.generate().pubkey))
    await owner.member_delegate(None)
    assert [view.delegate for view in await owner.members()] == [""]
    await hot.commit(trained(weights(), 3), "too late")
    with pytest.raises(NotAMember):
        await hot.push(level=0)


def test_the_commands(tmp_path: Path) -> None:
    owner = start(tmp_path)
    hot = owner.newcomer("hot").address()
    assert "named the delegate" in owner.do("member", "delegate", hot, "--yes")
    assert json.loads(owner.do("member", "list", "--json"))[0]["delegate"] == hot
    owner.do("member", "delegate", "--withdraw", "--yes")
    owner.refused(NothingToDo, "round", "close", "--yes")
