"""The end of a push of one: its round is locked, merged, and the result named where that is worth it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated.constants import (
    KIND_GENESIS,
    LOCATION_NONE,
    ROUND_SOLO,
    ROUND_STATE_OPEN,
    WEIGHT_ONE,
)
from federity.objects import accumulator_parts
from federity.repository.ledger import heads, query
from federity.repository.ledger.reader import NOBODY
from federity.repository.reports import Cost
from federity.repository.steps import uploading
from federity.repository.steps.merge_steps import Part, Target, target_of
from federity.repository.steps.merge_steps import steps as merge_steps
from federity.repository.steps.round_steps import lock_step
from federity.repository.steps.transactions import Step
from federity.repository.steps.update_steps import Update

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.working_copy.workspace import Workspace


# A reader without a copy sums at most so many deltas of pushes onto a blob or the genesis.
NAMED_EVERY = 8


def plain_target(update: Update, points: list[bytes]) -> Target:
    """The merge of a round of one that is not locked yet."""
    standing = update.standing
    return Target(
        round=update.round,
        branch=standing.branch,
        head=standing.head,
        head_has_points=standing.head_has_points,
        head_points=standing.head_points,
        fraction_bits=standing.fraction_bits,
        begun=False,
        added={},
        parts=(Part(update.address, update.delta.shift, WEIGHT_ONE, tuple(points)),),
    )


async def finale_steps(workspace: Workspace, update: Update, points: list[bytes]) -> tuple[list[Step], Cost]:
    """Lock and merge what is left of a round of one, and what uploading the result's blob cost."""
    place, cost = None, Cost()
    if await worth_naming(workspace, update.standing.head):
        head = await heads.accumulator(workspace, update.standing.head, heads.Fetch())
        result = await asyncio.to_thread(head.merged, [(update.delta, WEIGHT_ONE)])
        parts = accumulator_parts(result)
        place, cost = await uploading.upload(workspace.session, workspace.repository, "head", parts)
    round_ = await query.load(workspace.session.chain, accounts.Round, update.round)
    member = update.standing.member
    if round_ is None or round_.state == ROUND_STATE_OPEN:
        shown = update.standing.current_round
        solo = update.kind == ROUND_SOLO and shown != NOBODY
        steps = [lock_step(workspace, member, update.round, update.address, current=shown if solo else None)]
        target = plain_target(update, points)
    else:
        steps = []
        commit = await workspace.load(accounts.Commit, update.address, "commit")
        target = await target_of(workspace, update.round, round_, [(update.address, commit)], [WEIGHT_ONE])
    return steps + merge_steps(workspace, target, member, place), cost


async def worth_naming(workspace: Workspace, address: Pubkey) -> bool:
    """Whether what follows a head is to be uploaded: deltas are far smaller, so only now and then."""
    for _ in range(NAMED_EVERY - 1):
        commit = await query.load(workspace.session.chain, accounts.Commit, address)
        if commit is None or commit.kind == KIND_GENESIS or commit.location.tag != LOCATION_NONE:
            return False
        address = commit.parent
    return True
