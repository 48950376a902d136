"""What people do with a proposal: speak, vote, merge, close."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import (
    OPERATION_STATE_DONE,
    ROLE_READER,
    VERDICT_APPROVE,
    VERDICT_COMMENT,
    VERDICT_REJECT,
)
from federity.errors import ConfigError, FederityError, NotApproved, NotFound, NothingToDo
from federity.progress import OnProgress
from federity.repository.governance import operations, proposals
from federity.repository.governance.review import review
from federity.repository.ledger import notes, query
from federity.repository.ledger.proposals import VERDICT_NAMES, Proposal, find, remark_at
from federity.repository.reports import Cost, RentReport
from federity.repository.reports.operation_reports import VoteReport
from federity.repository.reports.proposal_reports import RemarkReport
from federity.repository.steps import transactions, uploading
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

VERDICTS = {True: VERDICT_APPROVE, False: VERDICT_REJECT, None: VERDICT_COMMENT}


async def say(
    workspace: Workspace,
    reference: Any,
    approve: bool | None,
    body: str,
    dry_run: bool,
    on_progress: OnProgress,
) -> RemarkReport:
    """See `Repository.proposal_review`."""
    await workspace.check_chain()
    body = body.strip()
    if approve is not True and not body:
        raise ConfigError("A comment and a request for changes say something: name a text.")
    notes.check(body)
    proposal, there = await _proposed(workspace, reference)
    await workspace.check_active()
    verdict = VERDICT_NAMES[VERDICTS[approve]]
    if proposal.commit is not None and approve is not None:
        # Of a commit a maintainer's verdict counts, and its words go with it.
        done = await review(workspace, proposal.address, approve, body, dry_run)
        view = await proposals.viewed(workspace, proposal.address)
        return RemarkReport(done.commit, done.reviewer, verdict, body, view.approvals, view.needed, done.cost)
    cost = Cost()
    if approve is True and proposal.operation is not None:
        _check_open(proposal)
        try:
            cost += await operations.vote(there, proposal.address, proposal.operation, dry_run, on_progress)
        except NothingToDo as error:
            if not body:
                raise await _voted(workspace, proposal, error) from error
    if body:
        cost += await _remark(workspace, proposal, VERDICTS[approve], body, dry_run)
    _, member = await workspace.member()
    view = await proposals.viewed(workspace, proposal.address)
    return RemarkReport(
        str(proposal.address), str(member.wallet), verdict, body, view.approvals, view.needed, cost
    )


async def merge(
    workspace: Workspace, reference: Any, anyway: bool, dry_run: bool, on_progress: OnProgress
) -> VoteReport:
    """See `Repository.proposal_merge`."""
    await workspace.check_chain()
    proposal, there = await _operation(
        workspace, reference, "`federity merge` sums up its round, with all others in it."
    )
    _check_open(proposal)
    against = await proposals.objections(workspace, proposal)
    if against and not anyway:
        names = ", ".join(map(str, against))
        raise NotApproved(
            f"{names} asked for changes.",
            hint=f"`federity pr view {proposal.address}` has their words; they take it back by approving, "
            "and `federity pr merge --admin` merges all the same.",
        )
    view = await proposals.viewed(workspace, proposal.address)
    lacking = view.needed - view.approvals
    if lacking > 0:
        raise NotApproved(
            f"It has {view.approvals} of {view.needed} approvals by maintainers.",
            hint=f"A maintainer gives one with `federity pr review {proposal.address} --approve`.",
        )
    assert proposal.operation is not None  # noqa: S101 - made sure of above
    return await operations.go_on(there, proposal.address, proposal.operation, dry_run, on_progress)


async def close(workspace: Workspace, reference: Any, dry_run: bool) -> RentReport:
    """See `Repository.proposal_close`."""
    await workspace.check_chain()
    proposal, there = await _operation(
        workspace, reference, "A maintainer says no to it with `federity pr review --request-changes`."
    )
    _check_open(proposal)
    return await operations.close(there, proposal.address, dry_run)


async def _proposed(workspace: Workspace, reference: Any) -> tuple[Proposal, Workspace]:
    """What is named, and the working copy with its eyes on the base that it stands on."""
    proposal = await find(workspace, reference)
    branch = await workspace.load(accounts.Branch, proposal.branch, "branch")
    return proposal, await workspace.on_base_of(branch)


async def _operation(workspace: Workspace, reference: Any, instead: str) -> tuple[Proposal, Workspace]:
    proposal, there = await _proposed(workspace, reference)
    if proposal.operation is None:
        raise NotFound(f"{reference} is a commit of a round.", hint=instead)
    return proposal, there


async def _voted(workspace: Workspace, proposal: Proposal, error: FederityError) -> FederityError:
    """What to say to who approved before: after asking for changes only words take that back."""
    _, member = await workspace.member()
    if member.wallet not in await proposals.objections(workspace, proposal):
        return error
    return ConfigError(
        "You asked for changes after you had approved.", hint="Say with --body that they are made."
    )


def _check_open(proposal: Proposal) -> None:
    if proposal.operation is not None and proposal.operation.state == OPERATION_STATE_DONE:
        raise NothingToDo("That proposal is merged.", hint="`federity pr list` has those that are not.")


async def _remark(workspace: Workspace, proposal: Proposal, verdict: int, body: str, dry_run: bool) -> Cost:
    """Keep the words, then name them on the chain. Raises ConfigError, NotAMember, NothingToDo."""
    words = notes.check(body)
    place, member = await workspace.require_role(ROLE_READER, "reader")
    session = workspace.session
    at = remark_at(proposal, member.wallet, notes.hash_of(words))
    before = await query.load(session.chain, accounts.Remark, at)
    if before is not None and before.slot >= proposal.since and before.verdict == verdict:
        raise NothingToDo("You have said exactly that.")
    step = Step(
        program.remark_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=place,
            repository=workspace.repository,
            subject=proposal.address,
            remark=at,
            verdict=verdict,
            note_hash=notes.hash_of(words),
        ),
        () if before is not None else (accounts.Remark.SIZE,),
    )
    # Before the chain names them: words that it names are there to be read.
    cost = await uploading.say(session, workspace.repository, words, dry_run)
    return cost + (await transactions.run(session, [step], dry_run)).cost
