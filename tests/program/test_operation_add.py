"""`operation_extend`, `operation_add`: the program adds up what is named, in any portions, by anyone."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions
from federity._generated.constants import ROLE_CONTRIBUTOR
from federity._generated.events import OperationAdded, OperationExtended
from federity.chain import pda
from federity.objects.operation import Term
from program.operations import (
    add,
    close,
    create,
    extend,
    finish,
    operands,
    operate,
    term,
    total,
    value,
    whole,
)
from program.test_merge import push_wide
from program.world import RULES, World, g1, metas, named, refused


@pytest.fixture
def pushed(world: World) -> list[Pubkey]:
    """The genesis and three pushes of 1, 2 and 4 steps: heads of 1, 3 and 7."""
    return [pda.genesis(world.branch), *(world.push(world.owner, g1(n)) for n in (1, 2, 4))]


def revert(pushed: list[Pubkey]) -> list[Term]:
    """The head without the second push."""
    return [term(pushed[3]), term(pushed[2], -1, pushed[1]), term(pushed[1], 1, pushed[2])]


def test_operands_come_in_order_once_and_whoever_comes_late_harms_nobody(
    world: World, pushed: list[Pubkey]
) -> None:
    made = create(world, world.owner, revert(pushed))
    first, second, third = operands(world, made)
    for wrong, error in (
        ([second], "OutOfOrder"),
        ([world.branch], "WrongAccount"),
        ([made.result], "ConstraintDuplicateMutableAccount"),
        ([pda.genesis(world.branch)], "WrongCommit"),
        ([], "NothingToAdd"),
    ):
        with refused(error):
            add(world, made, wrong)
    event = named(add(world, made, [first]), OperationAdded)
    assert (event.chunk, event.added) == (0, 1)
    with refused("MergeSumMismatch"):
        add(world, made, [first, second, third], expected=g1(9))
    add(world, made, [first, second])
    add(world, made, [first, second])
    with refused("OperationIncomplete"):
        finish(world, made, world.owner)
    add(world, made)
    late = named(add(world, made, expected=bytes(64)), OperationAdded)
    assert late.added == 3
    assert world.account(made.operation).chunks_done == 1
    finish(world, made, world.owner)
    assert value(world, made.result) == whole(5)


def test_what_is_added_stays_as_it_is(world: World, pushed: list[Pubkey]) -> None:
    before = [world.data(commit) for commit in pushed]
    operate(world, world.owner, revert(pushed))
    assert [world.data(commit) for commit in pushed] == before


def test_only_the_operation_s_own_result_takes_its_operands(world: World, pushed: list[Pubkey]) -> None:
    made = create(world, world.owner, revert(pushed))
    other = create(world, world.owner, [term(pushed[1])])
    for target, error in (
        (other.result, "WrongOperation"),
        (pushed[1], "ConstraintDuplicateMutableAccount"),
        (pushed[0], "WrongOperation"),
        (made.operation, "ConstraintDuplicateMutableAccount"),
        (world.branch, "WrongAccount"),
    ):
        call = instructions.operation_add(
            operation=made.operation,
            target=target,
            chunk=0,
            expected=bytes(64),
            remaining=metas(operands(world, made)),
        )
        with refused(error):
            world.send(call)


def test_the_zero_vector_adds_nothing_and_needs_no_account(world: World, pushed: list[Pubkey]) -> None:
    genesis = pushed[0]
    made = create(world, world.owner, [term(genesis)])
    assert world.account(made.operation).chunks_done == 1
    finish(world, made, world.owner)
    result = world.account(made.result)
    assert (result.chunk.point, result.bound, result.history_level) == (bytes(64), 0, 3)
    assert result.travel == world.account(pushed[3]).travel * 2
    operate(world, world.owner, [term(pushed[3], 1, genesis), term(genesis, -1, pushed[3]), term(pushed[1])])
    assert value(world, world.account(world.branch).head) == whole(8)


def test_every_chunk_is_added_in_any_order(empty: World) -> None:
    world = empty
    world.publish(RULES, chunks=3)
    first = push_wide(world, [g1(1), g1(2), g1(3)], head_points=False)
    head = push_wide(world, [g1(10), g1(20), bytes(64)], head_points=True)
    made = create(world, world.owner, [term(head, 2), term(first, -1)])
    with refused("ChunkOutOfRange"):
        extend(world, made, 3)
    event = named(extend(world, made, 2), OperationExtended)
    assert (event.operation, event.result, event.chunk) == (made.operation, made.result, 2)
    with refused("WrongPoints"):
        add(world, made, operands(world, made, 1), 2)
    add(world, made, chunk=2)
    add(world, made)
    with refused("OperationIncomplete"):
        finish(world, made, world.owner)
    extend(world, made, 1)
    wrong = [pda.points(head, 2), pda.points(first, 2)]
    with refused("WrongPoints"):
        add(world, made, wrong, 1)
    add(world, made, operands(world, made, 1)[:1], 1)
    add(world, made, chunk=1)
    with refused("PointsRemain"):
        close(world, made, world.owner)
    finish(world, made, world.owner)
    for chunk, steps in ((0, 21), (1, 42), (2, 3)):
        where = pda.points(made.result, chunk) if chunk else made.result
        assert world.account(where).chunk.point == whole(steps)


def test_updates_count_by_their_shift_and_weight(world: World, alice: Keypair) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.push(world.owner, g1(5), shift=8)
    update = pda.commit(pda.round_(world.branch, 0), world.owner.pubkey())
    head = world.account(world.branch).head
    with refused("WeightTooLarge"):
        create(world, world.owner, [term(head), term(update, 3 << 15)])
    # What the branch merged itself may go as it came, whatever the rules are now.
    world.protect(replace(RULES, max_weight=1))
    head = operate(world, world.owner, [term(head), term(update, 1 << 15)])
    assert value(world, head) == g1((5 << 16) + (5 << 15))
    assert world.account(head).bound == (128 << 16) + (128 << 15)
    head = operate(world, world.owner, [term(head), term(update, -(1 << 16))])
    assert value(world, head) == g1(5 << 15)


factors = st.integers(-9, 9).filter(bool)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    plan=st.lists(
        st.tuples(st.integers(0, 4), st.lists(factors, min_size=1, max_size=4), st.integers(0, 3)),
        min_size=1,
        max_size=4,
    )
)
def test_any_sum_is_the_sum_of_integers(program: bytes, plan: list[tuple[int, list[int], int]]) -> None:
    world = World(program)
    world.publish(RULES)
    known: list[tuple[Pubkey, int, int]] = [(pda.genesis(world.branch), 0, 24)]
    for n in (1, 2, 4):
        known.append((world.push(world.owner, g1(n)), known[-1][1] + (n << 24), 24))
    for start, named_factors, m in plan:
        heads = known[1:]
        chosen = [heads[(start + k) % len(heads)] for k in range(len(named_factors))]
        named_factors = [f | 1 if m and k == 0 else f for k, f in enumerate(named_factors)]
        if len({a for a, _, _ in chosen}) < len(chosen) or named_factors == [1]:
            continue
        bits = max(24, *(f for _, _, f in chosen)) + m
        if bits > 40:
            continue
        terms = [term(a, f) for (a, _, _), f in zip(chosen, named_factors, strict=True)]
        head = operate(world, world.owner, terms, m)
        exact = sum(f * v << (bits - m - b) for (_, v, b), f in zip(chosen, named_factors, strict=True))
        account = world.account(head)
        assert account.fraction_bits == bits
        assert account.chunk.point == whole(exact, 0)
        assert abs(exact) <= account.bound
        for other, before, finer in known:
            moved = abs(account.travel - world.account(other).travel)
            assert abs((exact << (40 - bits)) - (before << (40 - finer))) <= moved
        known.append((head, exact, bits))


def test_the_sum_is_what_the_stored_terms_say(world: World, pushed: list[Pubkey]) -> None:
    made = create(world, world.owner, [term(pushed[3], 3), term(pushed[1], 5)], 2)
    assert total(world, made) == whole(3 * 7 + 5, 24)
    add(world, made)
    finish(world, made, world.owner)
    assert world.account(made.result).fraction_bits == 26
    assert value(world, made.result) == whole(3 * 7 + 5, 24)
