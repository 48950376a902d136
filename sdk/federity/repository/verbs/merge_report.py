"""What a merge says: the commits it takes with their weights, and those it leaves out, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    ROUND_STATE_EXPIRED,
    ROUND_STATE_LOCKED,
    ROUND_STATE_MERGED,
    ROUND_STATE_OPEN,
)
from federity.chain import pda
from federity.repository.governance import review, rounds
from federity.repository.ledger import query, views
from federity.repository.ledger.planning import merged_weight
from federity.repository.ledger.references import name_at
from federity.repository.reports import Cost, LeftOut, MergeReport, WeightedCommit
from federity.repository.steps.merge_weights import Commits, Merging, choose

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def report(
    workspace: Workspace,
    state: Merging,
    given: Mapping[str, int] | None,
    waiting: str,
    cost: Cost,
    dry_run: bool,
) -> MergeReport:
    """The merge as it stands or, in a dry run, as it would be: the set with what could be accepted now."""
    config = workspace.worktree.config()
    round_ = state.round
    finished = round_.state == ROUND_STATE_MERGED
    if round_.state == ROUND_STATE_EXPIRED:
        waiting = "nothing: the round has expired"
    proposed = await rounds.proposals(workspace, state.address)
    outside = [(at, commit) for at, commit in proposed if commit.held_by == Pubkey.default()]
    whole = state
    if dry_run and round_.state == ROUND_STATE_OPEN:
        whole = state.with_more(await ready(workspace, state, outside))
    taken = await _weighted(workspace, whole, given)
    merged = await query.load(workspace.session.chain, accounts.Commit, pda.merge(state.address))
    branch = await workspace.load(accounts.Branch, round_.branch, "branch")
    before = round_.head if round_.head != Pubkey.default() else branch.head
    head = round_.merge if finished else branch.head
    return MergeReport(
        repository=config.repository,
        branch=config.branch,
        round=str(state.address),
        index=round_.index,
        head_before=str(before),
        head=str(head),
        head_seq=merged.seq if finished and merged is not None else branch.head_seq,
        commits=taken,
        left_out=await _left_out(workspace, whole, taken, outside),
        level=min((part.level for part in taken), default=merged.level if merged is not None else 0),
        accumulator=bytes(merged.blob_hash).hex() if finished and merged is not None else "",
        finished=finished,
        waiting_for=waiting,
        cost=cost,
        head_before_id=await name_at(workspace, before),
        head_id=await name_at(workspace, head),
    )


async def ready(workspace: Workspace, state: Merging, outside: Commits) -> Commits:
    """Of the proposals outside the set, those that lack nothing."""
    return [
        (at, commit) for at, commit in outside if not await review.missing(workspace, at, commit, state.round)
    ]


async def _weighted(
    workspace: Workspace, state: Merging, given: Mapping[str, int] | None
) -> tuple[WeightedCommit, ...]:
    """The set with its weights: as the chain has them once it is merged, before that as they will be."""
    weights = [0] * len(state.commits)
    if state.round.state in (ROUND_STATE_OPEN, ROUND_STATE_LOCKED):
        weights = await choose(workspace, state, given)
    elif state.round.state == ROUND_STATE_MERGED:
        weights = [merged_weight(state.round, commit) for _, commit in state.commits]
    return tuple(
        views.weighted(at, commit, weight)
        for (at, commit), weight in zip(state.commits, weights, strict=True)
    )


async def _left_out(
    workspace: Workspace, state: Merging, taken: tuple[WeightedCommit, ...], outside: Commits
) -> tuple[LeftOut, ...]:
    """What was proposed and adds nothing, with the reason."""
    inside = {at for at, _ in state.commits}
    found = [
        LeftOut(
            commit=str(at),
            id=bytes(commit.blob_hash).hex(),
            author=str(commit.author),
            reason=await review.shortfall(workspace, at, commit, state.round)
            or "acceptance: nobody took it in before the round was locked",
        )
        for at, commit in outside
        if at not in inside
    ]
    for part, (_, commit) in zip(taken, state.commits, strict=True):
        if not part.weight:
            rejected = "a reviewer who rejected it after it was accepted: its weight is 0"
            reason = rejected if commit.rejects else "a weight: the one it has here is 0"
            found.append(LeftOut(part.commit, part.id, part.author, reason))
    return tuple(found)
