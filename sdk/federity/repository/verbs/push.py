"""`push`: upload, prove and send what is queued, then local commits.

Stopped anywhere, the next push goes on from what the chain holds.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    ROUND_OPEN,
    ROUND_SERVER,
    ROUND_SOLO,
    WEIGHT_ONE,
)
from federity.chain import pda
from federity.errors import (
    ChainUnavailable,
    FederityError,
    NothingToDo,
)
from federity.objects import Location
from federity.progress import OnProgress, Progress, tell
from federity.repository.ledger import heads, standing
from federity.repository.ledger.standing import Standing
from federity.repository.reports import Cost, PushedCommit, PushReport
from federity.repository.steps import create_steps, transactions, uploading
from federity.repository.verbs.arrival import arrive
from federity.repository.verbs.fetch import refresh
from federity.repository.verbs.push_commit import Place, push_one
from federity.repository.verbs.push_queue import Sent, price_queue, send_queue, settle_queue
from federity.repository.working_copy import settling

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

_log = logging.getLogger("federity")


async def push(
    workspace: Workspace, level: int | None, server: bool, dry_run: bool, on_progress: OnProgress
) -> PushReport:
    """See `Repository.push`."""
    worktree = workspace.worktree
    workspace.check_reached("push")
    async with worktree.lock("push"):
        await workspace.check_chain()
        if not dry_run:
            await _meet(workspace)
        created, cost = await _publish(workspace, dry_run, on_progress)
        queued = await _queued(workspace, level, dry_run, on_progress)
        cost += queued.cost
        if not created:
            await _take_note(workspace)
        waiting = [c.id for c in worktree.stack(worktree.config().branch) if c.state == "local"]
        if not waiting and not created and not queued.any:
            raise NothingToDo("There is no local commit to push.")
        pushed: list[PushedCommit] = []
        # What is queued is only foreseen in a dry run, and sent by now else.
        workspace = workspace.ahead() if dry_run else workspace
        for identity in waiting:
            commit = worktree.commits.get(identity)
            now = await _standing(workspace, foreseen=created and dry_run)
            kind = ROUND_SERVER if server else ROUND_OPEN if now.rules.protected else ROUND_SOLO
            if kind == ROUND_OPEN and (pushed or (created and now.current_round == Pubkey.default())):
                break
            place = Place(now, kind, level, foreseen=created and dry_run)
            pushed.append(await push_one(workspace, commit, place, dry_run, on_progress))
            cost += pushed[-1].cost
        if not dry_run:
            await refresh(workspace, on_progress)
        config = worktree.config()
        return PushReport(
            repository=config.repository,
            branch=config.branch,
            commits=(*queued.commits, *pushed),
            remaining=len(waiting) - len(pushed),
            created=created,
            dry_run=dry_run,
            cost=cost,
            operations=tuple(queued.operations),
            branches=tuple(queued.branches),
        )


async def _queued(workspace: Workspace, level: int | None, dry_run: bool, on_progress: OnProgress) -> Sent:
    """Send or price what is queued: what the chain has then, after a failure too, is queued no more."""
    if not workspace.worktree.queue.entries():
        return Sent()
    if dry_run:
        return await price_queue(workspace, level, on_progress)
    try:
        sent = await send_queue(workspace, level, on_progress)
    except FederityError:
        await _settle(workspace, on_progress)
        raise
    await _settle(workspace, on_progress)
    return sent


async def _settle(workspace: Workspace, on_progress: OnProgress) -> None:
    """Forget what of the queue the chain has; where it cannot be asked, the next push or pull does."""
    try:
        await settle_queue(workspace, on_progress)
    except ChainUnavailable as error:
        _log.warning("What was sent of the queue is still listed here: %s", error.sentence)


async def _meet(workspace: Workspace) -> None:
    """Write down which chain a repository is put on that was made where none could be reached."""
    config = workspace.worktree.config()
    if not config.cluster:
        genesis = await workspace.session.chain.genesis_hash()
        workspace.worktree.set_config(replace(config, cluster=genesis.hex()))


async def _publish(workspace: Workspace, dry_run: bool, on_progress: OnProgress) -> tuple[bool, Cost]:
    """Put a repository that was made here on its chain, if it is not there: whether, and the cost."""
    worktree = workspace.worktree
    if not worktree.pending():
        return False, Cost()
    on_progress(Progress("creating the repository", 0, 1))
    session, repository = workspace.session, workspace.repository
    location = Location.local(bytes.fromhex(worktree.config().base))
    blob = await workspace.objects.get(location)
    if not dry_run:
        location = await uploading.locate(session, repository, "base", blob)
    steps = await create_steps.steps(workspace, worktree.rules(), location, on_progress)
    if dry_run:
        cost = await uploading.price(session, repository, "base", len(blob))
    else:
        tell("uploading the base", 0, len(blob), "bytes")
        _, cost = await uploading.upload(session, repository, "base", blob)
        tell("uploading the base", len(blob), len(blob), "bytes")
    sent = await transactions.run(session, steps, dry_run)
    if not dry_run:
        worktree.published()
    on_progress(Progress("creating the repository", 1, 1))
    return True, sent.cost + cost


async def _standing(workspace: Workspace, foreseen: bool) -> Standing:
    if foreseen:
        return standing.foreseen(workspace, workspace.branch, workspace.worktree.rules())
    return await standing.read(workspace, workspace.branch, await workspace.branch_state())


async def _take_note(workspace: Workspace) -> None:
    """Write down here what the chain knows of earlier pushes: those that arrived after their process was
    killed, and those that a round left out.
    """
    worktree = workspace.worktree
    worktree.tidy()
    settled = await settling.settle(workspace, worktree.own(worktree.config().branch))
    settling.take_back(workspace, settled.returned)
    if not settled.landed:
        return
    branch = await workspace.branch_state()
    for commit in settled.landed:
        sent = await workspace.load(accounts.Commit, Pubkey.from_string(commit.address), "commit")
        merge = pda.merge(sent.held_by)
        alone = await heads.weight(workspace, sent) == WEIGHT_ONE and commit.parent == worktree.head().commit
        worktree.set_pushed(commit.id, commit.address)
        if branch.head == merge and alone:
            await arrive(workspace, commit, merge, branch.head_seq)
