"""`operation_create`: which sums of commits may be named, by whom."""

from dataclasses import replace

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated.constants import (
    KIND_OPERATION,
    ROLE_CONTRIBUTOR,
    ROLE_MAINTAINER,
    VERDICT_REJECT,
)
from federity._generated.events import OperationCreated
from federity.chain import pda
from federity.objects.operation import Term
from program.operations import create, operate, term
from program.test_branches import fork
from program.world import RULES, World, g1, named, refused


@pytest.fixture
def pushed(world: World) -> list[Pubkey]:
    """The genesis and three pushes of 1, 2 and 4 steps."""
    return [pda.genesis(world.branch), *(world.push(world.owner, g1(n)) for n in (1, 2, 4))]


def test_terms_that_are_not_spelled_as_they_must_be_are_refused(world: World, pushed: list[Pubkey]) -> None:
    first, second, head = pushed[1:]
    wrong: list[tuple[list[Term], int, str]] = [
        ([], 0, "InvalidTerms"),
        ([term(head)], 0, "InvalidTerms"),
        ([term(first), term(first)], 0, "InvalidTerms"),
        ([term(head, 2), term(first, 2)], 1, "InvalidFactor"),
        ([term(head), term(first)], 9, "InvalidFactor"),
        ([term(head), term(first, 1 + (1 << 24))], 0, "InvalidFactor"),
        ([term(head), term(first, 0)], 0, "InvalidFactor"),
        ([term(head), term(first, 1, second), term(second, 1, first)], 0, "InvalidPair"),
        ([term(head), term(first, 1, second), term(second, -1)], 0, "InvalidPair"),
    ]
    for terms, m, error in wrong:
        with refused(error):
            create(world, world.owner, terms, m)


def test_an_operation_s_address_is_what_it_is(world: World, pushed: list[Pubkey]) -> None:
    terms = [term(pushed[3]), term(pushed[2], -1, pushed[1]), term(pushed[1], 1, pushed[2])]
    with refused("OperationAddressMismatch"):
        create(world, world.owner, terms, known_by=b"\x07" * 32)
    made = create(world, world.owner, terms)
    event = named(made.sent, OperationCreated)
    assert (event.operation, event.result, event.m) == (made.operation, made.result, 0)
    assert {(t.commit, t.term.negative) for t in event.terms} == {
        (pushed[3], False),
        (pushed[2], True),
        (pushed[1], False),
    }
    result, operation = world.account(made.result), world.account(made.operation)
    assert (result.kind, result.state, result.parent, result.round) == (
        KIND_OPERATION,
        1,
        pushed[3],
        made.operation,
    )
    # The head's bound and how far the two others are apart: that push's 128 steps.
    assert result.bound == world.account(pushed[3]).bound + (128 << 24)
    assert result.travel == world.account(pushed[3]).travel + (128 << 40)
    assert (operation.author, operation.chunks_done, operation.state) == (world.owner.pubkey(), 0, 1)
    with refused("AccountAlreadyInUse"):
        create(world, world.owner, terms)


def test_only_history_and_what_was_merged_from_it_are_terms(
    world: World, pushed: list[Pubkey], alice: Keypair
) -> None:
    world.invite(alice, ROLE_CONTRIBUTOR)
    round_ = world.open_round(world.owner)
    commits = [world.contribute(round_, who, g1(7)) for who in (alice, world.owner)]
    waiting = [term(pushed[3]), term(commits[0], 1 << 16)]
    both = sorted([pushed[3], commits[0]], key=bytes)
    shown = [a for c in both for a in ([c, round_] if c == commits[0] else [c])]
    with refused("OperandNotMerged"):
        create(world, world.owner, waiting, operands=shown)
    for commit in commits:
        world.accept(round_, commit)
    world.review(commits[1], world.owner, VERDICT_REJECT)
    world.lock(round_, world.owner)
    with refused("OperandNotMerged"):
        create(world, world.owner, waiting)
    world.begin(round_, world.owner)
    world.merge_add(round_, commits, g1(14 << 24))
    head = pda.merge(round_)
    with refused("OperandNotHistory"):
        create(world, world.owner, [term(pushed[3]), term(head)])
    world.finish(round_, world.owner)
    with refused("OperandNotMerged"):
        create(world, world.owner, [term(head), term(commits[1], 1 << 16)])
    with refused("WrongAccount"):
        create(world, world.owner, [term(head), term(commits[0], 1 << 16)], operands=[head, world.branch])
    create(world, world.owner, [term(head), term(commits[0], -(1 << 16))])


