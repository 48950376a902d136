"""`operation_close`, `operation_trim`: what never ended is given up, its rent returned; history never is."""

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_MAINTAINER
from federity._generated.events import OperationClosed, PointsClosed
from federity.chain import pda
from program.operations import add, close, create, extend, finish, term
from program.test_merge import push_wide
from program.world import RULES, Refused, World, g1, named, refused


@pytest.fixture
def pushed(world: World) -> list[Pubkey]:
    """The genesis and two pushes."""
    return [pda.genesis(world.branch), *(world.push(world.owner, g1(n)) for n in (1, 2))]


def test_only_author_and_maintainers_give_up_what_could_still_end(
    world: World, pushed: list[Pubkey], alice: Keypair, bob: Keypair, stranger: Keypair
) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    made = create(world, world.owner, [term(pushed[1])])
    with refused("OperationStays"):
        close(world, made, stranger, member=False)
    with refused("OperationStays"):
        close(world, made, alice)
    with refused("UninitializedAccount"):
        close(world, made, stranger)
    before = world.svm.get_balance(world.payer.pubkey())
    event = named(close(world, made, bob), OperationClosed)
    assert (event.operation, event.author) == (made.operation, world.owner.pubkey())
    assert world.data(made.operation) is None
    assert world.data(made.result) is None
    assert (world.svm.get_balance(world.payer.pubkey()) or 0) > (before or 0)
    again = create(world, world.owner, [term(pushed[1])])
    close(world, again, world.owner)


def test_further_chunks_go_first_and_end_the_operation(empty: World, stranger: Keypair) -> None:
    world = empty
    world.publish(RULES, chunks=2)
    genesis = pda.genesis(world.branch)
    made = create(world, world.owner, [term(genesis)])
    extend(world, made, 1)
    assert world.account(made.operation).chunks_done == 2
    with refused("PointsRemain"):
        close(world, made, world.owner)
    with refused("OperationStays"):
        close(world, made, stranger, member=False, chunk=1)
    event = named(close(world, made, world.owner, chunk=1), PointsClosed)
    assert (event.commit, event.chunk) == (made.result, 1)
    with refused("OperationNotOpen"):
        finish(world, made, world.owner)
    with refused("OperationNotOpen"):
        extend(world, made, 1)
    close(world, made, stranger, member=False)


def test_rent_goes_to_who_paid(world: World, pushed: list[Pubkey], stranger: Keypair) -> None:
    made = create(world, world.owner, [term(pushed[1])])
    call = instructions.operation_close(
        authority=world.owner.pubkey(),
        member=world.member(world.owner),
        repository=world.repository,
        branch=world.branch,
        operation=made.operation,
        result=made.result,
        payer=stranger.pubkey(),
    )
    with refused("WrongPayer"):
        world.send(call, signers=[world.owner])
    call = instructions.operation_close(
        authority=world.owner.pubkey(),
        member=world.member(world.owner),
        repository=world.repository,
        branch=world.branch,
        operation=made.operation,
        result=pushed[2],
        payer=world.payer.pubkey(),
    )
    with refused("WrongOperation"):
        world.send(call, signers=[world.owner])


def test_nobody_closes_history(world: World, pushed: list[Pubkey]) -> None:
    """The owner, who may do everything, tries each instruction that closes on each account of a history."""
    made = create(world, world.owner, [term(pushed[1])])
    add(world, made)
    finish(world, made, world.owner)
    round_ = pda.round_(world.branch, 0)
    update = pda.commit(round_, world.owner.pubkey())
    kept = [*pushed, made.result, made.operation, update, round_, world.branch]
    before = {address: world.data(address) for address in kept}
    owner, payer = world.owner.pubkey(), world.payer.pubkey()
    who = {"authority": owner, "payer": payer}
    member = {"member": world.member(world.owner), "repository": world.repository, "branch": world.branch}
    for address in kept:
        calls = [
            instructions.round_close(round=address, payer=payer),
            *(
                instructions.commit_close(commit=address, round=holder, branch=world.branch, **who)
                for holder in (round_, made.operation)
            ),
            instructions.operation_close(operation=made.operation, result=address, **member, **who),
            instructions.operation_close(operation=address, result=made.result, **member, **who),
        ]
        for call in calls:
            signs = any(meta.is_signer and meta.pubkey == owner for meta in call.accounts)
            with pytest.raises(Refused):
                world.send(call, signers=[world.owner] if signs else [])
    assert {address: world.data(address) for address in kept} == before


def test_nobody_closes_the_further_points_of_history(empty: World) -> None:
    world = empty
    world.publish(RULES, chunks=3)
    head = push_wide(world, [g1(1), g1(2), g1(3)], head_points=False)
    genesis = pda.genesis(world.branch)
    operate_on = create(world, world.owner, [term(genesis)])
    for chunk in (1, 2):
        extend(world, operate_on, chunk)
    finish(world, operate_on, world.owner)
    with refused("CommitStays"):
        world.close(head, chunk=1)
    with refused("OperationNotOpen"):
        close(world, operate_on, world.owner, chunk=1)
