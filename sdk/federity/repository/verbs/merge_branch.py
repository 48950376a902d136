"""`merge BRANCH`: the head with all that another branch did since the two parted, exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity.progress import OnProgress
from federity.repository.ledger import sums
from federity.repository.ledger.changes import check_history
from federity.repository.ledger.past import graph
from federity.repository.ledger.references import resolve
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.verbs.operate import operate, standing
from federity.repository.verbs.saying import Saying, merging

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def merge_branch(
    workspace: Workspace, side: Any, message: str | None, dry_run: bool, on_progress: OnProgress
) -> OperationReport:
    """See `Repository.merge_branch`."""
    async with workspace.worktree.lock("merge"):
        there = await standing(workspace)
        address = await resolve(workspace, side)
        commit = await workspace.commit(address)
        workspace.check_lineage(bytes(commit.lineage))
        check_history(address, commit)
        head = there.branch.head
        wanted = sums.merged(await graph(workspace, head, address), head, address)
        said = Saying.of(message, await merging(workspace, side, address, there.branch))
        return await operate(workspace, there, wanted, address, said, dry_run, on_progress)
