"""`review_create`: verdicts, vetoes, and when they are final."""

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    VERDICT_APPROVE,
    VERDICT_COMMENT,
    VERDICT_REJECT,
)
from federity._generated.events import ReviewCreated
from federity.chain import pda
from program.world import World, g1, named, refused


@pytest.fixture
def proposed(world: World, alice: Keypair) -> tuple[Pubkey, Pubkey]:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    return round_, world.contribute(round_, alice, g1(1))


def test_a_verdict_may_change_and_counts_once(world: World, proposed: tuple[Pubkey, Pubkey]) -> None:
    _, commit = proposed
    done = world.review(commit, world.owner, VERDICT_REJECT)
    assert named(done, ReviewCreated).rejects == 1
    world.review(commit, world.owner, VERDICT_APPROVE)
    event = named(world.review(commit, world.owner, VERDICT_APPROVE), ReviewCreated)
    assert (event.approvals, event.rejects, event.reviewer) == (1, 0, world.owner.pubkey())
    review = world.account(pda.review(commit, world.owner.pubkey()))
    assert (review.verdict, review.reviewer, review.commit) == (1, world.owner.pubkey(), commit)
    world.review(commit, world.owner, VERDICT_COMMENT)
    assert world.account(commit).approvals == 0


def test_keepers_and_contributors_do_not_review(
    world: World, proposed: tuple[Pubkey, Pubkey], keeper: Keypair
) -> None:
    world.invite(keeper, ROLE_KEEPER)
    with refused("RoleTooLow"):
        world.review(proposed[1], keeper, VERDICT_APPROVE)


def test_an_author_cannot_approve_itself(world: World) -> None:
    commit = world.contribute(world.open_round(world.owner), world.owner, g1(1))
    with refused("SelfApproval"):
        world.review(commit, world.owner, VERDICT_APPROVE)
    world.review(commit, world.owner, VERDICT_COMMENT)


@pytest.mark.parametrize("verdict", [0, 4])
def test_unknown_verdicts_are_refused(world: World, proposed: tuple[Pubkey, Pubkey], verdict: int) -> None:
    with refused("InvalidVerdict"):
        world.review(proposed[1], world.owner, verdict)


def test_a_reject_vetoes_while_it_stands(world: World, proposed: tuple[Pubkey, Pubkey], bob: Keypair) -> None:
    round_, commit = proposed
    world.invite(bob, ROLE_MAINTAINER)
    world.review(commit, world.owner, VERDICT_APPROVE)
    world.review(commit, bob, VERDICT_REJECT)
    with refused("CommitRejected"):
        world.accept(round_, commit)
    world.review(commit, bob, VERDICT_COMMENT)
    world.accept(round_, commit)


def test_verdicts_are_final_with_the_lock(world: World, proposed: tuple[Pubkey, Pubkey]) -> None:
    round_, commit = proposed
    world.accept(round_, commit)
    world.lock(round_, world.owner)
    with refused("RoundNotOpen"):
        world.review(commit, world.owner, VERDICT_REJECT)


def test_the_deciding_round_must_be_named(world: World, proposed: tuple[Pubkey, Pubkey]) -> None:
    other = world.open_round(world.owner, kind=2)
    with refused("WrongRound"):
        world.review(proposed[1], world.owner, VERDICT_REJECT, round_=other)


def test_a_head_is_not_reviewed(world: World) -> None:
    head = world.push(world.owner, g1(1))
    with refused("RoundNotOpen"):
        world.review(head, world.owner, VERDICT_REJECT)
