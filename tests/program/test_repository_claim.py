"""`repository_claim`: who holds the repository's NFT becomes its owner, and nobody else."""

from __future__ import annotations

import pytest
from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER
from federity._generated.events import RepositoryAccepted
from federity.chain import pda
from federity.chain.token import TOKEN, token_account
from program.test_handover import archive, set_role
from program.test_members import delegate
from program.tokens import burn, claim, claim_while_lent, mint_repository, transfer
from program.world import World, g1, named, refused, wallet


@pytest.fixture
def mint(world: World) -> Pubkey:
    """The repository's NFT, in its owner's hand."""
    mint_repository(world)
    return pda.mint(world.repository)


def test_the_holder_alone_claims_and_what_was_given_before_lapses(
    world: World, mint: Pubkey, alice: Keypair, bob: Keypair, keeper: Keypair
) -> None:
    before = world.owner
    world.invite(keeper, ROLE_KEEPER)
    world.invite(bob, ROLE_MAINTAINER)
    delegate(world, bob, wallet("hot").pubkey(), role=ROLE_MAINTAINER)
    with refused("OwnerAlready"):
        claim(world, before)
    with refused("NftNotHeld"):
        claim(world, alice)
    transfer(world, mint, before, alice.pubkey())
    # Until it is claimed the owner stays.
    world.invite(wallet("late"), ROLE_CONTRIBUTOR)
    with refused("NftNotHeld"):
        claim(world, bob, token_account(alice.pubkey(), mint))
    event = named(claim(world, alice), RepositoryAccepted)
    assert (event.from_, event.owner, event.epoch) == (before.pubkey(), alice.pubkey(), 1)
    world.owner = alice
    with refused("RoleTooLow"):
        world.open_round(keeper)
    with refused("RoleTooLow"):
        world.invite(wallet("friend"), ROLE_CONTRIBUTOR, by=bob)
    with refused("RoleTooLow"):
        world.invite(wallet("friend"), ROLE_CONTRIBUTOR, by=before)
    hot = wallet("hot")
    round_ = world.next_round()
    call = instructions.round_open(
        payer=world.payer.pubkey(),
        authority=hot.pubkey(),
        member=world.member(bob),
        repository=world.repository,
        branch=world.branch,
        round=round_,
        kind=2,
    )
    with refused("Unauthorized"):
        world.send(call, signers=[hot])
    world.push(bob, g1(3))
    set_role(world, keeper, ROLE_KEEPER, by=alice)
    world.open_round(keeper)
    with refused("OwnerAlready"):
        claim(world, alice)


def test_one_who_held_it_for_a_moment_owns_until_the_holder_claims(
    world: World, mint: Pubkey, alice: Keypair, keeper: Keypair
) -> None:
    """Lent within one transaction: what the borrower gave away ends with the lender's claim."""
    lender = world.owner
    claim_while_lent(world, mint, lender, alice)
    assert world.account(world.repository).owner == alice.pubkey()
    world.owner = alice
    world.invite(keeper, ROLE_MAINTAINER)
    delegate(world, keeper, wallet("hot").pubkey(), role=ROLE_MAINTAINER)
    with refused("NftNotHeld"):
        claim(world, alice)
    claim(world, lender)
    assert world.account(world.repository).epoch == 2
    with refused("RoleTooLow"):
        world.invite(wallet("friend"), ROLE_CONTRIBUTOR, by=keeper)
    with refused("RoleTooLow"):
        world.invite(wallet("friend"), ROLE_CONTRIBUTOR, by=alice)
    world.owner = lender
    world.invite(wallet("friend"), ROLE_CONTRIBUTOR)


def test_a_burnt_nft_leaves_the_owner_who_it_was(world: World, mint: Pubkey, alice: Keypair) -> None:
    transfer(world, mint, world.owner, alice.pubkey())
    burn(world, mint, alice)
    for who in (alice, world.owner):
        with refused("NftNotHeld"):
            claim(world, who)
    with refused("NftExists"):
        mint_repository(world)
    world.invite(alice, ROLE_CONTRIBUTOR)


def test_a_frozen_account_or_another_s_holds_nothing(world: World, mint: Pubkey, alice: Keypair) -> None:
    transfer(world, mint, world.owner, alice.pubkey())
    address = token_account(alice.pubkey(), mint)
    found = world.svm.get_account(address)
    assert found is not None
    forged = Keypair().pubkey()
    for changes, owner, at in (
        ({108: 2}, TOKEN, address),
        ({64: 0}, TOKEN, address),
        ({}, Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"), forged),
        ({}, Pubkey.default(), forged),
    ):
        data = bytearray(found.data)
        for place, value in changes.items():
            data[place] = value
        world.svm.set_account(at, Account(found.lamports, bytes(data), owner))
        with refused("NftNotHeld"):
            claim(world, alice, at)
    for wrong in (mint, world.branch, forged):
        with refused("NftNotHeld"):
            claim(world, alice, wrong)
    world.svm.set_account(address, found)
    archive(world)
    claim(world, alice)


def test_nothing_is_claimed_where_there_is_no_nft(world: World, alice: Keypair) -> None:
    with refused("NoNft"):
        claim(world, alice)
