"""`key_pin`: what a key proves is said by the owner of an insecure repository or by the program's list."""

import hashlib
from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import constants, instructions, types
from federity._generated.events import KeyPinned, KeyRepealed
from federity.chain import pda
from program.proving import N, Prover, delta, pin, prepare, refused, submit
from program.world import NOWHERE, RULES, Refused, Sent, World, named

# [tau]G2 of the perpetual powers of tau ceremony, in the order of the syscalls.
CEREMONY = b"".join(
    value.to_bytes(32, "big")
    for value in (
        17231025384763736816414546592865244497437017442647097510447326538965263639101,
        21831381940315734285607113342023901060522397560371972897001948545212302161822,
        11507326595632554467052522095592665270651932854513688777769618397986436103170,
        2388026358213174446665280700919698872609886601280537296205114254867301080648,
    )
)


def store_key(world: World, prover: Prover) -> None:
    key = prover.verifying_key
    world.send(
        instructions.key_create(
            payer=world.payer.pubkey(),
            key=prover.address,
            hash=hashlib.sha256(key).digest(),
            bytes_=key,
        )
    )


def secure(world: World, rules: types.Rules = RULES) -> None:
    """The owner's repository without the insecure flag, on the ceremony's string."""
    world.repository = pda.repository(world.owner.pubkey(), "model")
    world.send(
        instructions.repository_create(
            payer=world.payer.pubkey(),
            authority=world.owner.pubkey(),
            repository=world.repository,
            member=world.member(world.owner),
            name=pda.padded_name("model"),
            flags=0,
            cluster=bytes(32),
            tau_g2=CEREMONY,
        ),
        signers=[world.owner],
    )
    world.branch = pda.branch(world.repository, "main")
    world.send(
        instructions.genesis_create(
            payer=world.payer.pubkey(),
            authority=world.owner.pubkey(),
            member=world.member(world.owner),
            repository=world.repository,
            branch=world.branch,
            commit=pda.genesis(world.branch),
            name=pda.padded_name("main"),
            manifest_hash=b"\x01" * 32,
            base_hash=b"\x02" * 32,
            location=NOWHERE,
            chunks=1,
            rules=rules,
        ),
        signers=[world.owner],
    )


def test_the_owner_of_an_insecure_repository_says_what_a_key_proves(empty: World, prover: Prover) -> None:
    pinned = prepare(empty, prover)
    event = named(empty.sent[-1], KeyPinned)
    assert (event.repository, event.key, event.by) == (
        empty.repository,
        prover.address,
        empty.owner.pubkey(),
    )
    assert (event.relation, event.width, event.n) == (1, 8, N)
    account = empty.account(pinned)
    assert (account.repository, account.key, account.n) == (empty.repository, prover.address, N)


def test_a_development_key_is_refused_in_a_secure_repository(empty: World, prover: Prover) -> None:
    secure(empty)
    store_key(empty, prover)
    with refused("KeyNotTrusted"):
        pin(empty, prover)


def test_a_pin_of_another_repository_opens_no_secure_one(empty: World, prover: Prover) -> None:
    insecure_pin = prepare(empty, prover)
    empty.owner = Keypair.from_seed(b"\x06" * 32)
    secure(empty)
    round_ = empty.open_round(empty.owner)
    with refused("KeyNotPinned"):
        empty.propose(round_, empty.owner, key_pin=insecure_pin)


def test_only_the_owner_pins(empty: World, prover: Prover, alice: Keypair, stranger: Keypair) -> None:
    empty.publish(tau_g2=prover.tau_g2)
    store_key(empty, prover)
    empty.invite(alice, constants.ROLE_MAINTAINER)
    with refused("RoleTooLow"):
        pin(empty, prover, by=alice)
    empty.invite(stranger, constants.ROLE_READER)
    with refused("RoleTooLow"):
        pin(empty, prover, by=stranger)


@pytest.mark.parametrize("n", [0, 2, 1000, 1 << 23])
def test_a_unit_that_tiles_no_chunk_is_refused(empty: World, prover: Prover, n: int) -> None:
    empty.publish(tau_g2=prover.tau_g2)
    store_key(empty, prover)
    with refused("InvalidPin"):
        pin(empty, prover, n=n)


def test_relations_and_widths_that_the_program_does_not_know_are_refused(
    empty: World, prover: Prover
) -> None:
    empty.publish(tau_g2=prover.tau_g2)
    store_key(empty, prover)
    for relation, width in ((2, 8), (1, 4)):
        call = instructions.key_pin(
            payer=empty.payer.pubkey(),
            authority=empty.owner.pubkey(),
            repository=empty.repository,
            member=empty.member(empty.owner),
            key=prover.address,
            key_pin=pda.key_pin(empty.repository, prover.address),
            relation=relation,
            width=width,
            n=N,
        )
        with refused("InvalidPin"):
            empty.send(call, signers=[empty.owner])


