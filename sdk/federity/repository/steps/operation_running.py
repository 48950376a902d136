"""An operation carried on from wherever it is: opened here first, then made, added up and finished."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity import _native
from federity._generated.constants import OPERATION_STATE_ABANDONED
from federity.errors import (
    CommitmentMismatch,
    ConfigError,
    ProgramError,
    RefusedStaleHead,
    StaleHead,
    TransactionRefused,
)
from federity.objects import Accumulator, Delta, Place, accumulator_parts
from federity.objects.dtypes import Array
from federity.progress import OnProgress
from federity.repository.ledger import heads
from federity.repository.ledger.commitments import check_opens, own_srs
from federity.repository.ledger.references import name_at
from federity.repository.reports import Cost
from federity.repository.reports.operation_reports import NamedTerm
from federity.repository.steps import operation_steps, transactions, uploading
from federity.repository.steps.finale import worth_naming
from federity.repository.steps.operation_steps import Named, Target

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

# How often what is left is planned anew because somebody else was faster with a step.
TRIES = 20


async def run(
    workspace: Workspace,
    named: Named,
    member: Pubkey,
    names: bool,
    dry_run: bool,
    on_progress: OnProgress,
    words: bytes = b"",
) -> tuple[Target, Cost]:
    """Send what is left of an operation, as far as it may go now: its state then, and what that cost.

    With `names` the `member` may say where the result's blob is; `words` are what it says of an operation
    that it makes. Raises StaleHead (the head moved meanwhile), BlobError (what nobody can open, or leaves the
    range of a head, must not reach one), ConfigError, ProgramError (the branch's rules forbid it).
    """
    cost, place, opened = Cost(), None, False
    for _ in range(TRIES):
        target = await operation_steps.target_of(workspace, named)
        if target.made is not None and target.made.state == OPERATION_STATE_ABANDONED:
            raise ConfigError(
                "This very operation was given up, and is not closed yet.",
                hint=f"Run `federity operation close {named.address}`, then try again.",
            )
        if not target.done and not opened:
            place, cost = await _open(workspace, target, names, dry_run, on_progress)
            opened = True
            if target.made is None:
                cost += await uploading.say(workspace.session, workspace.repository, words, dry_run)
        left = [] if target.done else operation_steps.steps(workspace, target, member, place, words)
        if not left:
            return target, cost
        try:
            sent = await transactions.run(workspace.session, left, dry_run)
        except RefusedStaleHead as error:
            raise stale() from error
        except (ProgramError, TransactionRefused):
            # Somebody may have been faster with a step. A true refusal comes again.
            if await operation_steps.target_of(workspace, named) == target:
                raise
            continue
        cost += sent.cost
        if dry_run:
            return target, cost
    raise StaleHead("The branch kept changing meanwhile.", hint="Try again.")


def stale() -> StaleHead:
    """What to say when the head went elsewhere before an operation on it was finished."""
    return StaleHead(
        "The head has moved on meanwhile: this operation can never be finished.",
        hint="Run `federity pull` and try again; `federity operation close` brings back what it has cost.",
    )


async def opened(workspace: Workspace, target: Target, on_progress: OnProgress) -> Accumulator:
    """The result, added up here of vectors that were fetched and open their commitments.

    Raises BlobError, FileUnavailable; RangeError for values that no head may have.
    """
    srs_id = bytes.fromhex(workspace.worktree.config().srs)
    fetch = heads.Fetch(on_progress)
    vectors: list[tuple[Accumulator | Delta, int]] = []
    for operand in target.operands:
        at, commit, factor = operand.summand.address, operand.summand.commit, operand.summand.factor
        if not operand.summand.is_update:
            vectors.append((await heads.accumulator(workspace, at, fetch), factor))
            continue
        change, _ = await heads.delta(workspace, at, commit, fetch)
        await check_opens(workspace.session, srs_id, at, commit, change.values)
        vectors.append((change, factor))
    return await asyncio.to_thread(Accumulator.combined, workspace.manifest, target.fraction_bits, vectors)


async def _open(
    workspace: Workspace, target: Target, names: bool, dry_run: bool, on_progress: OnProgress
) -> tuple[Place | None, Cost]:
    """Open what is added up, and keep the result; where it is uploaded, which it is now and then, and the
    cost of that.
    """
    result = await opened(workspace, target, on_progress)
    uploads = names and not target.lacking and await worth_naming(workspace, target.named.head)
    if dry_run:
        size = 8 * workspace.manifest.elements
        if not uploads:
            return None, Cost()
        price = await uploading.price(workspace.session, workspace.repository, "head", size)
        return Place.local(bytes(32)), price
    srs = await own_srs(workspace.session, bytes.fromhex(workspace.worktree.config().srs))

    def check(chunk: int, values: Array) -> None:
        if _native.commit(srs, values, 0) != target.expected(chunk):
            raise CommitmentMismatch(f"The sum computed here is not the chain's (chunk {chunk}).")

    kept = await heads.keep(workspace, target.named.result, accumulator_parts(result, check))
    if not uploads:
        return None, Cost()
    blob = await workspace.objects.get(kept)
    return await uploading.upload(workspace.session, workspace.repository, "head", blob)


def waiting(target: Target) -> str:
    """What an operation waits for, in words; empty when nothing."""
    if target.done or not target.lacking:
        return ""
    votes = "approval" if target.lacking == 1 else "approvals"
    return f"{target.lacking} {votes} by maintainers: `federity operation approve {target.named.address}`"


async def terms(workspace: Workspace, target: Target) -> tuple[NamedTerm, ...]:
    """The terms of an operation for people, the head first."""
    updates = {operand.summand.address: operand.summand.is_update for operand in target.operands}
    found = []
    for term in target.named.terms:
        at = Pubkey(term.commit)
        found.append(NamedTerm(str(at), await name_at(workspace, at), term.factor, updates[at]))
    head = str(target.named.head)
    return tuple(sorted(found, key=lambda term: (term.commit != head, term.commit)))
