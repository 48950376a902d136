"""`reset`: take local commits back, down to a commit; with `hard` the model file becomes that commit's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity.errors import ConfigError, WorktreeError
from federity.repository.reports.local_reports import LocalCommit, ResetReport
from federity.repository.working_copy import tip
from federity.repository.working_copy.models import named
from federity.repository.working_copy.points import Point, here

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def reset(workspace: Workspace, to: Any, model: Any, hard: bool, force: bool) -> ResetReport:
    """See `Repository.reset`."""
    worktree = workspace.worktree
    async with worktree.lock("reset --hard" if hard else "reset"):
        worktree.tidy()
        stack = worktree.stack(worktree.head().branch)
        kept, dropped = _parted(workspace, to, stack)
        chosen = named(workspace, model)
        weights, loaded = await tip.weights_at(workspace, chosen, kept)
        lost = await tip.uncommitted(workspace, chosen)
        if hard and lost and not force:
            raise WorktreeError(
                f"{chosen} holds changes that are not committed.",
                hint="Commit them, put them aside with `federity stash`, or lose them with --force.",
            )
        worktree.in_hand.resetting(loaded, [commit.delta for commit in dropped])
        # The newest goes first, so that a process killed in between leaves a stack without gaps.
        for commit in reversed(dropped):
            worktree.discard(commit)
        if hard:
            await tip.put(workspace, chosen, weights, loaded, identity=loaded.identity, force=True)
        now = kept[-1].id if kept else worktree.head().called
        return ResetReport(now, tuple(commit.id for commit in dropped), hard, hard and lost)


def _parted(
    workspace: Workspace, to: Any, stack: list[LocalCommit]
) -> tuple[list[LocalCommit], list[LocalCommit]]:
    """The local commits that stay and those that go. Raises ConfigError for what is no commit to stop at."""
    wanted = here(workspace, to)
    if not isinstance(wanted, Point) or str(wanted.address) != workspace.worktree.head().commit:
        raise ConfigError(
            f"The head on the chain moves forward only, and {to} is no commit on top of it.",
            hint=f"`federity restore --source {to}` puts its weights into the model file, to be committed; "
            "`federity branch reset` takes the branch there.",
        )
    kept = list(wanted.stack)
    if wanted.dropped:
        raise ConfigError(
            f"{to} has commits that were taken back: they are no more.",
            hint=f"`federity restore --source {to}` puts their weights into the model file, to be committed.",
        )
    dropped = stack[len(kept) :]
    sent = [commit for commit in dropped if commit.state != "local"]
    if sent:
        raise ConfigError(
            f"The commit {sent[0].id[:12]} is {sent[0].state} on the chain already.",
            hint="A maintainer can reject it; after the round it comes back with `federity pull`.",
        )
    return kept, dropped
