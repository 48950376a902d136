"""`remark_create`: what members say of proposals, beside every vote, and where its rent goes."""

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_READER,
    VERDICT_APPROVE,
    VERDICT_COMMENT,
    VERDICT_REJECT,
)
from federity._generated.events import RecordClosed, RemarkCreated
from federity.chain import pda
from program import operations as o
from program.operations import term
from program.test_record_close import close_record
from program.world import Sent, World, g1, named, refused

WORDS, OTHER = b"\x05" * 32, b"\x06" * 32


def remark(
    world: World,
    subject: Pubkey,
    who: Keypair,
    verdict: int = VERDICT_COMMENT,
    note_hash: bytes = WORDS,
    signer: Keypair | None = None,
) -> Sent:
    call = instructions.remark_create(
        payer=world.payer.pubkey(),
        authority=(signer or who).pubkey(),
        member=world.member(who),
        repository=world.repository,
        subject=subject,
        remark=pda.remark(subject, who.pubkey(), note_hash),
        verdict=verdict,
        note_hash=note_hash,
    )
    return world.send(call, signers=[signer or who])


@pytest.fixture
def proposal(world: World, alice: Keypair) -> o.Made:
    """An operation by the owner, and a reader who may speak of it."""
    first = world.push(world.owner, g1(1))
    second = world.push(world.owner, g1(2))
    world.invite(alice, ROLE_READER)
    return o.create(world, world.owner, [term(second), term(first)])


def test_any_member_speaks_and_what_was_said_stays(world: World, proposal: o.Made, alice: Keypair) -> None:
    event = named(remark(world, proposal.operation, alice, VERDICT_REJECT), RemarkCreated)
    assert (event.subject, event.author) == (proposal.operation, alice.pubkey())
    assert (event.verdict, event.note_hash) == (VERDICT_REJECT, WORDS)
    remark(world, proposal.operation, alice, VERDICT_APPROVE, OTHER)
    first = world.account(pda.remark(proposal.operation, alice.pubkey(), WORDS))
    second = world.account(pda.remark(proposal.operation, alice.pubkey(), OTHER))
    assert (first.verdict, first.note_hash, first.repository) == (VERDICT_REJECT, WORDS, world.repository)
    assert (second.verdict, second.subject, second.author) == (
        VERDICT_APPROVE,
        proposal.operation,
        alice.pubkey(),
    )
    # The same words once more are the same remark, with what is meant by them now.
    rent = world.svm.get_balance(pda.remark(proposal.operation, alice.pubkey(), WORDS))
    world.pass_slots(5)
    remark(world, proposal.operation, alice, VERDICT_COMMENT)
    again = world.account(pda.remark(proposal.operation, alice.pubkey(), WORDS))
    assert (again.verdict, again.slot) == (VERDICT_COMMENT, first.slot + 5)
    assert world.svm.get_balance(pda.remark(proposal.operation, alice.pubkey(), WORDS)) == rent
    # It is no vote.
    assert world.account(proposal.operation).state == 1


def test_who_is_no_member_says_nothing_and_nobody_in_anothers_name(
    world: World, proposal: o.Made, alice: Keypair, stranger: Keypair
) -> None:
    with refused("UninitializedAccount"):
        remark(world, proposal.operation, stranger)
    with refused("Unauthorized"):
        remark(world, proposal.operation, alice, signer=stranger)


@pytest.mark.parametrize("verdict", [0, 4, 255])
def test_there_are_three_verdicts(world: World, proposal: o.Made, alice: Keypair, verdict: int) -> None:
    with refused("InvalidVerdict"):
        remark(world, proposal.operation, alice, verdict)


def test_a_remark_has_words(world: World, proposal: o.Made, alice: Keypair) -> None:
    with refused("NothingSaid"):
        remark(world, proposal.operation, alice, note_hash=bytes(32))


def test_it_is_about_an_operation_or_an_update_and_about_nothing_else(
    world: World, proposal: o.Made, alice: Keypair, bob: Keypair
) -> None:
    world.invite(bob, ROLE_CONTRIBUTOR)
    commit = world.contribute(world.open_round(world.owner), bob, g1(1))
    remark(world, commit, alice)
    with refused("WrongCommit"):
        remark(world, proposal.result, alice)
    for other in (world.branch, world.repository, bob.pubkey()):
        with refused("WrongAccount"):
            remark(world, other, alice)


def test_nothing_is_said_in_an_archived_repository(world: World, proposal: o.Made, alice: Keypair) -> None:
    world.send(
        instructions.repository_archive(
            authority=world.owner.pubkey(), repository=world.repository, archived=True
        ),
        signers=[world.owner],
    )
    with refused("RepositoryArchived"):
        remark(world, proposal.operation, alice)


def test_it_stays_as_long_as_what_it_is_about(
    world: World, proposal: o.Made, alice: Keypair, stranger: Keypair
) -> None:
    remark(world, proposal.operation, alice)
    at = pda.remark(proposal.operation, alice.pubkey(), WORDS)
    for who in (alice, world.owner, stranger):
        with refused("RecordStays"):
            close_record(world, proposal.operation, who, remark=at)
    o.close(world, proposal, world.owner)
    with refused("WrongAccount"):
        close_record(world, stranger.pubkey(), remark=at)
    rent, before = world.svm.get_balance(at), world.svm.get_balance(world.payer.pubkey())
    event = named(close_record(world, proposal.operation, remark=at), RecordClosed)
    assert (event.record, event.subject) == (at, proposal.operation)
    assert world.svm.get_balance(world.payer.pubkey()) == before + rent - 5_000
    assert world.data(at) is None
