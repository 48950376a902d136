"""One look at the chain, in the planner's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import (
    COMMIT_STATE_ACCEPTED,
    COMMIT_STATE_COMPLETE,
    KIND_GENESIS,
    ROUND_OPEN,
    ROUND_STATE_LOCKED,
    WEIGHTING_KEEPER,
)
from federity.repository.governance.rounds import proposals
from federity.repository.ledger import heads
from federity.repository.ledger.votes import approvals_of, count, merge_approvals_of
from federity_keeper.planner import Proposal, RoundState, State

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

__all__ = ["watch"]


async def watch(workspace: Workspace) -> State:
    """Read the branch, its current round and the round's commits. Raises NotFound, ChainUnavailable."""
    chain = workspace.session.chain
    branch = await workspace.branch_state()
    head = await workspace.load(accounts.Commit, branch.head, "commit")
    named = head.kind == KIND_GENESIS or bool(await heads.places(workspace, branch.head, head))
    round_ = None
    if branch.current_round != Pubkey.default():
        found = await workspace.load(accounts.Round, branch.current_round, "round")
        # A server round is its maintainer's own business.
        if found.kind == ROUND_OPEN:
            round_ = await _round(workspace, branch.current_round, found)
    return State(await chain.slot(), str(branch.head), named, round_)


async def _round(workspace: Workspace, address: Pubkey, round_: accounts.Round) -> RoundState:
    rules = round_.rules
    judged = bool(rules.approvals or rules.merge_approvals)
    found = [
        _proposal(at, commit, count(await approvals_of(workspace, at, commit, round_)))
        for at, commit in await proposals(workspace, address)
    ]
    return RoundState(
        index=round_.index,
        locked=round_.state == ROUND_STATE_LOCKED,
        begun=round_.merge != Pubkey.default(),
        by_keeper=rules.weighting == WEIGHTING_KEEPER,
        propose_deadline=round_.propose_deadline,
        review_deadline=round_.review_deadline,
        merge_deadline=round_.merge_deadline,
        min_level=rules.min_level,
        approvals=rules.approvals,
        merge_approvals=rules.merge_approvals,
        merge_approved=count(await merge_approvals_of(workspace, address, round_)),
        judged=judged,
        norm_bound=rules.norm_bound,
        max_weight=rules.max_weight,
        weights_written=round_.weights_written,
        proposals=tuple(found),
    )


def _proposal(address: Pubkey, commit: accounts.Commit, approvals: int) -> Proposal:
    return Proposal(
        commit=str(address),
        blob_hash=bytes(commit.blob_hash),
        complete=commit.state in (COMMIT_STATE_COMPLETE, COMMIT_STATE_ACCEPTED),
        accepted=commit.state == COMMIT_STATE_ACCEPTED,
        index=commit.index,
        level=commit.level,
        approvals=approvals,
        rejects=commit.rejects,
        samples=commit.samples,
        norm=commit.norm,
    )
