"""The end of a push of one: its round is locked and merged, and the working copy stands on the new head."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity.objects import accumulator_parts
from federity.repository.ledger import heads
from federity.repository.reports import LocalCommit

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def land(workspace: Workspace, commit: LocalCommit, merge: Pubkey, seq: int) -> None:
    """Note that a commit is on the chain that something is queued on: HEAD stands on that."""
    worktree = workspace.worktree
    parent = await heads.accumulator(workspace, Pubkey.from_string(commit.parent), heads.Fetch())
    result = await workspace.on_top(parent, [commit])
    kept = await heads.keep(workspace, merge, accumulator_parts(result))
    worktree.in_hand.land(commit, str(merge), seq, kept.id.hex())
    worktree.commits.land(commit)


async def arrive(workspace: Workspace, commit: LocalCommit, merge: Pubkey, seq: int) -> None:
    """Stand on the head that a push of one made: its weights are what the working copy held before.

    HEAD takes the new head and the commit's place in it in one write, so that a process killed anywhere
    counts the commit once.
    """
    worktree = workspace.worktree
    head = worktree.head()
    result = await workspace.on_top(await workspace.head_accumulator(head), [commit])
    await heads.keep(workspace, merge, accumulator_parts(result))
    for other in worktree.stack(head.branch):
        if other.id != commit.id and other.state == "local" and other.parent == commit.parent:
            worktree.commits.update(replace(other, parent=str(merge)))
    worktree.set_head(replace(head, commit=str(merge), seq=seq, landed=(commit.id,), id=commit.delta))
    worktree.tidy()
