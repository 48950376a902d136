"""`branch reset`: a branch's head becomes a commit that was a head; what came between stays in history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity.chain import pda
from federity.errors import NothingToDo
from federity.progress import OnProgress
from federity.repository.ledger import sums
from federity.repository.ledger.changes import check_history
from federity.repository.ledger.references import name_at, resolve
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.verbs.operate import Standing, operate
from federity.repository.verbs.saying import Saying

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def branch_reset(
    workspace: Workspace,
    there: Standing,
    to: Any,
    message: str | None,
    dry_run: bool,
    on_progress: OnProgress,
) -> OperationReport:
    """See `Repository.branch_reset`; the caller holds the lock."""
    address = await resolve(workspace, to)
    commit = await workspace.commit(address)
    workspace.check_lineage(bytes(commit.lineage))
    check_history(address, commit)
    if address == there.branch.head:
        raise NothingToDo(f"The head of {pda.plain_name(bytes(there.branch.name))} is that commit.")
    said = Saying.of(message, f"Reset to {await name_at(workspace, address)}")
    wanted = sums.alone(address, "reset")
    return await operate(workspace, there, wanted, [address], said, dry_run, on_progress)
