"""`merge`: accept what is due, lock, weigh, sum on the chain, move the head.

Resumable, and harmless when run twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity import _native
from federity._generated import accounts
from federity._generated.constants import (
    ROLE_KEEPER,
    ROLE_MAINTAINER,
    ROUND_OPEN,
    ROUND_SERVER,
    ROUND_STATE_EXPIRED,
    ROUND_STATE_MERGED,
    ROUND_STATE_OPEN,
)
from federity.errors import (
    BlobError,
    CommitmentMismatch,
    NotAMember,
    NotFound,
    ProgramError,
    TransactionRefused,
)
from federity.objects import Accumulator, Place, accumulator_parts
from federity.objects.dtypes import Array
from federity.progress import OnProgress, each
from federity.repository.governance import rounds
from federity.repository.ledger import heads, query
from federity.repository.ledger.commitments import check_opens, own_srs
from federity.repository.ledger.votes import approvals_of, count, merge_approvals_of
from federity.repository.reports import Cost, MergeReport
from federity.repository.steps import merge_steps, transactions, uploading
from federity.repository.steps.merge_weights import (
    Commits,
    Merging,
    by_address,
    by_keeper,
    choose,
    write_steps,
    written,
)
from federity.repository.steps.review_steps import accept_step
from federity.repository.steps.round_steps import lock_step
from federity.repository.steps.transactions import Step
from federity.repository.verbs.merge_report import ready, report

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

# How often a merge is planned anew because another merger was faster with a step.
TRIES = 20


async def merge(
    workspace: Workspace, weights: Mapping[str, int] | None, dry_run: bool, on_progress: OnProgress
) -> MergeReport:
    """See `Repository.merge`."""
    await workspace.check_chain()
    address, found = await rounds.current(workspace)
    if found.state == ROUND_STATE_OPEN:
        await workspace.check_active()
    cost = Cost()
    for _ in range(TRIES):
        state = await _read(workspace, address)
        if state.round.state in (ROUND_STATE_MERGED, ROUND_STATE_EXPIRED):
            return await report(workspace, state, None, "", cost, dry_run)
        try:
            steps, waiting, uploaded = await _next(workspace, state, weights, dry_run, on_progress)
            cost += uploaded
            if not steps:
                return await report(workspace, state, weights, waiting, cost, dry_run)
            sent = await transactions.run(workspace.session, steps, dry_run)
            cost += sent.cost
        except (ProgramError, TransactionRefused):
            # Another merger may have taken the step; what it left is planned anew. A true refusal comes
            # again.
            if await _read(workspace, address) == state:
                raise
            continue
        if dry_run:
            return await report(workspace, state, weights, "", cost, dry_run)
    raise NotFound("The round kept changing while it was merged.", hint="Run the merge again.")


async def _read(workspace: Workspace, address: Pubkey) -> Merging:
    round_ = await workspace.load(accounts.Round, address, "round")
    held = await query.find(workspace.session.chain, accounts.Commit, held_by=address)
    try:
        member, found = await workspace.member()
        role = found.role
    except NotAMember:
        member, role = None, 0
    return Merging(address, round_, tuple(sorted(held, key=lambda item: item[1].index)), member, role)


async def _next(
    workspace: Workspace,
    state: Merging,
    weights: Mapping[str, int] | None,
    dry_run: bool,
    on_progress: OnProgress,
) -> tuple[list[Step], str, Cost]:
    """The next steps, or what the merge waits for, and what uploads on the way cost."""
    if state.round.state == ROUND_STATE_OPEN:
        steps, waiting, due = await _gather(workspace, state, weights)
        uploaded = Cost()
        if dry_run and steps and not waiting:
            steps += await _foreseen(workspace, state, due)
            if state.role >= ROLE_KEEPER:
                uploaded = await _head_price(workspace)
        return steps, waiting, uploaded
    chosen = await choose(workspace, state, weights)
    if by_keeper(state.round) and not written(state, chosen):
        return *write_steps(workspace, state, chosen), Cost()
    begun = state.round.merge != Pubkey.default()
    if not begun and state.round.kind == ROUND_OPEN:
        given = count(await merge_approvals_of(workspace, state.address, state.round))
        if given < state.round.rules.merge_approvals:
            return [], f"{state.round.rules.merge_approvals - given} more approvals of the merge", Cost()
    return (*(await _sum(workspace, state, chosen, dry_run, on_progress)),)


async def _gather(
    workspace: Workspace, state: Merging, weights: Mapping[str, int] | None
) -> tuple[list[Step], str, Commits]:
    """Accept what has all it needs, and lock. The blobs of the set are checked first: what nobody can open or
    what does not open its commitment must not reach a head. So are the weights: a lock is for good.
    """
    keeper = state.role >= ROLE_KEEPER
    slot = await workspace.session.chain.slot()
    proposed = await rounds.proposals(workspace, state.address)
    outside = [(at, commit) for at, commit in proposed if commit.held_by == Pubkey.default()]
    due = await ready(workspace, state, outside)
    if weights is not None:
        members = [address for address, _ in (*state.commits, *due)]
        await by_address(workspace, state.round, members, weights)
    await check_blobs(workspace, [*state.commits, *due])
    if state.round.kind == ROUND_SERVER:
        if not due:
            return [], "the server update to have its level and its approvals", due
        at, commit = due[0]
        if until := _early(state, slot):
            return [], until, due
        votes = await approvals_of(workspace, at, commit, state.round)
        return [lock_step(workspace, state.member, state.address, at, votes=votes)], "", due
    steps = [
        accept_step(
            workspace, at, commit, state.address, await approvals_of(workspace, at, commit, state.round)
        )
        for at, commit in due
    ]
    if not steps and not state.commits:
        return [], "a commit that has its level and its approvals", due
    if not keeper and slot <= state.round.review_deadline:
        return steps, f"a keeper, or slot {state.round.review_deadline}, to lock the round", due
    if keeper and (until := _early(state, slot)):
        return steps, until, due
    member = state.member if keeper else None
    return [*steps, lock_step(workspace, member, state.address, None)], "", due


def _early(state: Merging, slot: int) -> str:
    """What a keeper waits for before the lock, where the rules ask for nobody's approval; else nothing."""
    rules = state.round.rules
    judged = rules.approvals or rules.merge_approvals
    if state.role >= ROLE_MAINTAINER or judged or slot > state.round.propose_deadline:
        return ""
    return f"a maintainer, or slot {state.round.propose_deadline}, to lock the round"


