"""`operation_approve`, `operation_finish`: a head moves to a result by whom the rules of the day ask."""

from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated.constants import ROLE_CONTRIBUTOR, ROLE_KEEPER, ROLE_MAINTAINER
from federity._generated.events import HeadMoved, OperationApproved
from federity.chain import pda
from federity.objects.operation import Term
from program.operations import Made, add, approve, close, create, finish, operate, term, value, whole
from program.test_branches import fork
from program.test_record_close import close_record
from program.world import RULES, World, g1, named, refused, scaled

GUARDED = replace(RULES, protected=True)


@pytest.fixture
def pushed(world: World) -> list[Pubkey]:
    """The genesis and two pushes of 1 and 2 steps: heads of 1 and 3."""
    return [pda.genesis(world.branch), *(world.push(world.owner, g1(n)) for n in (1, 2))]


def ready(world: World, who: Keypair, terms: list[Term]) -> Made:
    """An operation with all its operands in."""
    made = create(world, who, terms)
    add(world, made)
    return made


def test_an_operation_waits_for_a_round_that_can_be_locked(
    world: World, pushed: list[Pubkey], alice: Keypair, stranger: Keypair
) -> None:
    """Else moves in a row would keep the head from the round until its time is over."""
    made = ready(world, world.owner, [term(pushed[1])])
    later = create(world, world.owner, [term(pushed[0])])
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, alice, g1(7))
    world.pass_slots(1)
    with refused("WrongRound"):
        finish(world, made, world.owner, current=None)
    with refused("WrongRound"):
        finish(world, made, world.owner, current=pda.round_(world.branch, 0))
    world.accept(round_, commit)
    world.pass_slots(200)
    with refused("RoundWaits"):
        finish(world, made, world.owner)
    world.lock(round_, stranger, member=False)
    with refused("HeadLocked"):
        finish(world, made, world.owner)
    world.pass_slots(101)
    world.expire(round_)
    finish(world, later, world.owner)


def test_an_unprotected_branch_moves_and_the_result_is_history(
    world: World, pushed: list[Pubkey], stranger: Keypair
) -> None:
    made = ready(world, world.owner, [term(pushed[1])])
    moved = named(finish(world, made, stranger, world.owner), HeadMoved)
    assert (moved.round, moved.from_, moved.head, moved.head_seq) == (
        made.operation,
        pushed[2],
        made.result,
        3,
    )
    branch, result = world.account(world.branch), world.account(made.result)
    assert (branch.head, branch.head_seq, branch.bound) == (made.result, 3, result.bound)
    assert (result.state, result.seq, result.author) == (4, 3, world.owner.pubkey())
    # A restored head is as near as what it restores, and was reached by going back.
    assert result.bound == world.account(pushed[1]).bound
    assert result.travel == world.account(pushed[2]).travel + (128 << 40)
    # It is a parent, a fork point, an ancestor and a term like any other head.
    world.push(world.owner, g1(8))
    world.publish_branch("next", ancestor=made.result)
    world.branch = pda.branch(world.repository, "main")
    fork(world, made.result)
    operate(world, world.owner, [term(made.result)])
    with refused("OperationNotOpen"):
        finish(world, made, world.owner)


def test_two_operations_race_and_the_second_is_stale(
    world: World, pushed: list[Pubkey], stranger: Keypair
) -> None:
    first = ready(world, world.owner, [term(pushed[1])])
    second = ready(world, world.owner, [term(pushed[2]), term(pushed[1])])
    finish(world, second, world.owner)
    with refused("OperationStale"):
        finish(world, first, world.owner)
    # A head never comes back, so what is stale stays so, and anyone clears it away.
    operate(world, world.owner, [term(pushed[2])])
    with refused("OperationStale"):
        finish(world, first, world.owner)
    close(world, first, stranger, member=False)


def test_a_locked_head_stays_its_rounds(world: World, pushed: list[Pubkey]) -> None:
    made = ready(world, world.owner, [term(pushed[1])])
    round_ = world.open_round(world.owner)
    commit = world.contribute(round_, world.owner, g1(1))
    world.accept(round_, commit)
    world.lock(round_, world.owner)
    with refused("HeadLocked"):
        finish(world, made, world.owner)
    world.begin(round_, world.owner)
    world.merge_add(round_, [commit], scaled(g1(4), 1 << 24))
    world.finish(round_, world.owner)
    with refused("OperationStale"):
        finish(world, made, world.owner)


def test_a_protected_branch_moves_with_a_maintainer_s_vote_at_least(
    world: World, pushed: list[Pubkey], alice: Keypair, bob: Keypair, stranger: Keypair
) -> None:
    world.protect(GUARDED)
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    made = ready(world, alice, [term(pushed[1])])
    with refused("OperationNotApproved"):
        finish(world, made, stranger, alice)
    with refused("RoleTooLow"):
        approve(world, made, alice)
    with refused("UninitializedAccount"):
        approve(world, made, stranger)
    vote = approve(world, made, bob)
    assert named(world.sent[-1], OperationApproved).approver == bob.pubkey()
    with refused("AlreadyApproved"):
        approve(world, made, bob)
    world.protect(replace(GUARDED, merge_approvals=2))
    with refused("OperationNotApproved"):
        finish(world, made, stranger, alice, votes=[vote])
    with refused("VotesUnordered"):
        finish(world, made, stranger, alice, votes=[vote, vote])
    own = approve(world, made, world.owner)
    finish(world, made, stranger, alice, votes=[vote, own])
    assert value(world, world.account(world.branch).head) == whole(1)


