"""`commit --amend`: put the newest local commit and what was trained since into one, as if made at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from federity.errors import NothingToDo, WorktreeError
from federity.repository.reports import LocalCommit
from federity.repository.verbs.commit import Held, Wanted, record
from federity.repository.verbs.declared import check_declared
from federity.repository.working_copy import tip
from federity.text import short

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace
    from federity.repository.working_copy.worktree import Worktree


async def amend(
    workspace: Workspace,
    model: Any,
    message: str | None,
    samples: int | None,
    figures: Mapping[str, float] | None,
    density: float | None,
    ratio: float | None,
    shift: int | None,
) -> LocalCommit:
    """See `Repository.amend`."""
    worktree = workspace.worktree
    async with worktree.lock("commit --amend"):
        worktree.tidy()
        newest = _newest(worktree)
        given = await Held.of(workspace, model)
        held = await _as_made(workspace, given, newest)
        loaded = held.entry and held.entry.loaded
        if not loaded or not loaded.made or loaded.deltas[-1:] != (newest.delta,):
            raise WorktreeError(
                f"The weights in hand are not those that {short(newest.id)} was made of: others were loaded "
                "since.",
                hint="`federity commit` sends what training changed of them as a commit of its own.",
            )
        # A figure was measured on weights; of other ones nobody knows it.
        kept = newest.figures if loaded.known == held.digest else {}
        wanted = Wanted(
            message=newest.message if message is None else message,
            samples=newest.samples if samples is None else samples,
            figures={**kept, **(figures or {})},
            density=density,
            ratio=ratio,
            shift=shift,
            replacing=newest.replaces,
        )
        check_declared(wanted.message, wanted.samples, wanted.figures)
        # What a model was loaded with lacks what the newest commit dropped; what it was made of shows it.
        left = (
            worktree.commits.left(newest.branch, workspace.manifest.elements) if held is not given else None
        )
        return await record(workspace, held, wanted, newest, left.residual if left else None)


async def _as_made(workspace: Workspace, held: Held, newest: LocalCommit) -> Held:
    """A model that all local commits were loaded into, by `restore` say, as one made into the newest."""
    worktree, entry = workspace.worktree, held.entry
    stack = worktree.stack(worktree.head().branch)
    deltas = [commit.delta for commit in stack]
    if not entry or not entry.loaded or not entry.loaded.is_of(worktree.head().commit, deltas):
        return held
    if entry.loaded.made and entry.loaded.deltas[-1] == newest.delta:
        return held
    _, kept = await tip.weights_at(workspace, held.model, stack[:-1])
    return replace(held, entry=replace(entry, loaded=entry.loaded.as_made(kept, [newest.delta])))


def _newest(worktree: Worktree) -> LocalCommit:
    """The commit to be amended. Raises NothingToDo when there is none that is this machine's alone."""
    commits = worktree.stack(worktree.head().branch)
    own = "Commit what was trained since as a commit of its own."
    if not commits:
        raise NothingToDo("There is no local commit to amend.", hint=own)
    newest = commits[-1]
    if newest.state != "local":
        raise NothingToDo(f"The newest commit is {newest.state} on the chain already.", hint=own)
    if worktree.is_being_pushed(newest.id):
        raise NothingToDo(
            f"The push of {short(newest.id)} stopped half-way, and may have arrived.",
            hint="Run `federity push` again; or take the commit back with `federity commit --discard`.",
        )
    return newest
