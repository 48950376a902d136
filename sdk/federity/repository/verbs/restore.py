"""`restore`: put the weights of a commit into the model file, and leave HEAD where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity.errors import WorktreeError
from federity.progress import OnProgress
from federity.repository.ledger import heads
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.reports.local_reports import RestoreReport
from federity.repository.working_copy import tip
from federity.repository.working_copy.models import identity_of, named
from federity.repository.working_copy.points import point, state

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def restore(workspace: Workspace, source: Any, model: Any, on_progress: OnProgress) -> RestoreReport:
    """See `Repository.restore`."""
    worktree = workspace.worktree
    async with worktree.lock("restore"):
        worktree.tidy()
        chosen = named(workspace, model)
        stack = worktree.stack(worktree.head().branch)
        own, loaded = await tip.weights_at(workspace, chosen, stack)
        wanted = await point(workspace, source)
        weights, identity = own, loaded.identity
        if wanted.deltas != loaded.deltas or str(wanted.address) != loaded.head:
            there, found = await state(workspace, wanted, heads.Fetch(on_progress))
            if there.base_hash != workspace.base_hash:
                raise WorktreeError(
                    f"{source} stands on another base than this working copy.",
                    hint="Switch to its branch with `federity checkout BRANCH`.",
                )
            weights = await parts_of_weights(there, found)
            identity = await identity_of(weights)
        lost = await tip.uncommitted(workspace, chosen)
        await tip.put(workspace, chosen, weights, loaded, identity=identity, force=True)
        return RestoreReport(wanted.name, identity, identity == loaded.identity, lost)
