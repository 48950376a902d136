"""Operations: sums of commits that become heads."""

from collections.abc import Callable
from dataclasses import replace

from solders.pubkey import Pubkey

from federity.chain import pda
from program import operations as o
from program.matrix.goods.registry import good
from program.matrix.stage import ALICE, BOB, KEEPER, MAINTAINER, NOTE, RULES_NOW, STRANGER, Stage
from program.operations import Made, term
from program.test_merge import push_wide
from program.world import g1

GUARDED = replace(RULES_NOW, protected=True)


def two_heads(s: Stage) -> tuple[Pubkey, Pubkey]:
    """A fresh branch with two pushes; its heads."""
    s.fresh()
    return s.push(ALICE, g1(1)), s.push(ALICE, g1(2))


def made(s: Stage, protected: bool = False) -> Made:
    """An operation of two terms, by a maintainer; on a protected branch by a contributor."""
    first, second = two_heads(s)
    if protected:
        s.protect(GUARDED)
    return o.create(s, ALICE if protected else MAINTAINER, [term(second), term(first)])


def wide(s: Stage) -> Made:
    """An operation over two heads of three chunks."""
    s.fresh(chunks=3)
    first = push_wide(s, [g1(1), g1(2), g1(3)], head_points=False)
    second = push_wide(s, [g1(4), g1(5), g1(6)], head_points=True)
    return o.create(s, MAINTAINER, [term(second), term(first)])


@good("operation_create")
def a_sum_of_heads(s: Stage) -> Callable[[], object]:
    first, second = two_heads(s)
    return lambda: o.create(s, MAINTAINER, [term(second), term(first, -1)])


@good("operation_create")
def a_pick(s: Stage) -> Callable[[], object]:
    _, second = two_heads(s)
    update = pda.commit(pda.round_(s.branch, 0), ALICE.pubkey())
    return lambda: o.create(s, MAINTAINER, [term(second), term(update, 1 << 16)])


@good("operation_approve")
def of_a_proposal(s: Stage) -> Callable[[], object]:
    proposal = made(s, protected=True)
    return lambda: o.approve(s, proposal, MAINTAINER)


@good("remark_create")
def of_an_operation(s: Stage) -> Callable[[], object]:
    proposal = made(s)
    return lambda: s.remark(proposal.operation, ALICE)


@good("record_close")
def a_remark_on_what_is_gone_that_is_closed(s: Stage) -> Callable[[], object]:
    proposal = made(s)
    s.remark(proposal.operation, ALICE)
    o.close(s, proposal, MAINTAINER)
    at = pda.remark(proposal.operation, ALICE.pubkey(), NOTE)
    return lambda: s.close_record(proposal.operation, STRANGER, remark=at)


@good("operation_extend")
def a_further_chunk(s: Stage) -> Callable[[], object]:
    operation = wide(s)
    return lambda: o.extend(s, operation, 1)


@good("operation_add")
def all_operands(s: Stage) -> Callable[[], object]:
    operation = made(s)
    return lambda: o.add(s, operation)


@good("operation_add")
def one_operand(s: Stage) -> Callable[[], object]:
    operation = made(s)
    first, _ = o.operands(s, operation)
    return lambda: o.add(s, operation, [first])


@good("operation_add")
def all_operands_of_a_further_chunk(s: Stage) -> Callable[[], object]:
    operation = wide(s)
    o.extend(s, operation, 1)
    return lambda: o.add(s, operation, chunk=1)


@good("operation_finish")
def by_anybody_without_a_blob(s: Stage) -> Callable[[], object]:
    operation = made(s)
    o.add(s, operation)
    return lambda: o.finish(s, operation, STRANGER, MAINTAINER)


@good("operation_finish")
def by_its_author_with_a_blob(s: Stage) -> Callable[[], object]:
    operation = made(s)
    o.add(s, operation)
    member = s.member(MAINTAINER)
    return lambda: o.finish(s, operation, MAINTAINER, blob=b"\x05" * 32, named_by=member)


@good("operation_finish")
def with_a_vote(s: Stage) -> Callable[[], object]:
    proposal = made(s, protected=True)
    o.add(s, proposal)
    vote = o.approve(s, proposal, MAINTAINER)
    return lambda: o.finish(s, proposal, STRANGER, ALICE, votes=[vote])


@good("operation_finish")
def beside_a_round_that_is_open(s: Stage) -> Callable[[], object]:
    operation = made(s)
    o.add(s, operation)
    s.open_round(KEEPER)
    member = s.member(MAINTAINER)
    return lambda: o.finish(s, operation, MAINTAINER, blob=b"\x05" * 32, named_by=member)


@good("operation_trim")
def by_its_author(s: Stage) -> Callable[[], object]:
    operation = wide(s)
    o.extend(s, operation, 1)
    return lambda: o.close(s, operation, MAINTAINER, chunk=1)


@good("operation_close")
def by_a_maintainer(s: Stage) -> Callable[[], object]:
    proposal = made(s, protected=True)
    return lambda: o.close(s, proposal, MAINTAINER)


@good("operation_close")
def a_stale_one_by_anybody(s: Stage) -> Callable[[], object]:
    operation = made(s)
    s.push(BOB, g1(3))
    return lambda: o.close(s, operation, STRANGER, member=False)
