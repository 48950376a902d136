"""`member_add`, `member_remove`, `member_delegate`: who may act, and for whom."""

import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER, ROLE_READER
from federity._generated.events import MemberAdded, MemberDelegated, MemberRemoved
from program.world import World, named, refused, wallet


def remove(world: World, who: Keypair, by: Keypair, payer: Pubkey | None = None) -> Instruction:
    return instructions.member_remove(
        authority=by.pubkey(),
        authority_member=world.member(by),
        repository=world.repository,
        member=world.member(who),
        payer=payer or world.payer.pubkey(),
    )


def delegate(
    world: World,
    who: Keypair,
    to: Pubkey,
    signer: Keypair | None = None,
    *,
    role: int = ROLE_CONTRIBUTOR,
    expires: int = 0,
) -> None:
    """Name a delegate, or withdraw it with the zero address."""
    signer = signer or who
    call = instructions.member_delegate(
        authority=signer.pubkey(),
        repository=world.repository,
        member=world.member(who),
        delegate=to,
        role=role if to != Pubkey.default() else 0,
        expires=expires,
    )
    world.send(call, signers=[signer])


def test_a_member_has_role_and_wallet(world: World, alice: Keypair) -> None:
    member = world.account(world.invite(alice, ROLE_CONTRIBUTOR))
    assert (member.role, member.wallet, member.joined_slot) == (2, alice.pubkey(), 1000)
    event = named(world.sent[-1], MemberAdded)
    assert (event.wallet, event.role, event.by) == (alice.pubkey(), 2, world.owner.pubkey())
    assert world.account(world.repository).members == 2


@pytest.mark.parametrize("role", [0, 5, 6, 255])
def test_no_second_owner_and_no_unknown_role(world: World, alice: Keypair, role: int) -> None:
    with refused("RoleNotGrantable"):
        world.invite(alice, role)


def test_maintainers_govern_lower_roles_only(world: World, alice: Keypair, bob: Keypair) -> None:
    world.invite(alice, ROLE_MAINTAINER)
    with refused("RoleNotGrantable"):
        world.invite(bob, ROLE_MAINTAINER, by=alice)
    world.invite(bob, ROLE_KEEPER, by=alice)
    with refused("RoleNotGrantable"):
        world.send(remove(world, world.owner, alice), signers=[alice])
    world.send(remove(world, bob, alice), signers=[alice])


def test_lower_roles_and_strangers_invite_nobody(world: World, keeper: Keypair, stranger: Keypair) -> None:
    world.invite(keeper, ROLE_KEEPER)
    with refused("RoleTooLow"):
        world.invite(stranger, ROLE_READER, by=keeper)
    call = instructions.member_add(
        payer=world.payer.pubkey(),
        authority=stranger.pubkey(),
        authority_member=world.member(world.owner),
        repository=world.repository,
        member=world.member(stranger),
        wallet=stranger.pubkey(),
        role=ROLE_MAINTAINER,
    )
    with refused("Unauthorized"):
        world.send(call, signers=[stranger])


def test_rent_returns_to_the_payer_and_to_nobody_else(world: World, alice: Keypair) -> None:
    membership = world.invite(alice, ROLE_READER)
    with refused("WrongPayer"):
        world.send(remove(world, alice, world.owner, alice.pubkey()), signers=[world.owner])
    rent = world.svm.get_balance(membership)
    before = world.svm.get_balance(world.payer.pubkey())
    done = world.send(remove(world, alice, world.owner), signers=[world.owner])
    assert world.svm.get_balance(world.payer.pubkey()) == before + rent - 10_000
    assert world.data(membership) is None
    assert named(done, MemberRemoved).wallet == alice.pubkey()
    assert world.account(world.repository).members == 1
    world.invite(alice, ROLE_CONTRIBUTOR)


def test_a_member_of_one_repository_is_nobody_in_another(world: World, alice: Keypair) -> None:
    other = World(world.program)
    other.svm = world.svm
    other.owner = alice
    other.publish()
    foreign = instructions.member_add(
        payer=world.payer.pubkey(),
        authority=alice.pubkey(),
        authority_member=other.member(alice),
        repository=world.repository,
        member=world.member(alice),
        wallet=alice.pubkey(),
        role=ROLE_MAINTAINER,
    )
    with refused("WrongMember"):
        world.send(foreign, signers=[alice])


def test_a_delegate_acts_for_the_wallet_until_it_is_withdrawn(world: World, alice: Keypair) -> None:
    hot = wallet("hot")
    world.invite(alice, ROLE_CONTRIBUTOR)
    delegate(world, alice, hot.pubkey())
    assert named(world.sent[-1], MemberDelegated).delegate == hot.pubkey()

    def open_by_hot() -> None:
        round_ = world.next_round()
        call = instructions.round_open(
            payer=world.payer.pubkey(),
            authority=hot.pubkey(),
            member=world.member(alice),
            repository=world.repository,
            branch=world.branch,
            round=round_,
            kind=2,
        )
        world.send(call, signers=[hot])
        assert world.account(round_).opener == alice.pubkey()

    open_by_hot()
    delegate(world, alice, Pubkey.default())
    with refused("Unauthorized"):
        open_by_hot()


def test_a_delegate_cannot_pass_its_rights_on(world: World, alice: Keypair, stranger: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    delegate(world, alice, stranger.pubkey())
    with refused("Unauthorized"):
        delegate(world, alice, wallet("other").pubkey(), signer=stranger)