def repeal(world: World, prover: Prover, by: Keypair | None = None, payer: Pubkey | None = None) -> Sent:
    who = by or world.owner
    call = instructions.key_repeal(
        authority=who.pubkey(),
        member=world.member(who),
        repository=world.repository,
        key_pin=pda.key_pin(world.repository, prover.address),
        payer=payer or world.payer.pubkey(),
    )
    return world.send(call, signers=[who])


def test_a_repealed_key_proves_nothing_any_more(empty: World, prover: Prover, alice: Keypair) -> None:
    """Neither in new commits nor in those that wait for proofs; reviewers judge what is complete."""
    pinned = prepare(empty, prover, replace(RULES, norm_bound=1 << 60))
    empty.invite(alice, constants.ROLE_CONTRIBUTOR)
    round_ = empty.open_round(empty.owner)
    complete = empty.propose(round_, alice, key_pin=pinned)
    submit(empty, prover, complete, prover.prove(empty, complete, delta()))
    waiting = empty.propose(round_, empty.owner, key_pin=pinned)
    unit = prover.prove(empty, waiting, delta())
    event = named(repeal(empty, prover), KeyRepealed)
    assert (event.repository, event.key, event.by) == (
        empty.repository,
        prover.address,
        empty.owner.pubkey(),
    )
    assert empty.data(pinned) is None
    with refused("UninitializedAccount"):
        submit(empty, prover, waiting, unit)
    again = empty.open_round(empty.owner, kind=2)
    with refused("UninitializedAccount"):
        empty.propose(again, empty.owner, key_pin=pinned)
    empty.accept(round_, complete)
    # Pinned anew for other units, it says something else than what the commit was made for.
    pin(empty, prover, n=N // 2)
    with refused("KeyNotPinned"):
        submit(empty, prover, waiting, unit)
    repeal(empty, prover)
    pin(empty, prover)
    submit(empty, prover, waiting, unit)


def test_only_the_owner_repeals_and_who_paid_is_paid(
    empty: World, prover: Prover, alice: Keypair, stranger: Keypair
) -> None:
    prepare(empty, prover)
    empty.invite(alice, constants.ROLE_MAINTAINER)
    with refused("RoleTooLow"):
        repeal(empty, prover, alice)
    with refused("WrongPayer"):
        repeal(empty, prover, payer=stranger.pubkey())


def test_a_key_that_holds_the_strings_own_point_is_not_pinned(empty: World, prover: Prover) -> None:
    """A delta that is [tau]G2 is cancelled by public powers of tau."""
    delta_at = 320
    key = prover.verifying_key
    forgeable = key[:delta_at] + prover.tau_g2 + key[delta_at + 128 :]
    empty.publish(tau_g2=prover.tau_g2)
    address = pda.key(forgeable)
    empty.send(
        instructions.key_create(
            payer=empty.payer.pubkey(),
            key=address,
            hash=hashlib.sha256(forgeable).digest(),
            bytes_=forgeable,
        )
    )
    call = instructions.key_pin(
        payer=empty.payer.pubkey(),
        authority=empty.owner.pubkey(),
        repository=empty.repository,
        member=empty.member(empty.owner),
        key=address,
        key_pin=pda.key_pin(empty.repository, address),
        relation=constants.RELATION_UPDATE,
        width=constants.UPDATE_WIDTH,
        n=N,
    )
    with refused("KeyMalformed"):
        empty.send(call, signers=[empty.owner])


def test_a_pin_stays_as_it_is(empty: World, prover: Prover) -> None:
    prepare(empty, prover)
    with pytest.raises(Refused):
        pin(empty, prover, n=N * 2)


def test_a_unit_size_other_than_the_circuits_proves_nothing(empty: World, prover: Prover) -> None:
    empty.publish(replace(RULES, norm_bound=1 << 60), tau_g2=prover.tau_g2)
    store_key(empty, prover)
    pinned = pin(empty, prover, n=N // 2)
    commit = empty.propose(empty.open_round(empty.owner), empty.owner, key_pin=pinned)
    # By the pin unit 1 starts at coefficient 128, by the circuit's own size at 256.
    with refused("ProofInvalid"):
        submit(empty, prover, commit, prover.prove(empty, commit, delta(), unit=1, offset=256))
