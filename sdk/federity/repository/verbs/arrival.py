"""The end of a push of one: its round is locked and merged, and the working copy stands on the new head."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity.objects import accumulator_parts
from federity.repository.ledger.heads import keep
from federity.repository.reports import LocalCommit

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def arrive(workspace: Workspace, commit: LocalCommit, merge: Pubkey, seq: int) -> None:
    """Stand on the head that a push of one made: its weights are what the working copy held before.

    HEAD takes the new head and the commit's place in it in one write, so that a process killed anywhere
    counts the commit once.
    """
    worktree = workspace.worktree
    head = worktree.head()
    result = await workspace.on_top(await workspace.head_accumulator(head), [commit])
    await keep(workspace, merge, accumulator_parts(result))
    for other in worktree.stack(head.branch):
        if other.id != commit.id and other.state == "local" and other.parent == commit.parent:
            worktree.commits.update(replace(other, parent=str(merge)))
    worktree.set_head(replace(head, commit=str(merge), seq=seq, landed=(commit.id,), id=commit.delta))
    worktree.tidy()
