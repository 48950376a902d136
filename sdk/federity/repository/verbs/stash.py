"""`stash`: put trained weights aside, whole, and take them back later."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.errors import ConfigError, NotFound, NothingToDo, WorktreeError
from federity.repository.reports.local_reports import StashEntry
from federity.repository.working_copy import tip
from federity.repository.working_copy.models import identity_of, named, tensors_of
from federity.repository.working_copy.stash import Stashed

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def push(workspace: Workspace, message: str, model: Any) -> StashEntry:
    """See `Repository.stash_push`."""
    worktree = workspace.worktree
    async with worktree.lock("stash"):
        worktree.tidy()
        chosen = named(workspace, model)
        if not isinstance(chosen, Path):
            raise ConfigError("A stash is of a file: save the live model into one first.")
        if not chosen.is_file():
            raise NotFound(f"There is no {chosen} to put aside.")
        entry = worktree.in_hand.find(chosen)
        if entry is None or entry.loaded is None:
            raise WorktreeError(
                "It is not known which commit these weights were trained from.",
                hint="Copy the file aside by hand, and run `federity pull`.",
            )
        held = await identity_of(await tensors_of(chosen, workspace.manifest))
        if held == entry.loaded.known:
            raise NothingToDo("The model has not changed since it was loaded or committed.")
        # Whatever is needed to put the weights of HEAD in their place is at hand before anything is written.
        weights, loaded = await tip.weights_at(workspace, chosen, worktree.stack(worktree.head().branch))
        stashed = Stashed(worktree.head().branch, message, held, entry.loaded, time.time_ns())
        worktree.stash.add(chosen, stashed)
        await tip.put(workspace, chosen, weights, loaded, identity=loaded.identity, force=True)
        return _entry(0, stashed)


async def pop(workspace: Workspace, place: int, model: Any, keep: bool) -> StashEntry:
    """See `Repository.stash_pop`."""
    worktree = workspace.worktree
    async with worktree.lock("stash pop"):
        worktree.tidy()
        number, stashed = worktree.stash.nth(place)
        if stashed.loaded.base != workspace.base_hash:
            raise WorktreeError(
                f"These weights were trained on {stashed.branch}, which has another base.",
                hint=f"Switch to it with `federity checkout {stashed.branch}`.",
            )
        file = worktree.stash.weights(number)
        weights = await tensors_of(file, workspace.manifest)
        if await identity_of(weights) != stashed.digest:
            raise WorktreeError(
                f"{file} is not what was put aside.", hint="Forget it with `federity stash drop`."
            )
        chosen = named(workspace, model)
        await tip.put(workspace, chosen, weights, stashed.loaded, identity=stashed.digest, force=False)
        if not keep:
            worktree.stash.drop(number)
        return _entry(place, stashed)


async def stashes(workspace: Workspace) -> Sequence[StashEntry]:
    """See `Repository.stashes`."""
    found = workspace.worktree.stash.all()
    return [_entry(place, stashed) for place, (_, stashed) in enumerate(found)]


async def drop(workspace: Workspace, place: int) -> StashEntry:
    """See `Repository.stash_drop`."""
    worktree = workspace.worktree
    async with worktree.lock("stash drop"):
        number, stashed = worktree.stash.nth(place)
        worktree.stash.drop(number)
        return _entry(place, stashed)


def _entry(place: int, stashed: Stashed) -> StashEntry:
    return StashEntry(
        name=f"stash@{{{place}}}",
        message=stashed.message,
        branch=stashed.branch,
        commit=stashed.loaded.deltas[-1] if stashed.loaded.deltas else stashed.loaded.commit,
        digest=stashed.digest,
        time=stashed.at // 1_000_000_000,
    )
