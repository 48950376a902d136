"""`repository_offer`, `repository_accept`, `repository_archive`, `member_role`: power that ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROLE_OWNER,
    ROLE_READER,
    VERDICT_COMMENT,
    VERDICT_REJECT,
)
from federity._generated.events import MemberChanged, MemberRemoved, RepositoryAccepted, RepositoryArchived
from program.test_members import delegate
from program.world import RULES, Sent, World, g1, named, refused, wallet


def offer(world: World, to: Pubkey, expires: int, by: Keypair | None = None) -> Sent:
    by = by or world.owner
    call = instructions.repository_offer(
        authority=by.pubkey(), repository=world.repository, to=to, expires=expires
    )
    return world.send(call, signers=[by])


def take(world: World, heir: Keypair) -> Sent:
    """Accept an offer; the heir is the world's owner from now on."""
    call = instructions.repository_accept(
        payer=world.payer.pubkey(),
        authority=heir.pubkey(),
        repository=world.repository,
        member=world.member(heir),
    )
    done = world.send(call, signers=[heir])
    world.owner = heir
    return done


def hand_over(world: World, heir: Keypair) -> Sent:
    offer(world, heir.pubkey(), world.slot + 10)
    return take(world, heir)


def archive(world: World, archived: bool = True, by: Keypair | None = None) -> Sent:
    by = by or world.owner
    call = instructions.repository_archive(
        authority=by.pubkey(), repository=world.repository, archived=archived
    )
    return world.send(call, signers=[by])


def set_role(world: World, who: Keypair, role: int, by: Keypair | None = None) -> Sent:
    """Give a role; without `by` the member itself steps down."""
    call = instructions.member_role(
        authority=(by or who).pubkey(),
        authority_member=world.member(by) if by else None,
        repository=world.repository,
        member=world.member(who),
        role=role,
    )
    return world.send(call, signers=[by or who])


def leave(world: World, who: Keypair, member: Keypair | None = None) -> Sent:
    call = instructions.member_remove(
        authority=who.pubkey(),
        authority_member=None,
        repository=world.repository,
        member=world.member(member or who),
        payer=world.payer.pubkey(),
    )
    return world.send(call, signers=[who])


def test_the_heir_alone_takes_what_is_offered_and_in_time(
    world: World, alice: Keypair, stranger: Keypair
) -> None:
    before = world.owner
    with refused("NotOffered"):
        take(world, alice)
    world.invite(stranger, ROLE_MAINTAINER)
    with refused("Unauthorized"):
        offer(world, stranger.pubkey(), world.slot + 10, by=stranger)
    offer(world, alice.pubkey(), world.slot + 10)
    with refused("NotOffered"):
        take(world, stranger)
    world.pass_slots(11)
    with refused("NotOffered"):
        take(world, alice)
    event = named(hand_over(world, alice), RepositoryAccepted)
    assert (event.from_, event.owner, event.epoch) == (before.pubkey(), alice.pubkey(), 1)
    with refused("Unauthorized"):
        archive(world, by=before)
    with refused("RoleTooLow"):
        world.invite(wallet("late"), ROLE_READER, by=before)
    world.invite(wallet("late"), ROLE_MAINTAINER)
    assert world.account(world.repository).members == 4


def test_whom_the_owner_before_trusted_holds_nothing_until_confirmed(
    world: World, alice: Keypair, bob: Keypair, keeper: Keypair
) -> None:
    """A sold repository was the seller's friends': their roles and hot keys worked on."""
    world.invite(keeper, ROLE_KEEPER)
    world.invite(bob, ROLE_MAINTAINER)
    delegate(world, bob, wallet("hot").pubkey(), role=ROLE_MAINTAINER)
    hand_over(world, alice)
    with refused("RoleTooLow"):
        world.open_round(keeper)
    with refused("RoleTooLow"):
        world.invite(wallet("friend"), ROLE_CONTRIBUTOR, by=bob)
    with refused("RoleTooLow"):
        set_role(world, keeper, ROLE_KEEPER, by=bob)
    # What needed no trust goes on.
    world.push(bob, g1(3))
    event = named(set_role(world, keeper, ROLE_KEEPER, by=alice), MemberChanged)
    assert (event.before, event.role) == (ROLE_CONTRIBUTOR, ROLE_KEEPER)
    world.open_round(keeper)


