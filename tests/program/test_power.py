"""Power is counted when it is used: votes and vetoes of who has left, rounds whose keeper has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from solders.instruction import AccountMeta
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROUND_SERVER,
    ROUND_SOLO,
    ROUND_STATE_EXPIRED,
    VERDICT_APPROVE,
    VERDICT_COMMENT,
    VERDICT_REJECT,
)
from federity._generated.events import ReviewVoided, RoundCancelled
from federity.chain import pda
from program.test_handover import hand_over, set_role
from program.test_weights_write import approve
from program.world import RULES, Sent, World, add, g1, named, refused, scaled


def void(world: World, commit: Pubkey, reviewer: Keypair, by: Keypair, *, owner: bool = False) -> Sent:
    account = world.account(commit)
    held = account.held_by if account.held_by != Pubkey.default() else account.round
    call = instructions.review_void(
        authority=by.pubkey(),
        member=world.member(world.owner) if owner else None,
        repository=world.repository,
        commit=commit,
        round=held,
        review=pda.review(commit, reviewer.pubkey()),
        reviewer=world.member(reviewer),
    )
    return world.send(call, signers=[by])


@pytest.fixture
def judged(empty: World, alice: Keypair, bob: Keypair) -> tuple[World, Pubkey, Pubkey]:
    """A round that asks for an approval, with a commit that a maintainer, bob, has approved."""
    empty.publish(replace(RULES, approvals=1, merge_approvals=1))
    empty.invite(alice, ROLE_CONTRIBUTOR)
    empty.invite(bob, ROLE_MAINTAINER)
    round_ = empty.open_round(empty.owner)
    commit = empty.contribute(round_, alice, g1(1))
    empty.review(commit, bob, VERDICT_APPROVE)
    return empty, round_, commit


def test_an_approval_of_a_maintainer_who_is_gone_does_not_count(
    judged: tuple[World, Pubkey, Pubkey], bob: Keypair
) -> None:
    world, round_, commit = judged
    set_role(world, bob, ROLE_KEEPER, by=world.owner)
    with refused("NotApproved"):
        world.accept(round_, commit, voters=[bob])
    world.remove(bob)
    with refused("WrongAccount"):
        world.accept(round_, commit, voters=[bob])
    world.pass_slots(1)
    world.invite(bob, ROLE_MAINTAINER)
    with refused("NotApproved"):
        world.accept(round_, commit, voters=[bob])
    world.review(commit, bob, VERDICT_APPROVE)
    world.accept(round_, commit, voters=[bob])


def test_an_approval_lapses_with_the_owner_who_gave_the_role(
    judged: tuple[World, Pubkey, Pubkey], bob: Keypair, keeper: Keypair
) -> None:
    world, round_, commit = judged
    hand_over(world, keeper)
    with refused("NotApproved"):
        world.accept(round_, commit, voters=[bob])
    set_role(world, bob, ROLE_MAINTAINER, by=keeper)
    world.accept(round_, commit, voters=[bob])


def test_one_approval_counts_once_and_another_commits_not_at_all(
    judged: tuple[World, Pubkey, Pubkey], bob: Keypair, keeper: Keypair
) -> None:
    world, _, commit = judged
    world.invite(keeper, ROLE_CONTRIBUTOR)
    world.pass_slots(301)
    world.expire(world.account(commit).round)
    world.protect(replace(RULES, approvals=2))
    round_ = world.open_round(world.owner)
    other = world.contribute(round_, keeper, g1(2))
    world.review(other, bob, VERDICT_APPROVE)
    world.review(commit, world.owner, VERDICT_APPROVE)
    pair = world.votes([pda.review(other, bob.pubkey())])
    foreign = world.votes([pda.review(commit, world.owner.pubkey())])
    for votes, error in (
        (pair + pair, "VotesUnordered"),
        (reversed_pairs(pair, foreign), "VotesUnordered"),
        (pair[:1], "VotesUnordered"),
        (sorted_pairs(pair, foreign), "NotApproved"),
        ([pair[1], pair[0]], "WrongAccount"),
    ):
        call = instructions.commit_accept(
            repository=world.repository,
            branch=world.branch,
            round=round_,
            commit=other,
            member=world.member(keeper),
            previous=None,
            remaining=votes,
        )
        with refused(error):
            world.send(call)


def reversed_pairs(*pairs: list[AccountMeta]) -> list[AccountMeta]:
    ordered = sorted_pairs(*pairs)
    return ordered[2:] + ordered[:2]


def sorted_pairs(*pairs: list[AccountMeta]) -> list[AccountMeta]:
    return [meta for pair in sorted(pairs, key=lambda pair: bytes(pair[0].pubkey)) for meta in pair]


def test_a_merge_is_approved_by_who_holds_the_role_when_it_begins(
    judged: tuple[World, Pubkey, Pubkey], bob: Keypair
) -> None:
    world, round_, commit = judged
    world.accept(round_, commit, voters=[bob])
    world.lock(round_, world.owner)
    approve(world, round_, bob)
    set_role(world, bob, ROLE_KEEPER, by=world.owner)
    with refused("MergeNotApproved"):
        world.begin(round_, bob, voters=[bob])
    approve(world, round_, world.owner)
    world.begin(round_, bob, voters=[bob, world.owner])


def test_a_shell_is_not_approved(world: World, alice: Keypair) -> None:
    """Its author declared another point after the approval."""
    world.invite(alice, ROLE_CONTRIBUTOR)
    commit = world.propose(world.open_round(world.owner), alice)
    with refused("CommitIncomplete"):
        world.review(commit, world.owner, VERDICT_APPROVE)
    world.review(commit, world.owner, VERDICT_COMMENT)


@pytest.mark.parametrize("weighting", [0, 1])
def test_a_rejected_commit_takes_nothing_from_the_others(
    empty: World, alice: Keypair, bob: Keypair, weighting: int
) -> None:
    """It declared 2^32 - 1 samples and was accepted: rejected, it still made all others weigh nothing."""
    world = empty
    world.publish(replace(RULES, weighting=weighting))
    for who in (alice, bob):
        world.invite(who, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    boast = world.contribute(round_, alice, g1(1), samples=(1 << 32) - 1)
    honest = world.contribute(round_, bob, g1(5), samples=60_000)
    for commit in (boast, honest):
        world.accept(round_, commit)
    world.review(boast, world.owner, VERDICT_REJECT)
    state = world.account(round_)
    assert (state.accepted, state.rejected, state.sum_samples) == (2, 1, 60_000)
    world.lock(round_, world.owner)
    world.begin(round_, world.owner)
    world.merge_add(round_, [boast, honest], scaled(g1(5), 1 << 24))
    world.finish(round_, world.owner)


def test_a_verdict_taken_back_brings_its_commit_back(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commits = [world.contribute(round_, who, g1(n + 2)) for n, who in enumerate((alice, world.owner))]
    for commit in commits:
        world.accept(round_, commit)
    before = world.data(round_)
    world.review(commits[0], world.owner, VERDICT_REJECT)
    world.review(commits[0], world.owner, VERDICT_COMMENT)
    assert world.data(round_) == before
    world.lock(round_, world.owner)
    world.begin(round_, world.owner)
    world.merge_add(round_, commits, add(scaled(g1(2), 1 << 23), scaled(g1(3), 1 << 23)))


def test_a_veto_of_who_is_gone_is_voided_by_anyone_and_any_by_the_owner(
    world: World, alice: Keypair, bob: Keypair, stranger: Keypair
) -> None:
    """A removed maintainer's veto stood for ever, and let a stranger close the commit."""
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(1))
    world.accept(round_, commit)
    world.review(commit, bob, VERDICT_REJECT)
    with refused("VoteStands"):
        void(world, commit, bob, stranger)
    with refused("Unauthorized"):
        void(world, commit, bob, stranger, owner=True)
    void(world, commit, bob, world.owner, owner=True)
    assert world.account(round_).rejected == 0
    with refused("VoteStands"):
        void(world, commit, bob, world.owner, owner=True)
    world.review(commit, bob, VERDICT_REJECT)
    world.remove(bob)
    event = named(void(world, commit, bob, stranger), ReviewVoided)
    assert (event.reviewer, event.rejects) == (bob.pubkey(), 0)
    world.lock(round_, world.owner)


