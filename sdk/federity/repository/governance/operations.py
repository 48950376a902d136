"""Operations that are not finished: listing, approving, finishing and closing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import (
    OPERATION_STATE_DONE,
    ROLE_MAINTAINER,
)
from federity.chain import pda
from federity.errors import NotAMember, NotFound, NothingToDo
from federity.progress import OnProgress
from federity.repository.governance.rent import Closing, close_operation, send
from federity.repository.ledger import notes, query
from federity.repository.ledger.proposals import is_over
from federity.repository.ledger.votes import count
from federity.repository.reports import Cost
from federity.repository.reports.operation_reports import OperationView, VoteReport
from federity.repository.steps import operation_running, operation_steps, transactions
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.reports import RentReport
    from federity.repository.working_copy.workspace import Workspace

Found = tuple[Pubkey, accounts.Operation]


async def operations(workspace: Workspace) -> Sequence[OperationView]:
    """See `Repository.operations`."""
    workspace.check_reached("operation list")
    await workspace.check_chain()
    views = []
    for address, operation in await _unfinished(workspace):
        branch = await workspace.load(accounts.Branch, operation.branch, "branch")
        target = await operation_steps.target_of(workspace, operation_steps.named_of(operation))
        message, problem = await notes.read(workspace, bytes(operation.note_hash))
        views.append(
            OperationView(
                address=str(address),
                branch=pda.plain_name(bytes(branch.name)),
                author=str(operation.author),
                head=str(operation.head),
                result=str(operation.result),
                m=operation.m,
                terms=await operation_running.terms(workspace, target),
                approvals=count(target.approvals),
                needed=target.needed,
                stale=is_over(operation, branch),
                slot=operation.created_slot,
                message=message,
                message_problem=problem,
            )
        )
    return sorted(views, key=lambda view: (view.slot, view.address))


async def approve(workspace: Workspace, reference: Any, dry_run: bool, on_progress: OnProgress) -> VoteReport:
    """See `Repository.operation_approve`."""
    await workspace.check_chain()
    address, operation = await _meant(workspace, reference)
    cost = await vote(workspace, address, operation, dry_run, on_progress)
    if dry_run:
        return VoteReport(str(address), str(operation.result), False, "", cost)
    return await _finish(workspace, address, operation, on_progress, False, cost)


async def vote(
    workspace: Workspace,
    address: Pubkey,
    operation: accounts.Operation,
    dry_run: bool,
    on_progress: OnProgress,
) -> Cost:
    """Approve an operation, after opening all that it adds up.

    Raises NotAMember, StaleHead, NothingToDo (that was done), BlobError.
    """
    member, found = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    branch = await workspace.load(accounts.Branch, operation.branch, "branch")
    if is_over(operation, branch):
        raise operation_running.stale()
    session, at = workspace.session, pda.approval(address, found.wallet)
    before = await query.load(session.chain, accounts.Approval, at)
    if before is not None and before.attempt == operation.created_slot:
        raise NothingToDo(
            "You have approved this operation.",
            hint=f"`federity operation finish {address}` goes on with it.",
        )
    named = operation_steps.named_of(operation)
    # Whoever approves has opened every commit of it, and keeps what it is made of.
    await operation_running.opened(workspace, await operation_steps.target_of(workspace, named), on_progress)
    step = Step(
        program.operation_approve(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            operation=address,
            approval=at,
        ),
        () if before is not None else (accounts.Approval.SIZE,),
    )
    return (await transactions.run(session, [step], dry_run)).cost


async def finish(workspace: Workspace, reference: Any, dry_run: bool, on_progress: OnProgress) -> VoteReport:
    """See `Repository.operation_finish`."""
    await workspace.check_chain()
    address, operation = await _meant(workspace, reference)
    return await go_on(workspace, address, operation, dry_run, on_progress)


async def go_on(
    workspace: Workspace,
    address: Pubkey,
    operation: accounts.Operation,
    dry_run: bool,
    on_progress: OnProgress,
) -> VoteReport:
    """Finish an operation, as far as its votes allow. Raises Archived, StaleHead, BlobError, ProgramError."""
    await workspace.check_active()
    branch = await workspace.load(accounts.Branch, operation.branch, "branch")
    if is_over(operation, branch):
        raise operation_running.stale()
    return await _finish(workspace, address, operation, on_progress, dry_run, Cost())


async def _finish(
    workspace: Workspace,
    address: Pubkey,
    operation: accounts.Operation,
    on_progress: OnProgress,
    dry_run: bool,
    cost: Cost,
) -> VoteReport:
    named = operation_steps.named_of(operation)
    author = pda.member(workspace.repository, operation.author)
    target, more = await operation_running.run(workspace, named, author, False, dry_run, on_progress)
    waiting = operation_running.waiting(target)
    return VoteReport(str(address), str(operation.result), target.done, waiting, cost + more)


async def close(workspace: Workspace, reference: Any, dry_run: bool) -> RentReport:
    """See `Repository.operation_close`."""
    await workspace.check_chain()
    closing = Closing.of(workspace.session)
    chosen = await _unfinished(workspace) if reference is None else [await _meant(workspace, reference)]
    for address, operation in chosen:
        branch = await workspace.load(accounts.Branch, operation.branch, "branch")
        over = is_over(operation, branch)
        if reference is None and not (over and operation.payer in closing.own):
            continue
        member = None if over else await _who_gives_up(workspace, operation)
        await close_operation(workspace, closing, address, operation, member)
    if not closing.steps:
        raise NothingToDo(
            "No operation that you paid for has been left behind by its head.",
            hint="Name one to give it up: `federity operation list`.",
        )
    return await send(workspace, closing, dry_run)


async def _who_gives_up(workspace: Workspace, operation: accounts.Operation) -> Pubkey:
    member, found = await workspace.member()
    if found.wallet != operation.author and found.role < ROLE_MAINTAINER:
        raise NotAMember(
            "Until the head has moved on, only its author and maintainers give an operation up.",
            hint="Ask one of them.",
        )
    return member


async def _unfinished(workspace: Workspace) -> list[Found]:
    found = await query.find(workspace.session.chain, accounts.Operation, repository=workspace.repository)
    lineage = workspace.lineage
    there = []
    for address, operation in found:
        if operation.state == OPERATION_STATE_DONE:
            continue
        result = await workspace.load(accounts.Commit, operation.result, "commit")
        if bytes(result.lineage) == lineage:
            there.append((address, operation))
    return there


async def _meant(workspace: Workspace, reference: Any) -> Found:
    """The unfinished operation that is named by its address, the start of one, or what a verb returned.

    Raises NotFound.
    """
    text = str(getattr(reference, "operation", getattr(reference, "address", reference)))
    found = [item for item in await _unfinished(workspace) if str(item[0]).startswith(text)]
    if len(found) != 1:
        raise NotFound(
            f"{len(found) or 'No'} unfinished operation{'s are' if found else ' is'} named {text!r}.",
            hint="`federity operation list` lists them.",
        )
    return found[0]
