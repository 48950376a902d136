"""`commit_close`, `points_close`, `round_close`: what goes, what stays, and who gets the rent."""

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_MAINTAINER, VERDICT_REJECT
from federity._generated.events import CommitClosed, PointsClosed, RoundClosed
from federity.chain import pda
from program.world import RULES, Sent, World, g1, named, refused, scaled, wallet

SIGNATURE_FEE = 5_000


def close_round(world: World, round_: Pubkey, payer: Pubkey | None = None) -> Sent:
    return world.send(instructions.round_close(round=round_, payer=payer or world.account(round_).payer))


@pytest.fixture
def abandoned(world: World, alice: Keypair) -> tuple[Pubkey, Pubkey]:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    return round_, world.contribute(round_, alice, g1(1))


@pytest.fixture
def waiting(world: World, abandoned: tuple[Pubkey, Pubkey]) -> tuple[Pubkey, Pubkey]:
    world.pass_slots(301)
    world.expire(abandoned[0])
    return abandoned


def test_rent_of_an_abandoned_commit_returns_to_who_paid_once_its_round_is_over(
    world: World, abandoned: tuple[Pubkey, Pubkey], stranger: Keypair
) -> None:
    round_, commit = abandoned
    with refused("RoundNotOver"):
        world.close(commit)
    world.pass_slots(301)
    world.expire(round_)
    with refused("WrongPayer"):
        world.close(commit, payer=stranger.pubkey())
    rent = world.svm.get_balance(commit)
    before = world.svm.get_balance(world.payer.pubkey())
    event = named(world.close(commit), CommitClosed)
    assert (event.commit, event.round) == (commit, round_)
    assert world.data(commit) is None
    assert world.svm.get_balance(world.payer.pubkey()) == before + rent - SIGNATURE_FEE


def test_a_stranger_does_not_take_a_commit_from_the_round_that_may_take_it(
    world: World, waiting: tuple[Pubkey, Pubkey], alice: Keypair, stranger: Keypair
) -> None:
    """Else whoever is first after the deadline throws away what others have paid to prove."""
    first, commit = waiting
    world.invite(stranger, ROLE_CONTRIBUTOR)
    with refused("CommitAwaited"):
        world.close(commit, stranger)
    with refused("CommitAwaited"):
        world.close(commit, world.owner)
    for _ in range(RULES.max_staleness):
        world.push(world.owner, g1(2))
    with refused("CommitAwaited"):
        world.close(commit, stranger)
    second = world.open_round(world.owner)
    world.accept(second, commit, first)
    world.pass_slots(301)
    world.expire(second)
    with refused("CommitAwaited"):
        world.close(commit, stranger)
    world.close(commit, alice)


def test_anyone_closes_what_no_round_takes_any_more(
    world: World, waiting: tuple[Pubkey, Pubkey], stranger: Keypair
) -> None:
    _, commit = waiting
    for _ in range(RULES.max_staleness + 1):
        world.push(world.owner, g1(2))
    world.close(commit, stranger)


def test_anyone_closes_a_rejected_commit(
    world: World, waiting: tuple[Pubkey, Pubkey], stranger: Keypair, bob: Keypair
) -> None:
    _, commit = waiting
    world.invite(bob, ROLE_MAINTAINER)
    world.review(commit, bob, VERDICT_REJECT)
    world.close(commit, stranger)


def test_another_branch_does_not_make_a_commit_stale(
    world: World, waiting: tuple[Pubkey, Pubkey], stranger: Keypair
) -> None:
    """The attacker's own branch may have moved on as far as they like."""
    round_, commit = waiting
    main = world.branch
    world.publish_branch("other")
    for _ in range(RULES.max_staleness + 1):
        world.push(world.owner, g1(2))
    call = instructions.commit_close(
        authority=stranger.pubkey(),
        commit=commit,
        round=round_,
        branch=world.branch,
        current=world.current(world.branch),
        payer=world.payer.pubkey(),
    )
    with refused("WrongBranch"):
        world.send(call, signers=[stranger])
    assert world.account(commit).branch == main


def test_what_a_merge_is_made_of_stays_and_the_rest_goes(
    world: World, abandoned: tuple[Pubkey, Pubkey], stranger: Keypair
) -> None:
    round_, left_out = abandoned
    merged = world.contribute(round_, world.owner, g1(2))
    world.accept(round_, merged)
    world.lock(round_, world.owner)
    merge = world.begin(round_, world.owner)
    world.merge_add(round_, [merged], scaled(g1(2), 1 << 24))
    with refused("RoundNotOver"):
        world.close(merge)
    world.finish(round_, world.owner)
    for kept in (merged, merge):
        with refused("CommitStays"):
            world.close(kept)
    genesis = instructions.commit_close(
        authority=world.owner.pubkey(),
        commit=pda.genesis(world.branch),
        round=round_,
        branch=world.branch,
        current=world.current(world.branch),
        payer=world.payer.pubkey(),
    )
    with refused("CommitStays"):
        world.send(genesis, signers=[world.owner])
    world.close(left_out, stranger)
    with refused("RoundStays"):
        close_round(world, round_)