def test_another_lineage_s_vectors_are_no_terms(world: World, pushed: list[Pubkey]) -> None:
    branch = world.branch
    other = world.publish_branch("other", base_hash=b"\x09" * 32)
    foreign = world.push(world.owner, g1(1))
    world.branch = branch
    for commit in (foreign, pda.genesis(other)):
        with refused("LineageMismatch"):
            create(world, world.owner, [term(pushed[1], 1, commit), term(commit, -1, pushed[1])])


def test_operations_are_of_those_whom_the_rules_name(
    world: World, pushed: list[Pubkey], alice: Keypair, bob: Keypair, stranger: Keypair
) -> None:
    terms = [term(pushed[1])]
    world.invite(alice, ROLE_CONTRIBUTOR)
    world.invite(bob, ROLE_MAINTAINER)
    with refused("RoleTooLow"):
        create(world, alice, terms)
    with refused("Unauthorized"):
        create(world, stranger, terms, author=bob)
    create(world, bob, terms)
    world.protect(replace(RULES, operate_role=ROLE_CONTRIBUTOR))
    create(world, alice, terms)
    world.protect(replace(RULES, operate_role=5))
    with refused("RoleTooLow"):
        create(world, bob, [term(pushed[2])])
    world.protect(replace(RULES, protected=True, operate_role=5))
    create(world, bob, [term(pushed[2])])
    for role in (0, 1, 6):
        with refused("InvalidRules"):
            world.protect(replace(RULES, operate_role=role))


def test_a_head_that_has_moved_is_named_no_more(world: World, pushed: list[Pubkey]) -> None:
    with refused("OperationStale"):
        create(world, world.owner, [term(pushed[1])], head=pushed[2])


def test_terms_of_a_side_must_be_what_the_rules_ask_and_the_branch_s_own_past_need_not(
    world: World, pushed: list[Pubkey]
) -> None:
    main = world.branch
    side = fork(world, pushed[2], name="side")
    world.branch = side
    there = world.push(world.owner, g1(8))
    world.branch = main
    world.protect(replace(RULES, min_level=1))
    terms = [term(pushed[3]), term(there, 1, pushed[2]), term(pushed[2], -1, there)]
    with refused("LevelTooLow"):
        create(world, world.owner, terms)
    create(world, world.owner, [term(pushed[1])])
    # Of a branch at a commit, that commit is its own past too.
    world.branch = side
    world.protect(replace(RULES, min_level=1))
    create(world, world.owner, [term(pushed[2])])


def test_a_result_without_room_for_its_numbers_is_refused(world: World, pushed: list[Pubkey]) -> None:
    head = pushed[3]
    for _ in range(2):
        head = operate(world, world.owner, [term(head, 255), term(pushed[1])], 8)
    assert world.account(world.branch).fraction_bits == 40
    with refused("FractionExceeded"):
        create(world, world.owner, [term(head), term(pushed[1])], 1)
    # A coarser head stays reachable.
    operate(world, world.owner, [term(pushed[3])])
    assert world.account(world.branch).fraction_bits == 24
    large = operate(world, world.owner, [term(pushed[3], 1 << 24)])
    with refused("OperationBoundExceeded"):
        create(world, world.owner, [term(large, 11)])
    create(world, world.owner, [term(large, 10)])
