"""`round close` and `rent --reclaim`: what nothing needs any more, closed, so that its rent comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import (
    COMMIT_STATE_ABANDONED,
    COMMIT_STATE_HISTORY,
    KIND_SERVER,
    KIND_UPDATE,
    OPERATION_STATE_DONE,
    OPERATION_STATE_OPEN,
    ROUND_OPEN,
    ROUND_STATE_EXPIRED,
    ROUND_STATE_MERGED,
)
from federity.errors import NothingToDo
from federity.repository.ledger import query
from federity.repository.ledger.proposals import is_over
from federity.repository.ledger.reader import NOBODY
from federity.repository.reports import RentReport
from federity.repository.steps import operation_steps, transactions
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace
    from federity.session import Session

OVER = (ROUND_STATE_MERGED, ROUND_STATE_EXPIRED)
# The four kinds of records that `record_close` takes, with the name of its account and of what it is about.
RECORDS = (
    (accounts.Review, "review", "commit"),
    (accounts.Location, "location", "commit"),
    (accounts.Approval, "approval", "round"),
    (accounts.Remark, "remark", "subject"),
)


@dataclass
class Closing:
    """What is to be closed, in an order that the program takes; `own` are the payers whose rent matters,
    `current` is the branch's round in progress.
    """

    own: frozenset[Pubkey]
    authority: Pubkey
    current: Pubkey | None
    steps: list[Step] = field(default_factory=list)
    closed: dict[Pubkey, Pubkey] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session) -> Closing:
        """Nothing yet, for the wallet of a session and who pays for it."""
        wallet = session.wallet.pubkey
        return cls(frozenset({wallet, session.payer.pubkey}), wallet, None)

    def add(self, address: Pubkey, payer: Pubkey, step: Step) -> None:
        """Close an account, whose rent goes to its payer."""
        self.closed[address] = payer
        self.steps.append(step)


async def round_close(workspace: Workspace, give_up: bool, dry_run: bool) -> RentReport:
    """See `Repository.round_close`."""
    await workspace.check_chain()
    closing = Closing.of(workspace.session)
    branch = await workspace.branch_state()
    await _close_rounds(workspace, closing, workspace.branch, branch, give_up)
    await _close_records(workspace, closing)
    if not closing.steps:
        raise NothingToDo("Nothing that you paid for is left of rounds that are over.")
    return await send(workspace, closing, dry_run)


async def reclaim(workspace: Workspace, give_up: bool, dry_run: bool) -> RentReport:
    """See `Repository.rent_reclaim`."""
    await workspace.check_chain()
    closing = await closable(workspace, give_up)
    if not closing.steps:
        raise NothingToDo(
            "Nothing that you paid for can be closed now.", hint="`federity rent` says what waits for what."
        )
    return await send(workspace, closing, dry_run)


async def closable(workspace: Workspace, give_up: bool) -> Closing:
    """All that the wallet or its payer paid for in the repository and that nothing needs any more: what
    rounds of any branch left, operations that their head has left behind, and records of what is gone.
    """
    chain = workspace.session.chain
    closing = Closing.of(workspace.session)
    branches = dict(await query.find(chain, accounts.Branch, repository=workspace.repository))
    for at, branch in branches.items():
        await _close_rounds(workspace, closing, at, branch, give_up)
    for at, operation in await query.find(chain, accounts.Operation, repository=workspace.repository):
        unfinished = operation.state != OPERATION_STATE_DONE
        if operation.payer in closing.own and unfinished and is_over(operation, branches[operation.branch]):
            await close_operation(workspace, closing, at, operation, None)
    await _close_records(workspace, closing)
    return closing


async def send(
    workspace: Workspace, closing: Closing, dry_run: bool, action: str = "closed", subject: str | None = None
) -> RentReport:
    """Close it all, and say what came back to its payers; without a `subject`, how many accounts."""
    returned = 0
    for address, payer in closing.closed.items():
        if payer in closing.own:
            returned += await workspace.session.chain.balance(address)
    sent = await transactions.run(workspace.session, closing.steps, dry_run)
    done = sent.report(action, f"{len(closing.closed)} accounts" if subject is None else subject)
    closed = tuple(map(str, closing.closed))
    return RentReport(done.action, done.subject, done.signatures, done.cost, closed, returned)


async def close_operation(
    workspace: Workspace,
    closing: Closing,
    address: Pubkey,
    operation: accounts.Operation,
    member: Pubkey | None,
) -> None:
    """An operation with its result and points; `member` gives up one that is not over."""
    points = await query.find(workspace.session.chain, accounts.Points, commit=operation.result)
    closing.steps += operation_steps.closing_steps(workspace, address, operation, member, points)
    closing.closed |= {at: kept.payer for at, kept in points}
    closing.closed |= {operation.result: operation.payer, address: operation.payer}


async def _close_rounds(
    workspace: Workspace, closing: Closing, at: Pubkey, branch: accounts.Branch, give_up: bool
) -> None:
    """What is left of a branch's rounds that are over."""
    closing.current = None if branch.current_round == NOBODY else branch.current_round
    for address, round_ in await query.find(workspace.session.chain, accounts.Round, branch=at):
        if round_.state in OVER:
            await _close_round(workspace, closing, branch, address, round_, give_up)


