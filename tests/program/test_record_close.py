"""`location_create`, `record_close`: what reviews, places and approvals cost, and when it returns."""

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions, types
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_MAINTAINER, VERDICT_APPROVE
from federity._generated.events import LocationCreated, RecordClosed
from federity.chain import pda
from program.test_weights_write import KEEPERS, approve, write
from program.world import Sent, World, g1, named, refused, scaled

PLACE = types.BlobLocation(tag=2, id=b"\x06" * 32)


def post(world: World, commit: Pubkey, who: Keypair, location: types.BlobLocation = PLACE) -> Pubkey:
    address = pda.location(commit, who.pubkey())
    call = instructions.location_create(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        commit=commit,
        location_address=address,
        blob_hash=b"\x04" * 32,
        location=location,
    )
    world.send(call, signers=[who])
    return address


def close_record(
    world: World, subject: Pubkey, who: Keypair | None = None, payer: Pubkey | None = None, **record: Pubkey
) -> Sent:
    who = who or world.payer
    call = instructions.record_close(
        authority=who.pubkey(), subject=subject, payer=payer or world.payer.pubkey(), **record
    )
    return world.send(call, signers=[who] if who != world.payer else [])


@pytest.fixture
def reviewed(world: World, alice: Keypair, bob: Keypair, stranger: Keypair) -> tuple[Pubkey, Pubkey, Pubkey]:
    """A commit of an expired round with a review and a stranger's location."""
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(1))
    world.review(commit, bob, VERDICT_APPROVE)
    location = post(world, commit, stranger)
    world.pass_slots(301)
    world.expire(round_)
    return commit, pda.review(commit, bob.pubkey()), location


def test_anyone_posts_where_a_blob_is(world: World, stranger: Keypair) -> None:
    head = world.push(world.owner, g1(1))
    with refused("InvalidLocation"):
        post(world, head, stranger, types.BlobLocation(tag=9, id=b"\x06" * 32))
    address = post(world, head, stranger)
    event = named(world.sent[-1], LocationCreated)
    assert (event.commit, event.poster, event.location) == (head, stranger.pubkey(), PLACE)
    account = world.account(address)
    assert (account.blob_hash, account.location, account.payer) == (
        b"\x04" * 32,
        PLACE,
        world.payer.pubkey(),
    )


def test_records_stay_while_their_commit_exists_and_go_after_it(
    world: World, reviewed: tuple[Pubkey, Pubkey, Pubkey], alice: Keypair, bob: Keypair, stranger: Keypair
) -> None:
    """A review that is closed and given again would count twice."""
    commit, review, location = reviewed
    for who in (stranger, bob, world.payer):
        with refused("RecordStays"):
            close_record(world, commit, who, review=review)
    with refused("RecordStays"):
        close_record(world, commit, alice, location=location)
    world.close(commit, alice)
    with refused("WrongPayer"):
        close_record(world, commit, stranger, payer=stranger.pubkey(), review=review)
    rent = world.svm.get_balance(review)
    before = world.svm.get_balance(world.payer.pubkey())
    event = named(close_record(world, commit, review=review), RecordClosed)
    assert (event.record, event.subject) == (review, commit)
    assert world.svm.get_balance(world.payer.pubkey()) == before + rent - 5_000
    close_record(world, commit, stranger, location=location)
    assert world.data(review) is world.data(location) is None


def test_a_record_is_about_its_own_subject(
    world: World, reviewed: tuple[Pubkey, Pubkey, Pubkey], stranger: Keypair
) -> None:
    """Else any empty address would pass for a commit that is gone."""
    _, review, location = reviewed
    with refused("WrongAccount"):
        close_record(world, stranger.pubkey(), review=review)
    with refused("WrongAccount"):
        close_record(world, stranger.pubkey(), location=location)


def test_one_call_closes_one_record(world: World, reviewed: tuple[Pubkey, Pubkey, Pubkey]) -> None:
    commit, review, location = reviewed
    with refused("NotOneRecord"):
        close_record(world, commit)
    with refused("NotOneRecord"):
        close_record(world, commit, review=review, location=location)


def test_a_poster_takes_back_a_place_and_names_another(world: World, stranger: Keypair) -> None:
    head = world.push(world.owner, g1(1))
    location = post(world, head, stranger)
    with refused("RecordStays"):
        close_record(world, head, world.owner, location=location)
    close_record(world, head, stranger, location=location)
    post(world, head, stranger, types.BlobLocation(tag=3, id=b"\x07" * 32))


def test_an_approval_goes_with_the_end_of_its_round(world: World, stranger: Keypair) -> None:
    """Before, who approved could close the account and approve the same set twice."""
    world.protect(KEEPERS)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, world.owner, g1(2))
    world.accept(round_, commit)
    world.lock(round_, world.owner)
    write(world, round_, [commit], [1 << 15])
    approve(world, round_, world.owner)
    approval = pda.approval(round_, world.owner.pubkey())
    with refused("RecordStays"):
        close_record(world, round_, world.owner, approval=approval)
    other = world.open_round(world.owner, kind=2)
    with refused("WrongAccount"):
        close_record(world, other, approval=approval)
    world.begin(round_, world.owner)
    world.merge_add(round_, [commit], scaled(g1(2), 1 << 23))
    world.finish(round_, world.owner)
    close_record(world, round_, stranger, approval=approval)
    assert world.data(approval) is None
