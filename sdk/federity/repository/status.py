"""`status`: where the working copy stands. No chain, no network."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.masking import shown_url
from federity.repository.digest import digest
from federity.repository.models import named, tensors_of
from federity.repository.reports import Status

if TYPE_CHECKING:
    from federity.repository.workspace import Workspace


async def status(workspace: Workspace, model: Any) -> Status:
    """See `Repository.status`."""
    worktree = workspace.worktree
    config, head = worktree.config(), worktree.head()
    return Status(
        path=str(worktree.path),
        url=shown_url(config.url),
        repository=config.repository,
        name=config.spec,
        branch=config.branch,
        head=head.commit,
        head_seq=head.seq,
        on_chain=not worktree.pending(),
        insecure=config.insecure,
        commits=tuple(worktree.stack(head.branch)),
        modified=await modified(workspace, model),
        push_in_progress=worktree.has_journal(),
    )


async def modified(workspace: Workspace, model: Any) -> bool | None:
    """Whether a model differs from the weights last loaded or committed; None when there is no model."""
    chosen = named(workspace, model)
    if isinstance(chosen, Path) and not chosen.is_file():
        return None
    tensors = await tensors_of(chosen, workspace.manifest)
    return await asyncio.to_thread(digest, tensors) != workspace.worktree.model_digest()