def test_a_commit_that_a_later_round_holds_stays(world: World, abandoned: tuple[Pubkey, Pubkey]) -> None:
    first, commit = abandoned
    world.accept(first, commit)
    world.pass_slots(301)
    world.expire(first)
    second = world.open_round(world.owner)
    world.accept(second, commit, first)
    call = instructions.commit_close(
        authority=world.payer.pubkey(),
        commit=commit,
        round=first,
        branch=world.branch,
        current=world.current(world.branch),
        payer=world.payer.pubkey(),
    )
    with refused("WrongRound"):
        world.send(call)
    with refused("RoundNotOver"):
        world.close(commit)
    world.pass_slots(301)
    world.expire(second)
    world.close(commit)


def test_the_merge_of_an_expired_round_goes(
    world: World, abandoned: tuple[Pubkey, Pubkey], stranger: Keypair
) -> None:
    round_, commit = abandoned
    world.accept(round_, commit)
    world.lock(round_, world.owner)
    merge = world.begin(round_, world.owner)
    world.pass_slots(301)
    world.expire(round_)
    world.close(merge, stranger)
    world.close(commit)


def test_points_go_before_their_commit_and_to_their_own_payer(empty: World) -> None:
    world = empty
    world.publish(RULES, chunks=2)
    round_ = world.open_round(world.owner)
    commit = world.propose(round_, world.owner)
    generous, world.payer = world.payer, wallet("generous")
    world.svm.airdrop(world.payer.pubkey(), 10**10)
    world.create_points(commit, 1)
    with refused("RoundNotOver"):
        world.close(commit, world.owner, chunk=1)
    world.pass_slots(301)
    world.expire(round_)
    with refused("PointsRemain"):
        world.close(commit, world.owner)
    with refused("WrongPayer"):
        world.close(commit, world.owner, chunk=1, payer=generous.pubkey())
    rent = world.svm.get_balance(pda.points(commit, 1))
    before = world.svm.get_balance(world.payer.pubkey())
    assert named(world.close(commit, world.owner, chunk=1), PointsClosed).chunk == 1
    assert world.data(pda.points(commit, 1)) is None
    assert world.svm.get_balance(world.payer.pubkey()) == before + rent - 2 * SIGNATURE_FEE
    world.close(commit, world.owner)


def test_who_paid_for_a_chunk_alone_does_not_give_up_the_commit(empty: World, alice: Keypair) -> None:
    """Else an attacker pays for a victim's last account, and takes it back at the last moment."""
    world = empty
    world.publish(RULES, chunks=2)
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(1))
    victim, world.payer = world.payer, wallet("attacker")
    world.svm.airdrop(world.payer.pubkey(), 10**10)
    world.create_points(commit, 1)
    world.pass_slots(301)
    world.expire(round_)
    with refused("CommitAwaited"):
        world.close(commit, chunk=1)
    world.payer = victim
    world.accept(world.open_round(world.owner), commit, round_)


def test_points_of_another_commit_are_not_closed_with_this_one(empty: World, alice: Keypair) -> None:
    world = empty
    world.publish(RULES, chunks=2)
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commits = [world.propose(round_, who) for who in (world.owner, alice)]
    world.create_points(commits[0], 1)
    world.pass_slots(301)
    world.expire(round_)
    call = instructions.points_close(
        authority=world.payer.pubkey(),
        commit=commits[1],
        round=round_,
        branch=world.branch,
        current=world.current(world.branch),
        points=pda.points(commits[0], 1),
        payer=world.payer.pubkey(),
    )
    with refused("WrongPoints"):
        world.send(call)


def test_an_expired_round_goes_when_no_commit_needs_it(
    world: World, abandoned: tuple[Pubkey, Pubkey], stranger: Keypair
) -> None:
    first, commit = abandoned
    world.accept(first, commit)
    world.lock(first, world.owner)
    merge = world.begin(first, world.owner)
    with refused("RoundNotOver"):
        close_round(world, first)
    world.pass_slots(301)
    world.expire(first)
    with refused("RoundStays"):
        close_round(world, first)
    world.close(merge)
    with refused("RoundStays"):
        close_round(world, first)
    second = world.open_round(world.owner)
    world.accept(second, commit, first)
    with refused("WrongPayer"):
        close_round(world, first, stranger.pubkey())
    event = named(close_round(world, first), RoundClosed)
    assert (event.round, event.branch, event.index) == (first, world.branch, 0)
    assert world.data(first) is None
    world.pass_slots(301)
    world.expire(second)
    with refused("RoundStays"):
        close_round(world, second)
    world.close(commit)
    close_round(world, second)
    assert world.open_round(world.owner) not in (first, second)
