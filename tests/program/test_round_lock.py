"""`round_lock` and `round_expire`: what is frozen, by whom, and for how long."""

from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER, ROUND_SERVER, ROUND_SOLO
from federity._generated.events import RoundExpired, RoundLocked
from program.world import RULES, World, add, g1, named, refused, scaled


@pytest.fixture
def accepted(world: World, alice: Keypair) -> Pubkey:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    world.accept(round_, world.contribute(round_, alice, g1(1)))
    return round_


def test_set_head_and_attempt_are_frozen(world: World, accepted: Pubkey, keeper: Keypair) -> None:
    world.invite(keeper, ROLE_KEEPER)
    world.pass_slots(101)
    event = named(world.lock(accepted, keeper), RoundLocked)
    branch, round_ = world.account(world.branch), world.account(accepted)
    assert (round_.state, round_.head, round_.attempt) == (2, branch.head, 1)
    assert branch.locked_by == accepted
    assert (event.head, event.accepted, event.commit) == (branch.head, 1, Pubkey.default())


def test_a_head_moves_not_while_another_round_has_locked_it(world: World, accepted: Pubkey) -> None:
    pushed = world.open_round(world.owner, ROUND_SOLO)
    commit = world.contribute(pushed, world.owner, g1(2))
    world.lock(accepted, world.owner)
    with refused("HeadLocked"):
        world.lock(pushed, world.owner, commit=commit)
    world.pass_slots(301)
    world.expire(accepted)
    world.push(world.owner, g1(2))


def test_a_push_that_locked_first_keeps_the_round_out(world: World, accepted: Pubkey) -> None:
    pushed = world.open_round(world.owner, ROUND_SOLO)
    commit = world.contribute(pushed, world.owner, g1(2))
    world.lock(pushed, world.owner, commit=commit)
    with refused("HeadLocked"):
        world.lock(accepted, world.owner)


def test_before_the_deadline_a_keeper_locks_and_after_it_anyone(
    world: World, accepted: Pubkey, alice: Keypair, stranger: Keypair
) -> None:
    with refused("RoleTooLow"):
        world.lock(accepted, alice)
    with refused("DeadlineNotReached"):
        world.lock(accepted, stranger, member=False)
    with refused("Unauthorized"):
        world.lock(accepted, stranger, author=world.owner)
    world.pass_slots(201)
    world.lock(accepted, stranger, member=False)


def test_an_empty_round_is_not_locked(world: World) -> None:
    with refused("NothingAccepted"):
        world.lock(world.open_round(world.owner), world.owner)


def test_a_solo_round_takes_its_complete_commit_with_the_lock(
    world: World, alice: Keypair, stranger: Keypair
) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(alice, ROUND_SOLO)
    commit = world.propose(round_, alice)
    with refused("WrongCommit"):
        world.lock(round_, alice)
    with refused("CommitIncomplete"):
        world.lock(round_, alice, commit=commit)
    world.declare(commit, alice, g1(1))
    with refused("WrongMember"):
        world.lock(round_, stranger, commit=commit, author=world.owner)
    event = named(world.lock(round_, stranger, commit=commit, author=alice), RoundLocked)
    assert (event.commit, event.accepted) == (commit, 1)


def test_a_commit_of_another_round_does_not_slip_in(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    open_ = world.open_round(world.owner)
    foreign = world.contribute(open_, alice, g1(1))
    solo = world.open_round(alice, ROUND_SOLO)
    with refused("CommitHeld"):
        world.lock(solo, alice, commit=foreign)


def test_a_push_whose_head_has_moved_on_is_stale(world: World) -> None:
    slow = world.open_round(world.owner, ROUND_SOLO)
    commit = world.contribute(slow, world.owner, g1(1))
    world.push(world.owner, g1(2))
    with refused("ParentStale"):
        world.lock(slow, world.owner, commit=commit)


def test_who_lost_its_membership_pushes_no_more(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(alice, ROUND_SOLO)
    commit = world.contribute(round_, alice, g1(1))
    world.remove(alice)
    with refused("UninitializedAccount"):
        world.lock(round_, alice, commit=commit)


def test_a_server_round_is_the_keepers_at_full_weight(empty: World, keeper: Keypair, alice: Keypair) -> None:
    world = empty
    world.publish(replace(RULES, protected=True, allow_server=True, max_weight=100))
    world.invite(keeper, ROLE_KEEPER)
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(keeper, ROUND_SERVER)
    commit = world.contribute(round_, keeper, g1(3))
    with refused("Unauthorized"):
        world.lock(round_, alice, commit=commit, author=keeper)
    world.pass_slots(101)
    world.lock(round_, keeper, commit=commit)
    world.begin(round_, keeper)
    world.merge_add(round_, [commit], scaled(g1(3), 1 << 24))
    world.finish(round_, keeper)
    assert world.account(round_).state == 3


def test_an_empty_round_ends_with_the_review_deadline(world: World) -> None:
    round_ = world.open_round(world.owner)
    world.pass_slots(200)
    with refused("DeadlineNotReached"):
        world.expire(round_)
    world.pass_slots(1)
    event = named(world.expire(round_), RoundExpired)
    assert (event.round, event.accepted) == (round_, 0)
    with refused("RoundNotOpen"):
        world.expire(round_)
    world.open_round(world.owner)


def test_a_locked_round_ends_with_the_merge_deadline_and_frees_the_branch(
    world: World, accepted: Pubkey
) -> None:
    world.lock(accepted, world.owner)
    world.pass_slots(300)
    with refused("DeadlineNotReached"):
        world.expire(accepted)
    world.pass_slots(1)
    world.expire(accepted)
    branch = world.account(world.branch)
    assert branch.locked_by == branch.current_round == Pubkey.default()
    with refused("RoundNotLocked"):
        world.begin(accepted, world.owner)


def test_a_silent_keeper_blocks_nothing(world: World, accepted: Pubkey, stranger: Keypair) -> None:
    """From the review deadline on a stranger finishes the round, without the keeper and without a member."""
    commits = [address for address in world.commits if world.account(address).held_by == accepted]
    world.pass_slots(201)
    world.lock(accepted, stranger, member=False)
    world.begin(accepted, stranger)
    world.merge_add(accepted, commits, add(scaled(g1(1), 1 << 24)))
    world.finish(accepted, stranger)
    assert world.account(world.branch).head_seq == 1


def test_a_round_is_expired_on_its_own_branch(world: World, accepted: Pubkey) -> None:
    world.pass_slots(400)
    world.publish_branch("other")
    with refused("WrongBranch"):
        world.expire(accepted)
    with refused("WrongBranch"):
        world.lock(accepted, world.owner)
