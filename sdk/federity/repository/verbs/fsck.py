"""`fsck` and `gc`: the blobs of this working copy, checked against their names, and those nothing needs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from federity.files import remove
from federity.progress import each
from federity.repository.reports.local_reports import FsckReport, GcReport
from federity.repository.working_copy.inventory import held, is_sound, needed

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def fsck(workspace: Workspace) -> FsckReport:
    """See `Repository.fsck`."""
    return await asyncio.to_thread(_check, workspace)


def _check(workspace: Workspace) -> FsckReport:
    worktree = workspace.worktree
    worktree.config(), worktree.head()
    wanted, there = needed(worktree), held(worktree)
    for base in [path.stem for path in (worktree.folder / "manifests").glob("*.json")]:
        worktree.manifest(base)
    names = each("checking", sorted(there), "blobs")
    damaged = tuple(name for name in names if not is_sound(name, there[name]))
    missing = {name: what for name, what in wanted.items() if name not in there or name in damaged}
    return FsckReport(len(there), damaged, tuple(f"{name}: {what}" for name, what in missing.items()))


async def gc(workspace: Workspace, dry_run: bool) -> GcReport:
    """See `Repository.gc`."""
    worktree = workspace.worktree
    async with worktree.lock("gc"):
        worktree.tidy()
        wanted = needed(worktree)
        loose = {name: path for name, path in held(worktree).items() if name not in wanted}
        freed = sum(path.stat().st_size for path in loose.values())
        if not dry_run:
            for path in loose.values():
                remove(path)
        return GcReport(tuple(sorted(loose)), freed)
