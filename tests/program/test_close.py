"""`commit_close`, `points_close`, `location_create`: what goes, what stays, and who gets the rent."""

import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions, types
from federity._generated.constants import ROLE_CONTRIBUTOR
from federity._generated.events import CommitClosed, LocationCreated, PointsClosed
from federity.chain import pda
from program.world import RULES, World, g1, named, refused, scaled, wallet


def close(world: World, commit: Pubkey, round_: Pubkey, payer: Pubkey | None = None) -> Instruction:
    return instructions.commit_close(commit=commit, round=round_, payer=payer or world.account(commit).payer)


@pytest.fixture
def abandoned(world: World, alice: Keypair) -> tuple[Pubkey, Pubkey]:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    return round_, world.contribute(round_, alice, g1(1))


def test_rent_of_an_abandoned_commit_returns_to_who_paid_once_its_round_is_over(
    world: World, abandoned: tuple[Pubkey, Pubkey], stranger: Keypair
) -> None:
    round_, commit = abandoned
    with refused("RoundNotOver"):
        world.send(close(world, commit, round_))
    world.pass_slots(301)
    world.expire(round_)
    with refused("WrongPayer"):
        world.send(close(world, commit, round_, stranger.pubkey()))
    rent = world.svm.get_balance(commit)
    before = world.svm.get_balance(world.payer.pubkey())
    event = named(world.send(close(world, commit, round_)), CommitClosed)
    assert (event.commit, event.round) == (commit, round_)
    assert world.data(commit) is None
    assert world.svm.get_balance(world.payer.pubkey()) == before + rent - 5_000


def test_what_a_merge_is_made_of_stays_and_the_rest_goes(
    world: World, abandoned: tuple[Pubkey, Pubkey]
) -> None:
    round_, left_out = abandoned
    merged = world.contribute(round_, world.owner, g1(2))
    world.accept(round_, merged)
    world.lock(round_, world.owner)
    merge = world.begin(round_, world.owner)
    world.merge_add(round_, [merged], scaled(g1(2), 1 << 24))
    with refused("RoundNotOver"):
        world.send(close(world, merge, round_))
    world.finish(round_, world.owner)
    for kept in (merged, merge):
        with refused("CommitStays"):
            world.send(close(world, kept, round_))
    with refused("CommitStays"):
        world.send(close(world, pda.genesis(world.branch), round_))
    world.send(close(world, left_out, round_))


def test_a_commit_that_a_later_round_holds_stays(world: World, abandoned: tuple[Pubkey, Pubkey]) -> None:
    first, commit = abandoned
    world.accept(first, commit)
    world.pass_slots(301)
    world.expire(first)
    second = world.open_round(world.owner)
    world.accept(second, commit, first)
    with refused("WrongRound"):
        world.send(close(world, commit, first))
    with refused("RoundNotOver"):
        world.send(close(world, commit, second))
    world.pass_slots(301)
    world.expire(second)
    world.send(close(world, commit, second))


def test_the_merge_of_an_expired_round_goes(world: World, abandoned: tuple[Pubkey, Pubkey]) -> None:
    round_, commit = abandoned
    world.accept(round_, commit)
    world.lock(round_, world.owner)
    merge = world.begin(round_, world.owner)
    world.pass_slots(301)
    world.expire(round_)
    world.send(close(world, merge, round_), close(world, commit, round_))


def test_points_go_before_their_commit_and_to_their_own_payer(empty: World) -> None:
    world = empty
    world.publish(RULES, chunks=2)
    round_ = world.open_round(world.owner)
    commit = world.propose(round_, world.owner)
    generous, world.payer = world.payer, wallet("generous")
    world.svm.airdrop(world.payer.pubkey(), 10**10)
    world.create_points(commit, 1)
    points = pda.points(commit, 1)

    def call(payer: Keypair) -> Instruction:
        return instructions.points_close(commit=commit, round=round_, points=points, payer=payer.pubkey())

    with refused("RoundNotOver"):
        world.send(call(world.payer))
    world.pass_slots(301)
    world.expire(round_)
    with refused("PointsRemain"):
        world.send(close(world, commit, round_))
    with refused("WrongPayer"):
        world.send(call(generous))
    assert named(world.send(call(world.payer)), PointsClosed).chunk == 1
    assert world.data(points) is None
    world.send(close(world, commit, round_))


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
        commit=commits[1], round=round_, points=pda.points(commits[0], 1), payer=world.payer.pubkey()
    )
    with refused("WrongPoints"):
        world.send(call)


def post(world: World, commit: Pubkey, who: Keypair, location: types.BlobLocation) -> None:
    call = instructions.location_create(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        commit=commit,
        location_address=pda.location(commit, who.pubkey()),
        blob_hash=b"\x04" * 32,
        location=location,
    )
    world.send(call, signers=[who])


def test_anyone_posts_where_a_blob_is(world: World, stranger: Keypair) -> None:
    head = world.push(world.owner, g1(1))
    with refused("InvalidLocation"):
        post(world, head, stranger, types.BlobLocation(tag=9, id=b"\x06" * 32))
    place = types.BlobLocation(tag=2, id=b"\x06" * 32)
    post(world, head, stranger, place)
    event = named(world.sent[-1], LocationCreated)
    assert (event.commit, event.poster, event.location) == (head, stranger.pubkey(), place)
    account = world.account(pda.location(head, stranger.pubkey()))
    assert (account.blob_hash, account.location, account.payer) == (
        b"\x04" * 32,
        place,
        world.payer.pubkey(),
    )
