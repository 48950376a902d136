"""Moving a head by a sum, whichever verb asks for it: sent now, foreseen, or sent after it was queued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.repository.verbs.branch_reset import branch_reset
from federity.repository.verbs.cherry_pick import cherry_pick
from federity.repository.verbs.merge_branch import Manner, merge_branch
from federity.repository.verbs.merge_recipe import merge_recipe
from federity.repository.verbs.revert import revert
from federity.repository.verbs.saying import Saying
from federity.repository.working_copy.queue import MERGE, PICK, RECIPE, RESET, REVERT

if TYPE_CHECKING:
    from federity.progress import OnProgress
    from federity.repository.reports.operation_reports import OperationReport
    from federity.repository.verbs.operate import Standing
    from federity.repository.verbs.wanted import Wanted
    from federity.repository.working_copy.workspace import Workspace


async def perform(
    workspace: Workspace, wanted: Wanted, there: Standing, dry_run: bool, on_progress: OnProgress
) -> OperationReport:
    """Do it on a branch that stands ready, while the caller holds the lock. Raises what the verbs do."""
    message, subjects = wanted.message, wanted.subjects
    if wanted.verb == REVERT:
        return await revert(workspace, there, subjects[0], message, dry_run, on_progress)
    if wanted.verb == PICK:
        return await cherry_pick(workspace, there, subjects[0], message, dry_run, on_progress)
    if wanted.verb == RESET:
        return await branch_reset(workspace, there, subjects[0], message, dry_run, on_progress)
    if wanted.verb == RECIPE:
        said = Saying.of(message, wanted.otherwise)
        return await merge_recipe(workspace, there, wanted.weights, said, dry_run, on_progress)
    if wanted.verb == MERGE:
        manner = Manner(wanted.weights, wanted.average, wanted.ff_only)
        return await merge_branch(workspace, there, subjects, manner, message, dry_run, on_progress)
    raise ValueError(f"no verb moves a head by {wanted.verb!r}")
