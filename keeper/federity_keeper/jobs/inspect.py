"""Check a proposed update's blob and measure what it would do to the model."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.errors import BlobError, BlobMismatch, BlobMissing, NonFiniteWeights
from federity.objects.accumulator import WEIGHT_ONE
from federity.repository.ledger import heads
from federity.repository.ledger.commitments import check_opens
from federity.repository.ledger.weights import parts_of_weights, weights_of
from federity.repository.working_copy.models import identity_of
from federity_keeper.planner import Verdict

if TYPE_CHECKING:
    from federity.objects import Delta
    from federity.repository.working_copy.workspace import Workspace
    from federity_keeper.evaluation import Evaluator
    from federity_keeper.policy import Policy

__all__ = ["inspect"]


async def inspect(
    workspace: Workspace, address: Pubkey, evaluator: Evaluator | None, policy: Policy
) -> Verdict:
    """Fetch a commit's blob, check it against the chain, apply it to the head and measure the result.

    Refused are: bytes of another hash, another model's or non-canonical blobs, values out of range, a vector
    that is not the one committed to (which includes anything past the model's last element), weights that are
    not finite, and a figure that falls by more than the policy allows. A blob that the store lacks, or holds
    other bytes for, is looked for again: its author or another member may put it there. Raises
    ChainUnavailable, FileUnavailable, and ConfigError when the evaluator fails: those are no verdicts.
    """
    commit = await workspace.load(accounts.Commit, address, "commit")
    blob_hash = bytes(commit.blob_hash)
    try:
        delta = await _opened(workspace, address, commit)
    except (BlobMissing, BlobMismatch) as error:
        slot = await workspace.session.chain.slot()
        return Verdict(blob_hash, False, False, error.sentence, retry_at=slot + policy.retry_slots)
    except BlobError as error:
        return Verdict(blob_hash, False, False, error.sentence)
    branch = await workspace.branch_state()
    head = await heads.accumulator(workspace, branch.head, heads.Fetch())
    try:
        await identity_of(await parts_of_weights(workspace, head.merged([(delta, WEIGHT_ONE)])))
    except NonFiniteWeights as error:
        return Verdict(blob_hash, True, False, error.sentence)
    if evaluator is None:
        return Verdict(blob_hash, True, True)
    # At the weight of an equal share, which is about what the merge will give it.
    round_ = await workspace.load(accounts.Round, branch.current_round, "round")
    share = WEIGHT_ONE // max(round_.proposed, 1)
    before = await asyncio.to_thread(evaluator, await weights_of(workspace, head))
    merged = await weights_of(workspace, head.merged([(delta, share)]))
    figure = await asyncio.to_thread(evaluator, merged)
    sound = bool(np.isfinite(figure)) and figure >= before - policy.max_drop
    reason = "" if sound else f"the hold-out's figure falls from {before:.4f} to {figure:.4f}"
    return Verdict(blob_hash, True, sound, reason, float(figure), float(before))


async def _opened(workspace: Workspace, address: Pubkey, commit: accounts.Commit) -> Delta:
    repository = await workspace.load(accounts.Repository, workspace.repository, "repository")
    delta, _ = await heads.delta(workspace, address, commit, heads.Fetch())
    await check_opens(workspace.session, bytes(repository.srs_id), address, commit, delta.values)
    return delta
