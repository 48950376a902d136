"""Rounds: opening, listing, locking and ending them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import (
    ROLE_CONTRIBUTOR,
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROUND_OPEN,
    ROUND_SOLO,
)
from federity.chain import pda
from federity.errors import NotFound
from federity.repository.ledger import query, views
from federity.repository.ledger.roles import role_now
from federity.repository.reports import RoundView, TransactionReport
from federity.repository.steps import transactions
from federity.repository.steps.round_steps import lock_step, open_step
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def current(workspace: Workspace) -> tuple[Pubkey, accounts.Round]:
    """The branch's open or locked round; a push of one counts when it stopped with the head locked.

    Raises NotFound.
    """
    branch = await workspace.branch_state()
    if branch.locked_by != Pubkey.default():
        return branch.locked_by, await workspace.load(accounts.Round, branch.locked_by, "round")
    if branch.current_round == Pubkey.default():
        raise NotFound(
            f"The branch {workspace.worktree.config().branch} has no open round.",
            hint="A keeper, maintainer or the owner opens one with `federity round open`.",
        )
    return branch.current_round, await workspace.load(accounts.Round, branch.current_round, "round")


async def rounds(workspace: Workspace, limit: int | None) -> Sequence[RoundView]:
    """See `Repository.rounds`."""
    await workspace.check_chain()
    found = await query.find(workspace.session.chain, accounts.Round, branch=workspace.branch)
    newest = sorted(found, key=lambda item: item[1].index, reverse=True)[:limit]
    slot, now = await workspace.session.chain.slot(), time.time()
    return [views.round_view(address, round_, slot, now) for address, round_ in newest]


async def round_show(workspace: Workspace, index: int | None) -> RoundView:
    """See `Repository.round_show`."""
    await workspace.check_chain()
    if index is None:
        address, round_ = await current(workspace)
    else:
        address = pda.round_(workspace.branch, index)
        round_ = await workspace.load(accounts.Round, address, f"round {index}")
    commits = [
        await views.commit_view(workspace, at, commit, reviews=True)
        for at, commit in await proposals(workspace, address)
    ]
    slot = await workspace.session.chain.slot()
    commits = await views.dated(workspace, commits)
    return views.round_view(address, round_, slot, time.time(), tuple(commits))


async def proposals(workspace: Workspace, round_: Pubkey) -> list[tuple[Pubkey, accounts.Commit]]:
    """All updates that a round decides about: made in it, or taken over from an expired one."""
    chain = workspace.session.chain
    made = dict(await query.find(chain, accounts.Commit, round=round_))
    made.update(await query.find(chain, accounts.Commit, held_by=round_))
    made.pop(pda.merge(round_), None)
    ours = [(a, c) for a, c in made.items() if c.held_by in (round_, Pubkey.default())]
    return sorted(ours, key=lambda item: (item[1].created_slot, bytes(item[0])))


async def round_open(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.round_open`."""
    await workspace.check_chain()
    member, _ = await workspace.require_role(ROLE_KEEPER, "keeper")
    branch = await workspace.branch_state()
    address = pda.round_(workspace.branch, branch.round_count)
    sent = await transactions.run(
        workspace.session, [open_step(workspace, member, address, ROUND_OPEN)], dry_run
    )
    return sent.report("opened round", str(branch.round_count))


async def round_lock(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.round_lock`."""
    await workspace.check_chain()
    member, _ = await workspace.require_role(ROLE_KEEPER, "keeper")
    address, round_ = await current(workspace)
    sent = await transactions.run(workspace.session, [lock_step(workspace, member, address, None)], dry_run)
    return sent.report("locked round", str(round_.index))


async def round_expire(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.round_expire`."""
    await workspace.check_chain()
    address, round_ = await current(workspace)
    step = Step(program.round_expire(repository=workspace.repository, branch=workspace.branch, round=address))
    sent = await transactions.run(workspace.session, [step], dry_run)
    return sent.report("expired round", str(round_.index))


async def round_cancel(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.round_cancel`."""
    await workspace.check_chain()
    address, round_ = await current(workspace)
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    opener = pda.member(workspace.repository, round_.opener)
    needed = ROLE_CONTRIBUTOR if round_.kind == ROUND_SOLO else ROLE_KEEPER
    holder = await query.load(workspace.session.chain, accounts.Member, opener)
    lapsed = (
        holder is None or holder.joined_slot > round_.opened_slot or role_now(repository, holder) < needed
    )
    member = None
    if not lapsed:
        member, _ = await workspace.require_role(ROLE_MAINTAINER, "maintainer", ending=True)
    step = Step(
        program.round_cancel(
            authority=workspace.session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            branch=workspace.branch,
            round=address,
            opener=opener,
        )
    )
    sent = await transactions.run(workspace.session, [step], dry_run)
    return sent.report("cancelled round", str(round_.index))


async def merge_approve(workspace: Workspace, dry_run: bool) -> TransactionReport:
    """See `Repository.merge_approve`."""
    await workspace.check_chain()
    member, found = await workspace.require_role(ROLE_MAINTAINER, "maintainer")
    address, round_ = await current(workspace)
    session = workspace.session
    at = pda.approval(address, found.wallet)
    exists = await query.load(session.chain, accounts.Approval, at) is not None
    step = Step(
        program.merge_approve(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            round=address,
            approval=at,
            set_hash=bytes(round_.set_hash),
            weights_hash=bytes(round_.weights_hash),
        ),
        () if exists else (accounts.Approval.SIZE,),
    )
    sent = await transactions.run(session, [step], dry_run)
    return sent.report("approved the merge of round", str(round_.index))
