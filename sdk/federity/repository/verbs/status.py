"""`status`: where the working copy stands. No chain, no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.masking import shown_url
from federity.repository.reports import LocalCommit, Status, WeightsInHand
from federity.repository.working_copy.models import named
from federity.repository.working_copy.queue import queued_view

if TYPE_CHECKING:
    from federity.repository.working_copy.in_hand import Entry
    from federity.repository.working_copy.settings import Head
    from federity.repository.working_copy.workspace import Workspace


async def status(workspace: Workspace, model: Any) -> Status:
    """See `Repository.status`."""
    worktree = workspace.worktree
    config, head = worktree.config(), worktree.head()
    stack = worktree.stack(head.branch)
    entry = worktree.in_hand.find(named(workspace, model))
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
        commits=tuple(stack),
        modified=await _modified(workspace, model, entry),
        push_in_progress=worktree.has_journal(),
        weights=_weights(head, stack, entry),
        residual=await _residual(workspace, head.branch),
        head_id=head.called,
        queued=tuple(queued_view(entry) for entry in worktree.queue.entries()),
    )


def _weights(head: Head, stack: list[LocalCommit], entry: Entry | None) -> WeightsInHand:
    if entry is None or entry.loaded is None:
        return WeightsInHand("unknown" if entry is None else "interrupted")
    loaded = entry.loaded
    at_head = loaded.is_of(head.commit, [commit.delta for commit in stack])
    return WeightsInHand(
        place="head" if at_head else "elsewhere",
        commit=loaded.commit if at_head else loaded.called,
        seq=loaded.seq,
        local=len(loaded.deltas) if at_head else 0,
        committed=loaded.made,
        on=loaded.head if not at_head and loaded.called != loaded.commit else "",
    )


async def _modified(workspace: Workspace, model: Any, entry: Entry | None) -> bool | None:
    """Whether a model differs from the weights last loaded or committed; None when there is no model."""
    chosen = named(workspace, model)
    if isinstance(chosen, Path) and not chosen.is_file():
        return None

    async def identity() -> str:
        from federity.repository.working_copy.models import identity_of, tensors_of

        return await identity_of(await tensors_of(chosen, workspace.manifest))

    if isinstance(chosen, Path):
        # Its names are those of the manifest, which the base names.
        question = f"identity with base {workspace.base_hash}"
        held = await workspace.worktree.seen.ask(chosen.absolute(), question, identity)
    else:
        held = await identity()
    return held != (entry.loaded.known if entry and entry.loaded else "")


async def _residual(workspace: Workspace, branch: str) -> float:
    """See `residual_size`."""
    left = workspace.worktree.commits.newest_left(branch)
    if not left.exists():
        return 0.0

    async def length() -> str:
        from federity.repository.verbs.commit import residual_size

        return str(await residual_size(workspace))

    return float(await workspace.worktree.seen.ask(left, f"length with base {workspace.base_hash}", length))