def test_a_vote_counts_as_long_as_its_voter_holds_the_power(
    world: World, pushed: list[Pubkey], alice: Keypair, bob: Keypair
) -> None:
    world.protect(GUARDED)
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    made = ready(world, alice, [term(pushed[1])])
    vote = approve(world, made, bob)
    world.remove(bob)
    world.invite(bob, ROLE_CONTRIBUTOR)
    with refused("OperationNotApproved"):
        finish(world, made, alice, votes=[vote])
    world.remove(bob)
    world.pass_slots(1)
    world.invite(bob, ROLE_MAINTAINER)
    with refused("OperationNotApproved"):
        finish(world, made, alice, votes=[vote])


def test_a_vote_is_of_one_operation(world: World, pushed: list[Pubkey], alice: Keypair) -> None:
    world.protect(GUARDED)
    world.invite(alice, ROLE_CONTRIBUTOR)
    made = ready(world, alice, [term(pushed[1])])
    other = ready(world, alice, [term(pushed[1], 2)])
    vote = approve(world, other, world.owner)
    with refused("OperationNotApproved"):
        finish(world, made, alice, votes=[vote])
    # Closed and made again at the same address it is another one, and asks anew.
    close(world, other, alice)
    world.pass_slots(1)
    again = ready(world, alice, [term(pushed[1], 2)])
    assert again.operation == other.operation
    with refused("OperationNotApproved"):
        finish(world, again, alice, votes=[vote])
    with refused("RecordStays"):
        close_record(world, again.operation, alice, approval=vote)
    approve(world, again, world.owner)
    finish(world, again, alice, votes=[vote])
    close_record(world, again.operation, alice, approval=vote)


def test_the_author_still_has_the_role_when_the_head_moves(
    world: World, pushed: list[Pubkey], bob: Keypair, stranger: Keypair
) -> None:
    world.invite(bob, ROLE_MAINTAINER)
    made = ready(world, bob, [term(pushed[1])])
    with refused("Unauthorized"):
        finish(world, made, world.owner, world.owner)
    world.remove(bob)
    world.invite(bob, ROLE_KEEPER)
    with refused("RoleTooLow"):
        finish(world, made, stranger, bob)


def test_rules_that_were_tightened_meanwhile_count(world: World, pushed: list[Pubkey]) -> None:
    main, side = world.branch, fork(world, pushed[1])
    world.branch = side
    there = world.push(world.owner, g1(8))
    update = pda.commit(pda.round_(side, 0), world.owner.pubkey())
    world.branch = main
    sides = [term(there, 1, pushed[1]), term(pushed[1], -1, there)]
    merged = ready(world, world.owner, [term(pushed[2]), *sides])
    picked = ready(world, world.owner, [term(pushed[2]), term(update, 1 << 16)])
    for rules, made, error in (
        (replace(RULES, min_level=1), merged, "LevelTooLow"),
        (replace(RULES, max_weight=(1 << 16) - 1), picked, "WeightTooLarge"),
        (GUARDED, merged, "OperationNotApproved"),
    ):
        world.protect(rules)
        with refused(error):
            finish(world, made, world.owner)
    world.protect(RULES)
    finish(world, merged, world.owner)
    assert value(world, merged.result) == whole(3 + 8)


def test_naming_the_result_needs_a_keeper_or_the_author(
    world: World, pushed: list[Pubkey], alice: Keypair, keeper: Keypair, stranger: Keypair
) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(keeper, ROLE_KEEPER)
    made = ready(world, world.owner, [term(pushed[1])])
    blob = b"\x05" * 32
    for who, member in ((stranger, None), (alice, world.member(alice))):
        with refused("BlobNeedsKeeper"):
            finish(world, made, who, world.owner, blob=blob, named_by=member)
    with refused("Unauthorized"):
        finish(world, made, stranger, world.owner, blob=blob, named_by=world.member(keeper))
    finish(world, made, keeper, world.owner, blob=blob, named_by=world.member(keeper))
    assert world.account(made.result).blob_hash == blob


def test_a_finish_is_of_its_own_branch_and_result(world: World, pushed: list[Pubkey]) -> None:
    made = ready(world, world.owner, [term(pushed[1])])
    for changes, error in (
        ({"branch": fork(world, pushed[1])}, "WrongBranch"),
        ({"result": pushed[1]}, "WrongOperation"),
    ):
        with refused(error):
            finish(world, made, world.owner, **changes)


def test_four_terms_of_one_chunk_cost_at_most_60k_units(world: World) -> None:
    heads = [world.push(world.owner, g1(n)) for n in (1, 2, 4, 8)]
    made = create(
        world,
        world.owner,
        [term(heads[3], 1, heads[2]), term(heads[2], -1, heads[3]), term(heads[1]), term(heads[0])],
    )
    sent = [made.sent, add(world, made), finish(world, made, world.owner)]
    assert sum(done.units for done in sent) <= 60_000
    assert all(done.size <= 1_232 for done in sent)


def test_eight_terms_with_seven_rounds_fit_one_transaction(world: World) -> None:
    for n in range(7):
        world.push(world.owner, g1(n + 1))
    head = world.account(world.branch).head
    updates = [pda.commit(pda.round_(world.branch, n), world.owner.pubkey()) for n in range(7)]
    made = create(world, world.owner, [term(head), *(term(update, -(1 << 16)) for update in updates)])
    assert made.sent.size <= 1_232
    add(world, made)
    finish(world, made, world.owner)
    assert value(world, made.result) == bytes(64)