async def _close_round(
    workspace: Workspace,
    closing: Closing,
    branch: accounts.Branch,
    address: Pubkey,
    round_: accounts.Round,
    give_up: bool,
) -> None:
    """What the round decides about and no other may take; then the round itself, if nothing needs it."""
    chain = workspace.session.chain
    current = await query.load(chain, accounts.Round, closing.current) if closing.current else None
    found = dict(await query.find(chain, accounts.Commit, round=address))
    found |= dict(await query.find(chain, accounts.Commit, held_by=address))
    left = round_.commits
    for at, commit in found.items():
        decider = commit.round if commit.held_by == NOBODY else commit.held_by
        merged = commit.held_by == address and round_.state == ROUND_STATE_MERGED
        if decider != address or commit.state == COMMIT_STATE_HISTORY or merged:
            continue
        mine = closing.authority in (commit.author, commit.payer)
        if is_awaited(commit, round_, branch, current) and not (give_up and mine):
            continue
        if commit.payer in closing.own:
            await _close_commit(workspace, closing, at, commit, address)
            left -= 1
    if round_.state == ROUND_STATE_EXPIRED and left == 0 and round_.payer in closing.own:
        closing.add(
            address, round_.payer, Step(program.round_close(round=address, payer=round_.payer), (), 10_000)
        )


def is_awaited(
    commit: accounts.Commit, round_: accounts.Round, branch: accounts.Branch, current: accounts.Round | None
) -> bool:
    """Whether a round after `round_`, which is over, may take the commit: its own people alone close it.

    `current` is the round in progress, which counts from the head that it opened at.
    """
    update = commit.kind in (KIND_UPDATE, KIND_SERVER)
    alive = update and commit.state != COMMIT_STATE_ABANDONED and not commit.rejects
    handed_on = round_.kind == ROUND_OPEN and round_.state == ROUND_STATE_EXPIRED
    limits = [(branch.head_seq, max(each.rules.max_staleness for each in (round_, branch)))]
    if current is not None:
        limits.append((current.opened_seq, current.rules.max_staleness))
    fresh = any(head - commit.parent_seq <= limit for head, limit in limits)
    return alive and handed_on and fresh


async def _close_commit(
    workspace: Workspace, closing: Closing, address: Pubkey, commit: accounts.Commit, round_: Pubkey
) -> None:
    for at, points in await query.find(workspace.session.chain, accounts.Points, commit=address):
        call = program.points_close(
            authority=closing.authority,
            commit=address,
            round=round_,
            branch=commit.branch,
            current=closing.current,
            points=at,
            payer=points.payer,
        )
        closing.add(at, points.payer, Step(call, (), 10_000))
    call = program.commit_close(
        authority=closing.authority,
        commit=address,
        round=round_,
        branch=commit.branch,
        current=closing.current,
        payer=commit.payer,
    )
    closing.add(address, commit.payer, Step(call, (), 10_000))


async def _close_records(workspace: Workspace, closing: Closing) -> None:
    """Reviews and locations of commits that are gone, approvals of rounds that are over, and what was said of
    what is gone.
    """
    chain = workspace.session.chain
    for kind, name, about in RECORDS:
        for payer in sorted(closing.own, key=bytes):
            for at, record in await query.find(chain, kind, payer=payer):
                subject = getattr(record, about)
                # What was said of a merged proposal stays with it.
                gone = kind is accounts.Remark and await chain.account(subject) is None
                over = kind is not accounts.Remark and await _is_done(workspace, subject)
                if subject in closing.closed or gone or over:
                    given = {one: at if one == name else None for _, one, _ in RECORDS}
                    call = program.record_close(
                        authority=closing.authority,
                        subject=subject,
                        payer=payer,
                        review=given["review"],
                        location=given["location"],
                        approval=given["approval"],
                        remark=given["remark"],
                    )
                    closing.add(at, payer, Step(call, (), 10_000))


async def _is_done(workspace: Workspace, subject: Pubkey) -> bool:
    """Whether a commit, round or operation is gone, or over."""
    chain = workspace.session.chain
    round_ = await query.load(chain, accounts.Round, subject)
    if round_ is not None:
        return round_.state in OVER
    operation = await query.load(chain, accounts.Operation, subject)
    if operation is not None:
        return operation.state != OPERATION_STATE_OPEN
    return await query.load(chain, accounts.Commit, subject) is None
