"""`revert`: the head without what a commit changed, exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity.errors import ConfigError, NothingToDo
from federity.progress import OnProgress
from federity.repository.ledger import sums
from federity.repository.ledger.changes import change
from federity.repository.ledger.references import resolve
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.verbs.operate import Standing, operate
from federity.repository.verbs.saying import reverting

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def revert(
    workspace: Workspace,
    there: Standing,
    commit: Any,
    message: str | None,
    dry_run: bool,
    on_progress: OnProgress,
) -> OperationReport:
    """See `Repository.revert`; the caller holds the lock."""
    address = await resolve(workspace, commit)
    head = there.branch.head
    found = await change(workspace, head, address)
    if not found.past:
        raise ConfigError(
            f"{commit} is not in the past of this branch: there is nothing of it to take out.",
            hint="`federity log` lists what is.",
        )
    if found.share <= 0:
        raise NothingToDo("The head holds nothing of that commit's change any more.")
    if found.parent is not None:
        wanted = sums.without(head, address, found.parent, found.share)
    elif found.share.denominator != 1:
        raise ConfigError(
            f"The head holds {found.share} / 65536 of that update: no exact sum takes that out.",
            hint="Revert the commit that scaled it first.",
        )
    else:
        wanted = sums.with_update(head, address, -found.share.numerator, "revert")
    said = await reverting(workspace, message, address)
    return await operate(workspace, there, wanted, [address], said, dry_run, on_progress)
