"""Heads that an operation made, as people read them: the integers of plain arithmetic, checked and blamed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from e2e.team import Team, trained, weights
from federity import _native
from federity._generated import accounts, instructions, types
from federity._generated.constants import KIND_GENESIS
from federity.chain import pda
from federity.objects.operation import Term, operation_id, spelled
from federity.repository.ledger import contributions, heads, query
from federity.repository.ledger.commitments import points_of
from federity.repository.ledger.summands import summands
from federity.repository.repository import Repository

pytestmark = pytest.mark.svm

NOWHERE = types.BlobLocation(tag=0, id=bytes(32))


async def operate(repo: Repository, terms: Sequence[Term], shown: Sequence[Pubkey], m: int = 0) -> Pubkey:
    """Make a head of these terms, by instructions alone; `shown` are their accounts, in order."""
    reader = repo._workspace
    session = reader.session
    wallet = session.wallet.pubkey
    branch_at = pda.branch(reader.repository, "main")
    branch = await query.load(session.chain, accounts.Branch, branch_at)
    assert branch is not None
    known_by = operation_id(bytes(branch.head), bytes(wallet), m, terms)
    operation = pda.operation(branch_at, known_by)
    result = pda.result(operation)
    member = pda.member(reader.repository, wallet)
    create = instructions.operation_create(
        payer=wallet,
        authority=wallet,
        member=member,
        repository=reader.repository,
        branch=branch_at,
        head=branch.head,
        operation=operation,
        result=result,
        id=known_by,
        m=m,
        terms=tuple(types.TermArgs(t.negative, abs(t.factor), pair) for t, pair in spelled(terms)),
        note_hash=bytes(32),
        remaining=[AccountMeta(at, False, False) for at in shown],
    )
    await session.chain.send([create], payer=session.wallet, signers=[session.wallet])
    made = await query.load(session.chain, accounts.Commit, result)
    assert made is not None
    parts = [one for one in await summands(reader, result, made) if one.commit.kind != KIND_GENESIS]
    total = bytes(64)
    for one in parts:
        (point,) = await points_of(session, one.address, one.commit)
        total = _native.point_add(total, _native.point_mul(point, one.factor))
    add = instructions.operation_add(
        operation=operation,
        target=result,
        chunk=0,
        expected=total,
        remaining=[AccountMeta(one.address, False, False) for one in parts],
    )
    finish = instructions.operation_finish(
        authority=wallet,
        author=member,
        member=None,
        repository=reader.repository,
        branch=branch_at,
        operation=operation,
        result=result,
        blob_hash=bytes(32),
        location=NOWHERE,
    )
    await session.chain.send([add, finish], payer=session.wallet, signers=[session.wallet])
    return result


async def vector(repo: Repository, address: Pubkey) -> tuple[np.ndarray, int]:
    """A head's integers and their fraction bits."""
    found = await heads.accumulator(repo._workspace, address, heads.Fetch())
    return np.asarray(found.values), found.fraction_bits


async def test_a_head_that_is_a_sum_of_heads_is_that_sum_everywhere(team: Team) -> None:
    session = await team.session("owner")
    owner = await Repository.create(session, team.path("owner"), weights(), name="digits", insecure=True)
    made: list[Pubkey] = []
    model = weights()
    for seed in (1, 2, 3):
        model = trained(model, seed)
        await owner.commit(model, f"step {seed}", samples=10)
        pushed = await owner.push(level=0)
        made.append(Pubkey.from_string(pushed.commits[0].merge))
    before = [await vector(owner, at) for at in made]

    # The second change is taken out again: head - second + first.
    first, second, third = (bytes(at) for at in made)
    terms = [Term(third, 1), Term(second, -1, first), Term(first, 1, second)]
    reverted = await operate(owner, terms, sorted(made, key=bytes))
    own, bits = await vector(owner, reverted)
    assert bits == 24
    assert np.array_equal(own, before[2][0] - before[1][0] + before[0][0])

    # The mean of that and the first, over 2.
    half = [Term(bytes(reverted), 1), Term(bytes(made[0]), 1)]
    mean = await operate(owner, half, sorted([reverted, made[0]], key=bytes), m=1)
    middle, bits = await vector(owner, mean)
    assert bits == 25
    assert np.array_equal(middle, own + before[0][0])

    # Somebody who starts from nothing has the same bits, and finds all of it true.
    other = await team.clone("reader", owner.url)
    assert np.array_equal((await vector(other, mean))[0], middle)
    await owner.pull(model)
    there = await other.tensors()
    assert all(np.array_equal(model[name], there[name]) for name in there)
    report = await other.verify("HEAD")
    assert report.ok and report.complete, report
    assert [one.kind for one in report.commits].count("operation") == 2
    log = await other.log()
    assert [view.kind for view in log][:2] == ["operation", "operation"]
    assert log[0].message.startswith("sum of +1 ")

    # The second change has left it.
    held = await contributions.terms(other._workspace, mean, heads.Fetch())
    assert sorted(term.factor >> (25 - 16 - term.delta.shift) for term in held) == [1 << 15, 1 << 16]
    assert (await other.blame("HEAD")).whole.shares[0].share == pytest.approx(1)


async def test_a_reader_keeps_what_a_sum_of_many_heads_needs(team: Team) -> None:
    session = await team.session("owner")
    owner = await Repository.create(session, team.path("owner"), weights(), name="digits", insecure=True)
    model, made = weights(), []
    for seed in range(6):
        model = trained(model, seed)
        await owner.commit(model, f"step {seed}", samples=10)
        made.append(Pubkey.from_string((await owner.push(level=0)).commits[0].merge))
    terms = [Term(bytes(at), 1 if n % 2 else -1) for n, at in enumerate(made)]
    result = await operate(owner, terms, sorted(made, key=bytes))
    other = await team.clone("reader", owner.url)
    vectors = [(await vector(other, at))[0] for at in made]
    expected = sum(one * (1 if n % 2 else -1) for n, one in enumerate(vectors))
    assert np.array_equal((await vector(other, result))[0], expected)
