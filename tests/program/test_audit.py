"""Attacks on what instructions do to each other: each one alone is refused elsewhere."""

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.system_program import TransferParams, transfer

from federity._generated.constants import COMMIT_STATE_COMPLETE, ROLE_CONTRIBUTOR
from federity._generated.events import EVENT_TAG
from federity._generated.program import EVENT_AUTHORITY, PROGRAM_ID
from federity.chain import pda
from program.proving import N, Prover, delta, prepare, submit
from program.world import RULES, Refused, World, g1, refused


def test_a_chunk_closed_after_it_was_declared_is_not_made_anew_as_nothing(
    empty: World, alice: Keypair
) -> None:
    """Else who paid for a waiting commit could cut a hole into it before a later round accepts it."""
    world = empty
    world.publish(RULES, chunks=2)
    world.invite(alice, ROLE_CONTRIBUTOR)
    first = world.open_round(world.owner)
    commit = world.propose(first, alice, parts=2)
    world.create_points(commit, 1)
    world.declare(commit, alice, g1(1))
    world.declare(commit, alice, g1(2), chunk=1)
    assert world.account(commit).state == COMMIT_STATE_COMPLETE
    world.pass_slots(301)
    world.expire(first)
    world.close(commit, chunk=1)
    with refused("CommitNotOpen"):
        world.create_points(commit, 1)
    second = world.open_round(world.owner)
    with refused("CommitIncomplete"):
        world.accept(second, commit, first)


def test_a_unit_is_not_proved_twice_through_a_closed_chunk(empty: World, prover: Prover) -> None:
    """Else one proof could stand for every unit of a chunk."""
    world = empty
    key_pin = prepare(world, prover, chunks=2)
    round_ = world.open_round(world.owner)
    commit = world.propose(round_, world.owner, key_pin=key_pin, parts=2)
    points, unit = pda.points(commit, 1), (1 << 22) // N
    world.create_points(commit, 1)
    proof = prover.prove(world, commit, delta(), unit=unit)
    submit(world, prover, commit, proof, points)
    world.pass_slots(301)
    world.expire(round_)
    world.close(commit, chunk=1)
    with refused("CommitNotOpen"):
        world.create_points(commit, 1)


def test_dust_on_an_address_does_not_keep_an_account_from_it(world: World, stranger: Keypair) -> None:
    round_ = world.next_round()
    for address in (round_, pda.commit(round_, world.owner.pubkey()), pda.merge(round_)):
        dust = TransferParams(from_pubkey=world.payer.pubkey(), to_pubkey=address, lamports=900_000)
        world.send(transfer(dust))
    head = world.push(world.owner, g1(1))
    assert world.account(world.branch).head == head


@pytest.mark.parametrize("authority", ["missing", "unsigned", "foreign"])
def test_nobody_writes_an_event_but_the_program(world: World, authority: str) -> None:
    forged = EVENT_TAG + bytes(64)
    accounts = {
        "missing": [],
        "unsigned": [AccountMeta(EVENT_AUTHORITY, False, False)],
        "foreign": [AccountMeta(world.payer.pubkey(), True, True)],
    }[authority]
    with pytest.raises(Refused):
        world.send(Instruction(PROGRAM_ID, forged, accounts))
