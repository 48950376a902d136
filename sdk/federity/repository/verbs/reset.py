"""`reset`: take local commits back, down to a commit; with `hard` the model file becomes that commit's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity.errors import ConfigError, WorktreeError
from federity.repository.ledger.references import parted, resolve
from federity.repository.reports.local_reports import LocalCommit, ResetReport
from federity.repository.verbs.queueing import take_back
from federity.repository.working_copy import tip
from federity.repository.working_copy.models import named
from federity.repository.working_copy.points import Point, here
from federity.repository.working_copy.queue import BRANCH, queued_view

if TYPE_CHECKING:
    from federity.repository.working_copy.in_hand import Loaded
    from federity.repository.working_copy.workspace import Workspace


async def reset(workspace: Workspace, to: Any, model: Any, hard: bool, force: bool) -> ResetReport:
    """See `Repository.reset`."""
    worktree = workspace.worktree
    async with worktree.lock("reset --hard" if hard else "reset"):
        worktree.tidy()
        chosen = named(workspace, model)
        count, to = await _below(workspace, to)
        if count:
            return await _with_queue(workspace, count, to, chosen, hard, force)
        stack = worktree.stack(worktree.head().branch)
        kept, dropped = await _parted(workspace, to, stack)
        weights, loaded = await tip.weights_at(workspace, chosen, kept)
        lost = await tip.uncommitted(workspace, chosen)
        if hard and lost and not force:
            raise _lost(chosen)
        _discard(workspace, loaded, dropped)
        if hard:
            await tip.put(workspace, chosen, weights, loaded, identity=loaded.identity, force=True)
        now = kept[-1].id if kept else worktree.head().called
        return ResetReport(now, tuple(commit.id for commit in dropped), hard, hard and lost)


async def _below(workspace: Workspace, to: Any) -> tuple[int, Any]:
    """How many of what is queued, from the last on, lie on top of a commit that is no further down than the
    first of them, and that commit by a name that it has then. Raises ConfigError.
    """
    worktree = workspace.worktree
    branch, entries = worktree.head().branch, worktree.queue.entries()
    if worktree.queue.last(branch) is None or isinstance(here(workspace, to), Point):
        return 0, to
    address = str(await resolve(workspace, parted(workspace, to)[1]))
    for count, entry in enumerate(reversed(entries), 1):
        if entry.branch != branch or entry.asked.verb == BRANCH:
            break
        if address == entry.on:
            return count, address
        if address in entry.landings:
            return count, entry.under[entry.landings.index(address)]
    if any(address in entry.heads[:-1] for entry in entries if entry.branch == branch):
        raise ConfigError(
            "Something of another branch was queued after what is to be taken back.",
            hint="`federity queue drop` takes back what was queued last, `federity queue` lists it.",
        )
    return 0, to


async def _with_queue(
    workspace: Workspace, count: int, to: Any, chosen: Any, hard: bool, force: bool
) -> ResetReport:
    """Take back what is queued on top of a commit, and the local commits on both: from the top, one thing
    after the other, so that a process killed in between has gone down a part of the way.
    """
    worktree = workspace.worktree
    branch = worktree.head().branch
    lost = await tip.uncommitted(workspace, chosen)
    if hard and lost and not force:
        raise _lost(chosen)
    going = [one for entry in worktree.queue.entries()[-count:] for one in entry.under]
    going = going[going.index(to) + 1 :] if to in going else going
    stack = worktree.stack(branch)
    _check_local([*(worktree.commits.get(one) for one in going if worktree.commits.has(one)), *stack])
    dropped: list[LocalCommit] = []
    queued = []
    for _ in range(count):
        stack = worktree.stack(branch)
        if stack:
            _discard(workspace, (await tip.weights_at(workspace, chosen, []))[1], stack)
        dropped = [*stack, *dropped]
        queued.append(queued_view(await take_back(workspace, chosen)))
    kept, more = await _parted(workspace, to, worktree.stack(branch))
    weights, loaded = await tip.weights_at(workspace, chosen, kept)
    _discard(workspace, loaded, more)
    if hard:
        await tip.put(workspace, chosen, weights, loaded, identity=loaded.identity, force=True)
    now = kept[-1].id if kept else worktree.head().called
    identities = tuple(commit.id for commit in (*more, *dropped))
    return ResetReport(now, identities, hard, hard and lost, tuple(reversed(queued)))


def _discard(workspace: Workspace, kept: Loaded, dropped: list[LocalCommit]) -> None:
    """Take the newest commits of the branch back, down to the weights `kept`: they are a change again."""
    workspace.worktree.in_hand.resetting(kept, [commit.delta for commit in dropped])
    # The newest goes first, so that a process killed in between leaves a stack without gaps.
    for commit in reversed(dropped):
        workspace.worktree.discard(commit)


def _lost(chosen: Any) -> WorktreeError:
    return WorktreeError(
        f"{chosen} holds changes that are not committed.",
        hint="Commit them, put them aside with `federity stash`, or lose them with --force.",
    )


async def _parted(
    workspace: Workspace, to: Any, stack: list[LocalCommit]
) -> tuple[list[LocalCommit], list[LocalCommit]]:
    """The local commits that stay and those that go. Raises ConfigError for what is no commit to stop at, and
    NotFound and ChainUnavailable for a name that is not of this working copy.
    """
    wanted = here(workspace, to)
    if wanted is to:
        # A name that the chain gives: it may well be that of the head which is here.
        await workspace.check_chain()
        wanted = Point(await resolve(workspace, to))
    if not isinstance(wanted, Point) or str(wanted.address) != workspace.worktree.head().commit:
        raise await _elsewhere(workspace, to, wanted, len(stack))
    kept = list(wanted.stack)
    if wanted.dropped:
        raise ConfigError(
            f"{to} has commits that were taken back: they are no more.",
            hint=f"`federity restore --source {to}` puts their weights into the model file, to be committed.",
        )
    dropped = stack[len(kept) :]
    _check_local(dropped)
    return kept, dropped


async def _elsewhere(workspace: Workspace, to: Any, wanted: Any, count: int) -> ConfigError:
    """Why no reset of local commits ends at `to`: the branch has gone on to there, or it lies below."""
    branch = workspace.worktree.head().branch
    if isinstance(wanted, Point) and wanted.address == (await workspace.branch_state()).head:
        back = f"`federity reset HEAD~{count}` takes your local commits back, then " if count else ""
        return ConfigError(
            f"{to} is the head of {branch} on the chain, and HEAD is on one that you pulled before.",
            hint=f"{back}`federity pull` goes there.",
        )
    return ConfigError(
        f"The head on the chain moves forward only, and {to} is no commit on top of it.",
        hint=f"`federity restore --source {to}` puts its weights into the model file, to be committed; "
        f"`federity branch reset {branch} {to}` takes the branch there.",
    )


def _check_local(dropped: list[LocalCommit]) -> None:
    sent = [commit for commit in dropped if commit.state != "local"]
    if sent:
        raise ConfigError(
            f"The commit {sent[0].id[:12]} is {sent[0].state} on the chain already.",
            hint="A maintainer can reject it; after the round it comes back with `federity pull`.",
        )
