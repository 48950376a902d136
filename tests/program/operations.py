"""The shortest way through an operation, and what its result must be in plain integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from py_ecc import optimized_bn128 as bn128
from solders.instruction import AccountMeta
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from federity._generated import instructions, types
from federity._generated.constants import KIND_GENESIS, TERM_ZERO
from federity.chain import pda
from federity.objects.operation import Term, operation_id, spelled
from program.world import NOWHERE, Sent, World, g1, metas

__all__ = ["Made", "add", "approve", "close", "create", "finish", "operate", "term"]


def term(commit: Pubkey, factor: int = 1, pair: Pubkey | None = None) -> Term:
    """A term of an account."""
    return Term(bytes(commit), factor, None if pair is None else bytes(pair))


@dataclass(frozen=True)
class Made:
    """An operation and its result."""

    operation: Pubkey
    result: Pubkey
    sent: Sent


def create(
    world: World,
    who: Keypair,
    terms: Sequence[Term],
    m: int = 0,
    *,
    head: Pubkey | None = None,
    branch: Pubkey | None = None,
    known_by: bytes | None = None,
    operands: Sequence[Pubkey] | None = None,
    author: Keypair | None = None,
) -> Made:
    """Name a sum of commits; merged updates are shown with their rounds."""
    author, branch = author or who, branch or world.branch
    head = head or world.account(branch).head
    known_by = known_by or operation_id(bytes(head), bytes(author.pubkey()), m, terms)
    operation = pda.operation(branch, known_by)
    ordered = spelled(terms)
    shown: list[Pubkey] = []
    for named, _ in ordered:
        address = Pubkey(named.commit)
        commit = world.account(address)
        shown += [address, commit.held_by] if getattr(commit, "kind", 0) in (2, 4) else [address]
    call = instructions.operation_create(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        member=world.member(author),
        repository=world.account(branch).repository,
        branch=branch,
        head=head,
        operation=operation,
        result=pda.result(operation),
        id=known_by,
        m=m,
        terms=tuple(types.TermArgs(t.negative, abs(t.factor), pair) for t, pair in ordered),
        note_hash=bytes(32),
        remaining=metas(shown if operands is None else operands),
    )
    return Made(operation, pda.result(operation), world.send(call, signers=[who]))


def approve(world: World, made: Made, who: Keypair) -> Pubkey:
    """Vote for an operation; returns the vote."""
    vote = pda.approval(made.operation, who.pubkey())
    call = instructions.operation_approve(
        payer=world.payer.pubkey(),
        authority=who.pubkey(),
        member=world.member(who),
        repository=world.repository,
        operation=made.operation,
        approval=vote,
    )
    world.send(call, signers=[who])
    return vote


def extend(world: World, made: Made, chunk: int) -> Sent:
    """Create the account of a further chunk of the result."""
    call = instructions.operation_extend(
        payer=world.payer.pubkey(),
        operation=made.operation,
        result=made.result,
        points=pda.points(made.result, chunk),
        chunk=chunk,
    )
    return world.send(call)


def operands(world: World, made: Made, chunk: int = 0) -> list[Pubkey]:
    """What one chunk is the sum of, in order."""
    operation = world.account(made.operation)
    named = operation.terms[: operation.terms_count]
    commits = [named.commit for named in named if named.kind != TERM_ZERO]
    return [pda.points(commit, chunk) for commit in commits] if chunk else commits


def total(world: World, made: Made, chunk: int = 0) -> bytes:
    """The sum as the stored terms say it."""
    operation = world.account(made.operation)
    result = bn128.Z1
    for named in operation.terms[: operation.terms_count]:
        commit = world.account(named.commit)
        if commit.kind == KIND_GENESIS:
            continue
        point = world.account(pda.points(named.commit, chunk)).chunk.point if chunk else commit.chunk.point
        if not any(point):
            continue
        x, y = (int.from_bytes(point[k : k + 32], "big") for k in (0, 32))
        factor = named.factor << named.scale
        scalar = -factor % bn128.curve_order if named.negative else factor
        part = bn128.multiply((bn128.FQ(x), bn128.FQ(y), bn128.FQ(1)), scalar)
        result = bn128.add(result, part)
    if bn128.is_inf(result):
        return bytes(64)
    return b"".join(int(value).to_bytes(32, "big") for value in bn128.normalize(result))


def add(
    world: World,
    made: Made,
    chosen: Sequence[Pubkey] | None = None,
    chunk: int = 0,
    expected: bytes | None = None,
) -> Sent:
    """Add operands to a chunk, all of them unless some are chosen."""
    chosen = operands(world, made, chunk) if chosen is None else chosen
    call = instructions.operation_add(
        operation=made.operation,
        target=pda.points(made.result, chunk) if chunk else made.result,
        chunk=chunk,
        expected=total(world, made, chunk) if expected is None else expected,
        remaining=metas(chosen),
    )
    return world.send(call)


def finish(
    world: World,
    made: Made,
    who: Keypair,
    author: Keypair | None = None,
    *,
    votes: Sequence[Pubkey] = (),
    blob: bytes = bytes(32),
    named_by: Pubkey | None = None,
    **accounts: Any,
) -> Sent:
    """Move the head; each vote is shown with its voter's membership."""
    shown = []
    for vote in sorted(votes, key=bytes):
        shown += [vote, pda.member(world.repository, world.account(vote).approver)]
    branch = world.account(made.operation).branch
    given = {
        "branch": branch,
        "current": world.current(branch),
        "repository": world.account(branch).repository,
        "operation": made.operation,
        "result": made.result,
        "remaining": metas(shown),
        **accounts,
    }
    call = instructions.operation_finish(
        authority=who.pubkey(),
        author=world.member(author or who),
        member=named_by,
        blob_hash=blob,
        location=NOWHERE,
        **given,
    )
    return world.send(call, signers=[who])


def close(world: World, made: Made, who: Keypair, *, member: bool = True, chunk: int = 0) -> Sent:
    """Close a further chunk of the result, or else the operation with its result."""
    given = {
        "authority": who.pubkey(),
        "member": world.member(who) if member else None,
        "repository": world.repository,
        "branch": world.account(made.operation).branch,
        "operation": made.operation,
        "result": made.result,
        "payer": world.payer.pubkey(),
    }
    if chunk:
        call = instructions.operation_trim(points=pda.points(made.result, chunk), **given)
    else:
        call = instructions.operation_close(**given)
    return world.send(call, signers=[who])


def operate(world: World, who: Keypair, terms: Sequence[Term], m: int = 0) -> Pubkey:
    """All of an operation of one chunk that nobody must approve; returns the new head."""
    made = create(world, who, terms, m)
    if operands(world, made):
        add(world, made)
    finish(world, made, who)
    return made.result


def value(world: World, head: Pubkey) -> bytes:
    """The point of a head's first chunk."""
    return bytes(world.account(head).chunk.point)


def whole(steps: int, fraction_bits: int = 24) -> bytes:
    """The point of a value that is so many whole steps."""
    return g1((steps << fraction_bits) % bn128.curve_order)


def read_only(addresses: Sequence[Pubkey]) -> list[AccountMeta]:
    """Accounts that nothing writes."""
    return [AccountMeta(address, False, False) for address in addresses]