def test_a_void_names_its_own_review_and_membership(
    world: World, alice: Keypair, bob: Keypair, stranger: Keypair
) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(1))
    world.review(commit, bob, VERDICT_REJECT)
    call = instructions.review_void(
        authority=stranger.pubkey(),
        member=None,
        repository=world.repository,
        commit=commit,
        round=round_,
        review=pda.review(commit, bob.pubkey()),
        reviewer=world.member(stranger),
    )
    with refused("InvalidSeeds"):
        world.send(call, signers=[stranger])


def test_owner_and_maintainers_cancel_until_the_merge_begins(
    world: World, alice: Keypair, bob: Keypair, keeper: Keypair
) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    world.invite(keeper, ROLE_KEEPER)
    round_ = world.open_round(keeper)
    commit = world.contribute(round_, alice, g1(1))
    world.accept(round_, commit)
    for who, error in ((alice, "RoleTooLow"), (keeper, "RoleTooLow")):
        with refused(error):
            world.cancel(round_, who)
    with refused("Unauthorized"):
        world.cancel(round_, alice, member=False)
    world.lock(round_, world.owner)
    event = named(world.cancel(round_, bob), RoundCancelled)
    assert (event.round, event.accepted) == (round_, 1)
    assert world.account(round_).state == ROUND_STATE_EXPIRED
    assert world.account(world.branch).locked_by == Pubkey.default()
    assert world.account(world.repository).locked == 0
    later = world.open_round(keeper)
    world.accept(later, commit, previous=round_)
    world.lock(later, world.owner)
    world.begin(later, keeper)
    with refused("MergeBegun"):
        world.cancel(later, world.owner)


