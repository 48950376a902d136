"""`review`: verdicts on proposed commits, and taking a commit into its round's set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import (
    COMMIT_STATE_ACCEPTED,
    COMMIT_STATE_COMPLETE,
    KIND_SERVER,
    KIND_UPDATE,
    ROLE_CONTRIBUTOR,
    ROLE_MAINTAINER,
    ROLE_OWNER,
    ROUND_STATE_OPEN,
    VERDICT_APPROVE,
    VERDICT_COMMENT,
    VERDICT_REJECT,
)
from federity.chain import pda
from federity.errors import NotFound, ProgramError
from federity.repository.ledger import identity, notes, query
from federity.repository.ledger.references import name_at, resolve
from federity.repository.ledger.roles import role_now, stands_behind
from federity.repository.ledger.votes import approvals_of, count
from federity.repository.reports import Cost, ReviewReport, TransactionReport
from federity.repository.steps import transactions, uploading
from federity.repository.steps.review_steps import accept_step, decider
from federity.repository.steps.transactions import Step
from federity.wallet import Whose

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def review(
    workspace: Workspace, reference: Any, approve: bool | None, note: str, dry_run: bool
) -> ReviewReport:
    """See `Repository.review`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    commit = await workspace.load(accounts.Commit, address, "commit")
    if commit.kind not in (KIND_UPDATE, KIND_SERVER):
        raise NotFound(
            f"{address} is not a proposed commit.", hint="`federity round show` lists what can be reviewed."
        )
    member_address, member = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    words = notes.check(note)
    verdict = VERDICT_COMMENT if approve is None else VERDICT_APPROVE if approve else VERDICT_REJECT
    session = workspace.session
    at = pda.review(address, member.wallet)
    exists = await query.load(session.chain, accounts.Review, at) is not None
    step = Step(
        program.review_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member_address,
            repository=workspace.repository,
            commit=address,
            round=decider(commit),
            review=at,
            verdict=verdict,
            note_hash=notes.hash_of(words),
        ),
        () if exists else (accounts.Review.SIZE,),
    )
    # Before the verdict: a note that the chain names is there to be read.
    cost = await uploading.say(session, workspace.repository, words, dry_run)
    sent = await transactions.run(session, [step], dry_run)
    cost += sent.cost
    called = identity.name(address, commit)
    name = {VERDICT_APPROVE: "approve", VERDICT_REJECT: "reject", VERDICT_COMMENT: "comment"}[verdict]
    if dry_run or approve is not True:
        accepted = commit.state == COMMIT_STATE_ACCEPTED
        return ReviewReport(str(address), str(member.wallet), name, note, accepted, "", cost, called)
    taken, waiting, accepting = await take(workspace, address)
    return ReviewReport(
        str(address), str(member.wallet), name, note, taken, waiting, cost + accepting, called
    )


async def accept(workspace: Workspace, reference: Any, dry_run: bool) -> ReviewReport:
    """See `Repository.accept`."""
    await workspace.check_chain()
    await workspace.check_active()
    address = await resolve(workspace, reference)
    taken, waiting, cost = await take(workspace, address, dry_run)
    called = await name_at(workspace, address)
    return ReviewReport(str(address), "", "", "", taken, waiting, cost, called)


async def take(workspace: Workspace, address: Pubkey, dry_run: bool = False) -> tuple[bool, str, Cost]:
    """Accept a commit when nothing is missing: whether it is in, what it waits for, the cost."""
    commit = await workspace.load(accounts.Commit, address, "commit")
    if commit.state == COMMIT_STATE_ACCEPTED:
        return True, "", Cost()
    round_ = await workspace.load(accounts.Round, decider(commit), "round")
    waiting = await missing(workspace, address, commit, round_)
    if waiting:
        return False, waiting, Cost()
    votes = await approvals_of(workspace, address, commit, round_)
    step = accept_step(workspace, address, commit, decider(commit), votes)
    try:
        sent = await transactions.run(workspace.session, [step], dry_run)
    except ProgramError:
        # Anyone may accept, and a keeper may have been faster.
        if (await workspace.load(accounts.Commit, address, "commit")).state != COMMIT_STATE_ACCEPTED:
            raise
        return True, "", Cost()
    return not dry_run, "", sent.cost


