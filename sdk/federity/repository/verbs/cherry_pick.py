"""`cherry-pick`: the head with what a commit changed elsewhere, exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity.errors import ConfigError, NothingToDo
from federity.progress import OnProgress
from federity.repository.ledger import sums
from federity.repository.ledger.changes import change
from federity.repository.ledger.references import resolve
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.verbs.operate import Standing, operate
from federity.repository.verbs.saying import picking

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def cherry_pick(
    workspace: Workspace,
    there: Standing,
    commit: Any,
    message: str | None,
    dry_run: bool,
    on_progress: OnProgress,
) -> OperationReport:
    """See `Repository.cherry_pick`; the caller holds the lock."""
    address = await resolve(workspace, commit)
    head = there.branch.head
    found = await change(workspace, head, address)
    whole = 1 if found.parent is not None else found.weight
    if found.share == whole:
        raise NothingToDo("The head holds that commit's change already.")
    if found.share:
        raise ConfigError(
            f"The head holds {found.share / whole} of that commit's change already.",
            hint="Take that out with `federity revert` first.",
        )
    if found.parent is not None:
        wanted = sums.with_change(head, address, found.parent)
    else:
        wanted = sums.with_update(head, address, found.weight, "pick")
    said = await picking(workspace, message, address)
    return await operate(workspace, there, wanted, [address], said, dry_run, on_progress)