def test_a_round_of_who_lost_the_role_is_anyones_to_cancel(
    empty: World, keeper: Keypair, stranger: Keypair
) -> None:
    """A removed keeper's round held the branch until its deadline."""
    world = empty
    world.publish(replace(RULES, allow_server=True))
    world.invite(keeper, ROLE_KEEPER)
    round_ = world.open_round(keeper, ROUND_SERVER)
    with refused("Unauthorized"):
        world.cancel(round_, stranger, member=False)
    world.remove(keeper)
    world.cancel(round_, stranger, member=False)
    world.open_round(world.owner)


def test_pushes_in_a_row_do_not_keep_the_head_from_the_round(
    world: World, alice: Keypair, bob: Keypair
) -> None:
    for who in (alice, bob):
        world.invite(who, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(1))
    world.accept(round_, commit)
    world.push(bob, g1(2))
    world.pass_slots(201)
    chain = world.open_round(bob, ROUND_SOLO)
    pushed = world.contribute(chain, bob, g1(3))
    with refused("RoundWaits"):
        world.lock(chain, bob, commit=pushed)
    # Nor by not showing the round, or by showing another.
    other = world.open_round(bob, ROUND_SOLO)
    for shown in (None, other):
        call = instructions.round_lock(
            authority=bob.pubkey(),
            member=world.member(bob),
            repository=world.repository,
            branch=world.branch,
            round=chain,
            commit=pushed,
            current=shown,
        )
        with refused("WrongRound"):
            world.send(call, signers=[bob])
    world.lock(round_, bob, member=False)


def test_a_keeper_alone_does_not_push_to_a_protected_branch_in_one_slot(
    empty: World, keeper: Keypair
) -> None:
    world = empty
    world.publish(replace(RULES, protected=True, allow_server=True))
    world.invite(keeper, ROLE_KEEPER)
    round_ = world.open_round(keeper)
    commit = world.contribute(round_, keeper, g1(1))
    world.accept(round_, commit)
    with refused("DeadlineNotReached"):
        world.lock(round_, keeper)
    world.cancel(round_, world.owner)
    server = world.open_round(keeper, ROUND_SERVER)
    own = world.contribute(server, keeper, g1(1))
    with refused("DeadlineNotReached"):
        world.lock(server, keeper, commit=own)
    world.pass_slots(101)
    world.lock(server, keeper, commit=own)


def test_a_commit_that_the_round_in_progress_may_take_is_not_a_strangers_to_close(
    world: World, alice: Keypair, stranger: Keypair
) -> None:
    """The rules were loose when it opened, and strict before and after."""
    world.invite(alice, ROLE_CONTRIBUTOR)
    strict = replace(RULES, max_staleness=0)
    world.protect(strict)
    first = world.open_round(world.owner)
    commit = world.contribute(first, alice, g1(1))
    world.pass_slots(301)
    world.expire(first)
    world.push(world.owner, g1(2))
    world.protect(replace(RULES, max_staleness=1))
    current = world.open_round(world.owner)
    world.protect(strict)
    with refused("CommitAwaited"):
        world.close(commit, stranger)
    call = instructions.commit_close(
        authority=stranger.pubkey(),
        commit=commit,
        round=first,
        branch=world.branch,
        current=None,
        payer=world.payer.pubkey(),
    )
    with refused("WrongRound"):
        world.send(call, signers=[stranger])
    world.accept(current, commit, previous=first)