async def _foreseen(workspace: Workspace, state: Merging, due: Commits) -> list[Step]:
    """What follows the lock of an open round, for its price: weights, and the sum of the set."""
    commits = state.with_more(due).commits
    branch = await workspace.load(accounts.Branch, state.round.branch, "branch")
    locked = replace(state.round, head=branch.head, fraction_bits=branch.fraction_bits, chunks=branch.chunks)
    foreseen = replace(state, round=locked, commits=commits)
    steps: list[Step] = []
    if by_keeper(state.round):
        steps, _ = write_steps(workspace, foreseen, [0] * len(commits))
    target = await merge_steps.target_of(workspace, state.address, locked, commits, [0] * len(commits))
    named = state.member if state.role >= ROLE_KEEPER else None
    return steps + merge_steps.steps(workspace, target, named, Place.local(bytes(32)))


async def check_blobs(workspace: Workspace, commits: Commits) -> None:
    """Fetch every delta and open its commitment. Raises BlobMissing, BadBlob, CommitmentMismatch."""
    srs_id = bytes.fromhex(workspace.worktree.config().srs)
    fetch = heads.Fetch()
    for address, commit in each("inspecting", commits, "commits"):
        if commit.rejects:
            continue
        try:
            change, _ = await heads.delta(workspace, address, commit, fetch)
            await check_opens(workspace.session, srs_id, address, commit, change.values)
        except BlobError as error:
            error.hint = f"Reject it with `federity review {address} --reject`, then merge again."
            raise


async def _sum(
    workspace: Workspace,
    state: Merging,
    weights: Sequence[int],
    dry_run: bool,
    on_progress: OnProgress,
) -> tuple[list[Step], str, Cost]:
    """All that is left of the sum.

    The result is computed here too, and must open the point the program will find.
    """
    target = await merge_steps.target_of(workspace, state.address, state.round, state.commits, weights)
    named = state.member if state.role >= ROLE_KEEPER else None
    place, uploaded = None, Cost()
    if named is not None and not dry_run:
        place, uploaded = await _publish(workspace, state, weights, target, on_progress)
    elif named is not None:
        place = Place.local(bytes(32))
        uploaded = await _head_price(workspace)
    return merge_steps.steps(workspace, target, named, place), "", uploaded


async def _head_price(workspace: Workspace) -> Cost:
    size = 8 * workspace.manifest.elements
    return await uploading.price(workspace.session, workspace.repository, "head", size)


async def _publish(
    workspace: Workspace,
    state: Merging,
    weights: Sequence[int],
    target: merge_steps.Target,
    on_progress: OnProgress,
) -> tuple[Place | None, Cost]:
    """Where the result is, and what that cost: written here by chunks while each is opened, then uploaded.

    Nowhere, when it does not open the points that the program will find.
    """
    srs = await own_srs(workspace.session, bytes.fromhex(workspace.worktree.config().srs))

    def check(chunk: int, values: Array) -> None:
        if _native.commit(srs, values, 0) != target.expected(chunk):
            raise CommitmentMismatch(f"The merge computed here is not the chain's (chunk {chunk}).")

    result = await _result(workspace, state, weights, on_progress)
    try:
        kept = await heads.keep(workspace, target.merge, accumulator_parts(result, check))
    except CommitmentMismatch:
        return None, Cost()
    blob = await workspace.objects.get(kept)
    return await uploading.upload(workspace.session, workspace.repository, "head", blob)


async def _result(
    workspace: Workspace, state: Merging, weights: Sequence[int], on_progress: OnProgress
) -> Accumulator:
    fetch = heads.Fetch(on_progress)
    head = await heads.accumulator(workspace, state.round.head, fetch)
    weighted = [
        ((await heads.delta(workspace, address, commit, fetch))[0], weight)
        for (address, commit), weight in zip(state.commits, weights, strict=True)
        if weight
    ]
    return await asyncio.to_thread(head.merged, weighted)
