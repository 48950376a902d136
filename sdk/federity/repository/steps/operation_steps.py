"""What is left to do of an operation, read off the chain: one plan for its author and for whoever goes on.

Every step is checked by the program, and what is in already is skipped, so two who go on with it, or one
killed and started again, do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts, types
from federity._generated import instructions as program
from federity._generated.constants import (
    GENESIS_FRACTION_BITS,
    KIND_GENESIS,
    MAX_FRACTION_BITS,
    OPERATION_STATE_DONE,
    WEIGHT_BITS,
)
from federity.chain import pda
from federity.errors import ConfigError
from federity.errors.program import NEW_BASE
from federity.objects import Location, Place
from federity.objects.operation import Term, operation_id, spelled
from federity.repository.ledger import notes, query
from federity.repository.ledger.commitments import IDENTITY, points_of
from federity.repository.ledger.reader import NOBODY
from federity.repository.ledger.summands import UPDATES, Summand
from federity.repository.ledger.votes import Shown, count, operation_approvals_of
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.ledger.sums import Sum
    from federity.repository.working_copy.workspace import Workspace

# Compute units: fixed part of an addition, and for each operand its scalar multiplication, addition and
# accounts.
ADD_BASE_UNITS = 30_000
ADD_UNITS = 8_000


@dataclass(frozen=True)
class Operand:
    """A term as the program computes with it: a factor in units of the result, and a point for each chunk."""

    summand: Summand
    points: tuple[bytes, ...]

    @property
    def zero(self) -> bool:
        """Whether it is a genesis, which adds nothing and is never named."""
        return self.summand.commit.kind == KIND_GENESIS


@dataclass(frozen=True)
class Named:
    """An operation by what it is of: its address, and what its author names to make it."""

    repository: Pubkey
    branch: Pubkey
    head: Pubkey
    author: Pubkey
    m: int
    terms: tuple[Term, ...]

    @property
    def known_by(self) -> bytes:
        """The hash that its address is made of."""
        return operation_id(bytes(self.head), bytes(self.author), self.m, self.terms)

    @property
    def address(self) -> Pubkey:
        """Where it is or will be."""
        return pda.operation(self.branch, self.known_by)

    @property
    def result(self) -> Pubkey:
        """The commit that the head moves to."""
        return pda.result(self.address)


@dataclass(frozen=True)
class Target:
    """An operation as the chain has it. `made` is nothing before it is created.

    `added` says how many operands are in each of its chunks that exist. `needed` is how many approvals the
    branch asks for, `approvals` are the votes that count, `current` is the branch's round in progress.
    """

    named: Named
    operands: tuple[Operand, ...]
    fraction_bits: int
    chunks: int
    made: accounts.Operation | None
    added: Mapping[int, int]
    needed: int
    approvals: Shown
    current: Pubkey | None

    @property
    def lacking(self) -> int:
        """How many approvals are still to be given."""
        return max(0, self.needed - count(self.approvals))

    @property
    def done(self) -> bool:
        """Whether the head has moved to the result."""
        return self.made is not None and self.made.state == OPERATION_STATE_DONE

    def expected(self, chunk: int) -> bytes:
        """The sum that the program must find for a chunk."""
        total = IDENTITY
        for operand in self.operands:
            if operand.points[chunk] != IDENTITY:
                part = _native.point_mul(operand.points[chunk], operand.summand.factor)
                total = _native.point_add(total, part)
        return total


def steps(
    workspace: Workspace, target: Target, member: Pubkey, place: Place | None, words: bytes = b""
) -> list[Step]:
    """All that is left of an operation, in order, as far as it may go now: where approvals lack, no further
    than to make it. `place` is where the result's blob is; `member` names it, and makes the operation, of
    which its author says `words`.
    """
    found = [] if target.made is not None else [_create(workspace, target, member, words)]
    if target.lacking:
        return found
    for chunk in range(target.chunks):
        if chunk and chunk not in target.added:
            found.append(_extend(workspace, target, chunk))
        found += _addition(target, chunk)
    found.append(_finish(workspace, target, member, place))
    return found


def _create(workspace: Workspace, target: Target, member: Pubkey, words: bytes) -> Step:
    named, session = target.named, workspace.session
    shown = []
    for operand in target.operands:
        shown.append(_read(operand.summand.address))
        if operand.summand.is_update:
            shown.append(_read(operand.summand.commit.held_by))
    call = program.operation_create(
        payer=session.payer.pubkey,
        authority=session.wallet.pubkey,
        member=member,
        repository=named.repository,
        branch=named.branch,
        head=named.head,
        operation=named.address,
        result=named.result,
        id=named.known_by,
        m=named.m,
        terms=tuple(
            types.TermArgs(term.negative, abs(term.factor), pair) for term, pair in spelled(named.terms)
        ),
        note_hash=notes.hash_of(words),
        remaining=shown,
    )
    return Step(call, (accounts.Operation.SIZE, accounts.Commit.SIZE))


def _extend(workspace: Workspace, target: Target, chunk: int) -> Step:
    call = program.operation_extend(
        payer=workspace.session.payer.pubkey,
        operation=target.named.address,
        result=target.named.result,
        points=pda.points(target.named.result, chunk),
        chunk=chunk,
    )
    return Step(call, (accounts.Points.SIZE,))


def _addition(target: Target, chunk: int) -> list[Step]:
    """What is missing of one chunk: 8 operands fit into one transaction."""
    waiting = [operand for operand in target.operands[target.added.get(chunk, 0) :] if not operand.zero]
    if not waiting:
        return []
    addresses = [operand.summand.address for operand in waiting]
    call = program.operation_add(
        operation=target.named.address,
        target=pda.points(target.named.result, chunk) if chunk else target.named.result,
        chunk=chunk,
        expected=target.expected(chunk),
        remaining=[_read(pda.points(at, chunk) if chunk else at) for at in addresses],
    )
    return [Step(call, units=ADD_BASE_UNITS + ADD_UNITS * len(waiting))]


def _finish(workspace: Workspace, target: Target, member: Pubkey, place: Place | None) -> Step:
    named = target.named
    where = place or Place(Location.none(), bytes(32))
    call = program.operation_finish(
        authority=workspace.session.wallet.pubkey,
        author=pda.member(named.repository, named.author),
        member=member if place is not None else None,
        repository=named.repository,
        branch=named.branch,
        operation=named.address,
        result=named.result,
        current=target.current,
        blob_hash=where.sha256,
        location=types.BlobLocation(tag=int(where.location.tag), id=where.location.id),
        remaining=target.approvals,
    )
    return Step(call)


def _read(address: Pubkey) -> AccountMeta:
    return AccountMeta(address, False, False)


def naming(workspace: Workspace, branch: Pubkey, head: Pubkey, author: Pubkey, wanted: Sum) -> Named:
    """The operation of an author that adds up `wanted` on a head."""
    return Named(workspace.repository, branch, head, author, wanted.m, wanted.terms)


def named_of(operation: accounts.Operation) -> Named:
    """An operation that exists, as its author named it."""
    kept = operation.terms[: operation.terms_count]
    terms = tuple(
        Term(
            bytes(term.commit),
            -term.factor if term.negative else term.factor,
            bytes(kept[term.pair].commit) if term.pair < len(kept) else None,
        )
        for term in kept
    )
    return Named(operation.repository, operation.branch, operation.head, operation.author, operation.m, terms)


async def target_of(workspace: Workspace, named: Named) -> Target:
    """Read the state of an operation, made or not.

    Raises NotFound, ConfigError (a result of more fraction bits than a head may have, or another base).
    """
    chain = workspace.session.chain
    branch = await workspace.load(accounts.Branch, named.branch, "branch")
    ordered = [term for term, _ in spelled(named.terms)]
    commits = [await workspace.commit(Pubkey(term.commit)) for term in ordered]
    if any(bytes(commit.lineage) != bytes(branch.lineage) for commit in commits):
        raise ConfigError(
            "A commit on another base cannot be added to this branch.",
            hint="Its weights can: `federity checkout COMMIT --export DIR`, then commit them here.",
        )
    fraction_bits = _fraction_bits(commits, named.m)
    operands = []
    for term, commit in zip(ordered, commits, strict=True):
        address = Pubkey(term.commit)
        below = WEIGHT_BITS + commit.shift if commit.kind in UPDATES else commit.fraction_bits + named.m
        summand = Summand(address, commit, term.factor << (fraction_bits - below))
        operands.append(Operand(summand, tuple(await points_of(workspace.session, address, commit))))
    made = await query.load(chain, accounts.Operation, named.address)
    needed = max(1, branch.rules.merge_approvals) if branch.rules.protected else 0
    return Target(
        named=named,
        operands=tuple(operands),
        fraction_bits=fraction_bits,
        chunks=branch.chunks,
        made=made,
        added=await _added(workspace, named.result, branch.chunks) if made is not None else {},
        needed=needed,
        approvals=await operation_approvals_of(workspace, named.address, made) if made and needed else (),
        current=None if branch.current_round == NOBODY else branch.current_round,
    )


def _fraction_bits(commits: Sequence[accounts.Commit], m: int) -> int:
    heads = (commit.fraction_bits for commit in commits if commit.kind not in UPDATES)
    found = max(GENESIS_FRACTION_BITS, *heads) + m
    if found > MAX_FRACTION_BITS:
        raise ConfigError(
            f"The result would have {found} fraction bits, and a head has at most {MAX_FRACTION_BITS}.",
            hint=NEW_BASE,
        )
    return found


async def _added(workspace: Workspace, result: Pubkey, chunks: int) -> dict[int, int]:
    chain = workspace.session.chain
    first = await workspace.load(accounts.Commit, result, "commit")
    numbers = range(1, chunks)
    places = [pda.points(result, chunk) for chunk in numbers]
    further = await query.load_many(chain, accounts.Points, places) if places else []
    found = {chunk: points.chunk.added for chunk, points in zip(numbers, further, strict=True) if points}
    return {0: first.chunk.added, **found}


def closing_steps(
    workspace: Workspace,
    address: Pubkey,
    operation: accounts.Operation,
    member: Pubkey | None,
    points: Sequence[tuple[Pubkey, accounts.Points]],
) -> list[Step]:
    """What closes an operation that is given up, with its result, whose further accounts are `points`.

    `member` is nothing where the head has moved on: then anyone may.
    """
    authority, result = workspace.session.wallet.pubkey, operation.result
    found = [
        Step(
            program.operation_trim(
                authority=authority,
                member=member,
                repository=operation.repository,
                branch=operation.branch,
                operation=address,
                result=result,
                points=at,
                payer=kept.payer,
            ),
            (),
            10_000,
        )
        for at, kept in points
    ]
    call = program.operation_close(
        authority=authority,
        member=member,
        repository=operation.repository,
        branch=operation.branch,
        operation=address,
        result=result,
        payer=operation.payer,
    )
    return [*found, Step(call, (), 10_000)]
