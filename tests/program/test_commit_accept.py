"""`commit_accept`: what is counted before a commit joins a set."""

import hashlib
from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_READER, VERDICT_APPROVE
from federity._generated.events import CommitAccepted
from federity.chain import pda
from program.world import RULES, World, g1, named, refused


@pytest.fixture
def proposed(world: World, alice: Keypair) -> tuple[Pubkey, Pubkey]:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    return round_, world.contribute(round_, alice, g1(1), samples=9)


def test_the_set_is_dense_and_hashed(world: World, proposed: tuple[Pubkey, Pubkey]) -> None:
    round_, first = proposed
    second = world.contribute(round_, world.owner, g1(2), samples=5)
    world.accept(round_, first)
    event = named(world.accept(round_, second), CommitAccepted)
    digest = bytes(32)
    for index, (commit, samples) in enumerate(((first, 9), (second, 5))):
        digest = hashlib.sha256(
            digest + bytes(commit) + index.to_bytes(4, "little") + samples.to_bytes(4, "little")
        ).digest()
    assert (event.index, event.set_hash) == (1, digest)
    state = world.account(round_)
    assert (state.accepted, state.sum_samples, state.set_hash) == (2, 14, digest)
    assert world.account(second).held_by == round_


def test_a_commit_joins_once(world: World, proposed: tuple[Pubkey, Pubkey]) -> None:
    world.accept(*proposed)
    with refused("AlreadyAccepted"):
        world.accept(*proposed)


def test_missing_parts_are_noticed(world: World) -> None:
    round_ = world.open_round(world.owner)
    commit = world.propose(round_, world.owner)
    with refused("CommitIncomplete"):
        world.accept(round_, commit)


def test_approvals_are_counted(empty: World, alice: Keypair) -> None:
    world = empty
    world.publish(replace(RULES, approvals=1))
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(1))
    with refused("NotApproved"):
        world.accept(round_, commit)
    world.review(commit, world.owner, VERDICT_APPROVE)
    world.accept(round_, commit)


def test_a_signed_commit_is_too_low_where_proofs_are_asked_for(empty: World) -> None:
    world = empty
    world.publish(replace(RULES, min_level=1))
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, world.owner, g1(1))
    with refused("LevelTooLow"):
        world.accept(round_, commit)


def test_who_is_no_longer_a_contributor_does_not_count(
    world: World, proposed: tuple[Pubkey, Pubkey], alice: Keypair
) -> None:
    round_, commit = proposed
    world.remove(alice)
    with refused("UninitializedAccount"):
        world.accept(round_, commit)
    world.invite(alice, ROLE_READER)
    with refused("RoleTooLow"):
        world.accept(round_, commit)
    another = instructions.commit_accept(
        repository=world.repository,
        branch=world.branch,
        round=round_,
        commit=commit,
        member=world.member(world.owner),
        previous=None,
    )
    with refused("Unauthorized"):
        world.send(another)


def test_a_head_that_moves_meanwhile_makes_no_proposal_stale(
    world: World, proposed: tuple[Pubkey, Pubkey], alice: Keypair
) -> None:
    """What a commit may lag counts from the head that its round opened at; a later round counts anew."""
    round_, commit = proposed
    start = world.account(commit).parent
    for n in range(3):
        world.push(world.owner, g1(n + 2))
    late = world.contribute(round_, world.owner, g1(9), parent=start)
    world.accept(round_, commit)
    world.pass_slots(301)
    world.expire(round_)
    again = world.open_round(world.owner)
    assert world.account(again).opened_seq == 3
    for stale in (commit, late):
        with refused("ParentStale"):
            world.accept(again, stale, round_)
    with refused("ParentStale"):
        world.propose(again, alice, parent=start)


def test_acceptance_ends_with_the_review_deadline(world: World, proposed: tuple[Pubkey, Pubkey]) -> None:
    world.pass_slots(201)
    with refused("DeadlinePassed"):
        world.accept(*proposed)


def test_a_later_round_takes_an_expired_ones_commit_and_holds_it(
    world: World, proposed: tuple[Pubkey, Pubkey]
) -> None:
    first, commit = proposed
    solo = world.open_round(world.owner, kind=2)
    with refused("RoundKindNotAllowed"):
        world.accept(solo, commit, first)
    world.accept(first, commit)
    world.pass_slots(301)
    world.expire(first)
    second = world.open_round(world.owner)
    with refused("CommitHeld"):
        world.accept(second, commit)
    with refused("WrongRound"):
        world.accept(second, commit, solo)
    world.accept(second, commit, first)
    state = world.account(commit)
    assert (state.held_by, state.round, state.index) == (second, first, 0)
    world.lock(second, world.owner)


def test_a_commit_of_a_running_round_stays_there(world: World, proposed: tuple[Pubkey, Pubkey]) -> None:
    """The rounds of two branches at one commit share everything but the branch."""
    _, commit = proposed
    main = world.branch
    side = pda.branch(world.repository, "side")
    world.send(
        instructions.branch_create(
            payer=world.payer.pubkey(),
            authority=world.owner.pubkey(),
            member=world.member(world.owner),
            repository=world.repository,
            source=main,
            commit=pda.genesis(main),
            branch=side,
            name=pda.padded_name("side"),
            rules=RULES,
        ),
        signers=[world.owner],
    )
    world.branch = side
    with refused("LineageMismatch"):
        world.accept(world.open_round(world.owner), commit, proposed[0])
    with refused("WrongBranch"):
        world.accept(proposed[0], commit)