async def missing(
    workspace: Workspace, address: Pubkey, commit: accounts.Commit, round_: accounts.Round
) -> str:
    """What keeps a commit out of its round's set now, in words; empty when nothing does."""
    slot = await workspace.session.chain.slot()
    if round_.state != ROUND_STATE_OPEN or slot > round_.review_deadline:
        return "another round: this one takes no commits any more"
    return await shortfall(workspace, address, commit, round_)


async def shortfall(
    workspace: Workspace, address: Pubkey, commit: accounts.Commit, round_: accounts.Round
) -> str:
    """What a commit lacks of what a round asks for, in words; empty when nothing.

    The program's own conditions, in its order, and whether the round still takes commits left aside.
    """
    rules = round_.rules
    if commit.state != COMMIT_STATE_COMPLETE:
        return f"{commit.parts - commit.parts_done} of {commit.parts} parts: its push is not finished"
    if commit.points_created + 1 != commit.chunks:
        return "the accounts of its further chunks: its push is not finished"
    if commit.rejects:
        return "a rejecting reviewer to change their mind"
    if commit.level < rules.min_level:
        return (
            f"nothing: it is L{commit.level} and the round takes L{rules.min_level} or higher; "
            "its author pushes it with proofs"
        )
    lack = rules.approvals - count(await approvals_of(workspace, address, commit, round_))
    if lack > 0:
        return f"{lack} more {'approval' if lack == 1 else 'approvals'}"
    if commit.samples > rules.max_samples:
        return f"nothing: it declares {commit.samples} samples and the round allows {rules.max_samples}"
    if commit.norm > rules.norm_bound:
        return f"nothing: its norm {commit.norm} exceeds the round's bound {rules.norm_bound}"
    lag = round_.opened_seq - commit.parent_seq
    if lag > rules.max_staleness:
        moves = "move" if lag == 1 else "moves"
        return (
            f"nothing: it lags the head by {lag} {moves} and the round allows {rules.max_staleness}; "
            "after a pull its author pushes it anew"
        )
    author = await query.load(
        workspace.session.chain, accounts.Member, pda.member(commit.repository, commit.author)
    )
    repository = await workspace.load(accounts.Repository, commit.repository, "repository")
    if author is None or role_now(repository, author) < ROLE_CONTRIBUTOR:
        return "its author to be a contributor"
    return ""


async def review_void(
    workspace: Workspace, reference: Any, reviewer: Whose, dry_run: bool
) -> TransactionReport:
    """See `Repository.review_void`."""
    await workspace.check_chain()
    await workspace.check_active()
    address = await resolve(workspace, reference)
    commit = await workspace.load(accounts.Commit, address, "commit")
    whose = workspace.session.address_of(reviewer)
    at, place = pda.review(address, whose), pda.member(workspace.repository, whose)
    found = await query.load(workspace.session.chain, accounts.Review, at)
    if found is None or found.verdict != VERDICT_REJECT:
        raise NotFound(
            f"{whose} does not reject {address}.", hint="`federity round show` lists who says what."
        )
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    holder = await query.load(workspace.session.chain, accounts.Member, place)
    member = None
    if stands_behind(repository, holder, found.slot):
        member, _ = await workspace.require_role(ROLE_OWNER, "owner")
    step = Step(
        program.review_void(
            authority=workspace.session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            commit=address,
            round=decider(commit),
            review=at,
            reviewer=place,
        )
    )
    sent = await transactions.run(workspace.session, [step], dry_run)
    return sent.report("voided the veto on", str(address))
