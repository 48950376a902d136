"""`repository_create`: the owner, the reference string, and who pays."""

import hashlib

import pytest
from solders.keypair import Keypair

from federity._generated import instructions
from federity._generated.events import RepositoryCreated
from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from program.world import World, g1, named, refused, tau_times_g2, wallet

CEREMONY = bytes.fromhex(
    "26186a2d65ee4d2f9c9a5b91f86597d35f192cd120caf7e935d8443d1938e23d"
    "30441fd1b5d3370482c42152a889902771698 9a6996c2535bc9f7fee8aaef79e".replace(" ", "")
    + "1970ea81dd6992adfbc571effb03503adbbb6a857f578403c6c40e22d65b3c02"
    "054793348f12c0cf5622c340573cb277586319de359ab9389778f689786b1e48"
)


def create(world: World, owner: Keypair, name: bytes, flags: int, tau_g2: bytes) -> None:
    address = pda.Pubkey.find_program_address([b"repository", bytes(owner.pubkey()), name], PROGRAM_ID)[0]
    world.repository = address
    world.send(
        instructions.repository_create(
            payer=world.payer.pubkey(),
            authority=owner.pubkey(),
            repository=address,
            member=pda.member(address, owner.pubkey()),
            name=name,
            flags=flags,
            cluster=b"\x07" * 32,
            tau_g2=tau_g2,
        ),
        signers=[owner],
    )


def test_it_records_owner_string_and_payer(empty: World) -> None:
    tau = tau_times_g2(7)
    create(empty, empty.owner, pda.padded_name("m-1"), 1, tau)
    repository = empty.account(empty.repository)
    assert (repository.version, repository.flags, repository.members) == (1, 1, 1)
    assert repository.owner == repository.creator == empty.owner.pubkey()
    assert repository.payer == empty.payer.pubkey()
    assert repository.srs_id == hashlib.sha256(b"federity/srs/v1" + tau).digest()
    member = empty.account(empty.member(empty.owner))
    assert (member.role, member.wallet) == (4, empty.owner.pubkey())
    event = named(empty.sent[-1], RepositoryCreated)
    assert (event.repository, event.creator, event.slot) == (empty.repository, empty.owner.pubkey(), 1000)


def test_a_development_string_needs_an_insecure_repository(empty: World) -> None:
    with refused("SrsNotTrusted"):
        create(empty, empty.owner, pda.padded_name("m"), 0, tau_times_g2(7))
    create(empty, empty.owner, pda.padded_name("m"), 0, CEREMONY)


def test_bytes_that_are_no_point_are_refused(empty: World) -> None:
    with refused("PointNotOnCurve"):
        create(empty, empty.owner, pda.padded_name("m"), 1, g1(1) + bytes(64))


@pytest.mark.parametrize("tau", [0, 1, -1])
def test_a_tau_that_everybody_knows_is_refused(empty: World, tau: int) -> None:
    """Every commitment would open to anything."""
    with refused("SrsDegenerate"):
        create(empty, empty.owner, pda.padded_name("m"), 1, tau_times_g2(tau) if tau else bytes(128))


@pytest.mark.parametrize("name", [b"", b"Upper", b"a b", b"a\0b", b".", b"..", b".git", b"-f"])
def test_names_outside_the_alphabet_are_refused(empty: World, name: bytes) -> None:
    with refused("InvalidName"):
        create(empty, empty.owner, name.ljust(32, b"\0"), 1, tau_times_g2(7))


def test_unknown_flags_are_refused(empty: World) -> None:
    with refused("InvalidFlags"):
        create(empty, empty.owner, pda.padded_name("m"), 3, tau_times_g2(7))


def test_one_owner_cannot_create_the_same_name_twice_but_another_can(empty: World) -> None:
    name = pda.padded_name("m")
    create(empty, empty.owner, name, 1, tau_times_g2(7))
    with refused("AccountAlreadyInUse"):
        create(empty, empty.owner, name, 1, tau_times_g2(7))
    create(empty, wallet("alice"), name, 1, tau_times_g2(7))


def test_nobody_creates_in_anothers_name(empty: World, stranger: Keypair) -> None:
    address = pda.repository(empty.owner.pubkey(), "m")
    call = instructions.repository_create(
        payer=empty.payer.pubkey(),
        authority=stranger.pubkey(),
        repository=address,
        member=pda.member(address, stranger.pubkey()),
        name=pda.padded_name("m"),
        flags=1,
        cluster=bytes(32),
        tau_g2=tau_times_g2(7),
    )
    with refused("InvalidSeeds"):
        empty.send(call, signers=[stranger])