def test_a_hot_key_of_the_owner_does_not_own(world: World, alice: Keypair) -> None:
    """It added a maintainer, who stayed when the key was withdrawn."""
    hot = wallet("hot")
    delegate(world, world.owner, hot.pubkey())
    for call in (
        instructions.member_add(
            payer=world.payer.pubkey(),
            authority=hot.pubkey(),
            authority_member=world.member(world.owner),
            repository=world.repository,
            member=world.member(alice),
            wallet=alice.pubkey(),
            role=ROLE_READER,
        ),
        instructions.branch_protect(
            authority=hot.pubkey(),
            member=world.member(world.owner),
            repository=world.repository,
            branch=world.branch,
            rules=replace(RULES, protected=True),
        ),
    ):
        with refused("RoleTooLow"):
            world.send(call, signers=[hot])
    with refused("InvalidOffer"):
        delegate(world, world.owner, hot.pubkey(), role=ROLE_OWNER)
    with refused("Unauthorized"):
        offer(world, hot.pubkey(), world.slot + 10, by=hot)
    with refused("Unauthorized"):
        archive(world, by=hot)


def test_a_hot_key_ends_with_its_last_slot(world: World, alice: Keypair) -> None:
    hot = wallet("hot")
    world.invite(alice, ROLE_CONTRIBUTOR)
    delegate(world, alice, hot.pubkey(), expires=world.slot + 5)
    call = instructions.round_open(
        payer=world.payer.pubkey(),
        authority=hot.pubkey(),
        member=world.member(alice),
        repository=world.repository,
        branch=world.branch,
        round=world.next_round(),
        kind=2,
    )
    world.pass_slots(6)
    with refused("Unauthorized"):
        world.send(call, signers=[hot])


def test_nothing_new_begins_in_an_archived_repository_and_the_rest_goes_on(
    world: World, alice: Keypair, bob: Keypair
) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(1))
    world.accept(round_, commit)
    with refused("Unauthorized"):
        archive(world, by=bob)
    assert named(archive(world), RepositoryArchived).archived
    for attempt in (
        lambda: world.review(commit, bob, VERDICT_REJECT),
        lambda: world.lock(round_, world.owner),
        lambda: world.open_round(alice, kind=2),
        lambda: world.protect(RULES),
        lambda: world.propose(round_, bob),
        lambda: world.invite(wallet("late"), ROLE_READER),
        lambda: set_role(world, alice, ROLE_KEEPER, by=world.owner),
        lambda: world.pass_slots(150) or world.lock(round_, alice, member=False),
    ):
        with refused("RepositoryArchived"):
            attempt()
    leave(world, bob)
    world.pass_slots(151)
    world.expire(round_)
    world.close(commit)
    archive(world, archived=False)
    world.push(alice, g1(2))


def test_no_repository_is_archived_over_a_locked_head(world: World) -> None:
    round_ = world.open_round(world.owner, kind=2)
    commit = world.contribute(round_, world.owner, g1(1))
    world.lock(round_, world.owner, commit=commit)
    with refused("HeadLocked"):
        archive(world)
    world.cancel(round_, world.owner)
    archive(world)


def test_members_leave_and_step_down_and_the_owner_hands_over(
    world: World, alice: Keypair, bob: Keypair
) -> None:
    world.invite(alice, ROLE_MAINTAINER)
    with refused("RoleTooLow"):
        set_role(world, alice, ROLE_MAINTAINER)
    event = named(set_role(world, alice, ROLE_CONTRIBUTOR), MemberChanged)
    assert (event.before, event.by) == (ROLE_MAINTAINER, alice.pubkey())
    with refused("Unauthorized"):
        leave(world, bob, member=alice)
    assert named(leave(world, alice), MemberRemoved).by == alice.pubkey()
    assert world.account(world.repository).members == 1
    with refused("RoleNotGrantable"):
        leave(world, world.owner)
    with refused("RoleNotGrantable"):
        set_role(world, world.owner, ROLE_READER)
    before = world.owner
    hand_over(world, bob)
    leave(world, before)


@pytest.mark.parametrize("role", [ROLE_MAINTAINER, ROLE_OWNER, 0])
def test_maintainers_change_lower_roles_only(world: World, alice: Keypair, bob: Keypair, role: int) -> None:
    world.invite(alice, ROLE_MAINTAINER)
    world.invite(bob, ROLE_READER)
    with refused("RoleNotGrantable"):
        set_role(world, bob, role, by=alice)
    with refused("RoleNotGrantable"):
        set_role(world, world.owner, ROLE_READER, by=alice)
    set_role(world, bob, ROLE_KEEPER, by=alice)
    assert world.account(world.member(bob)).role == ROLE_KEEPER


def test_an_owner_that_comes_back_finds_its_words_counted(world: World, alice: Keypair) -> None:
    """The membership stays, and with it the slot it joined in."""
    before = world.owner
    joined = world.account(world.member(before)).joined_slot
    hand_over(world, alice)
    world.pass_slots(5)
    hand_over(world, before)
    assert world.account(world.member(before)).joined_slot == joined
    round_ = world.open_round(before)
    world.review(world.contribute(round_, before, g1(1)), before, VERDICT_COMMENT)
