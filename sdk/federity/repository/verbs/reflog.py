"""`reflog`: where this working copy's HEAD has been, the newest first. No chain, no network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from federity.errors import NotFound
from federity.repository.reports.local_reports import ReflogEntry

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

HEAD = "HEAD"


async def reflog(workspace: Workspace, branch: str | None) -> Sequence[ReflogEntry]:
    """See `Repository.reflog`."""
    entries = workspace.worktree.reflog.entries()
    if branch not in (None, HEAD, "@"):
        entries = tuple(entry for entry in entries if entry.tip.branch == branch)
        if not entries:
            raise NotFound(
                f"HEAD has not been on a branch {branch!r} in this working copy.",
                hint="`federity reflog` lists where it has been.",
            )
    return [
        ReflogEntry(
            name=f"{branch or HEAD}@{{{number}}}",
            id=entry.tip.called,
            branch=entry.tip.branch,
            verb=entry.verb,
            time=entry.at // 1_000_000_000,
            local=len(entry.tip.deltas),
        )
        for number, entry in enumerate(entries)
    ]
