"""`pull`: fetch the head, check it against the chain, put local commits on top, load the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity._generated import accounts
from federity.chain import pda
from federity.errors import ChainError, WorktreeError
from federity.progress import OnProgress
from federity.repository.ledger import heads
from federity.repository.ledger.references import name_at
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.reports import PullReport
from federity.repository.reports.rules import UNBOUNDED
from federity.repository.verbs.fetch import refresh
from federity.repository.verbs.replanning import replan
from federity.repository.working_copy import tip
from federity.repository.working_copy.in_hand import Loaded
from federity.repository.working_copy.loading import Loading
from federity.repository.working_copy.models import identity_of, keeping_counters, named, tensors_of
from federity.repository.working_copy.settings import Head
from federity.repository.working_copy.settling import apply, settle
from federity.text import short

if TYPE_CHECKING:
    from federity.objects.tensors import Tensor
    from federity.repository.working_copy.workspace import Workspace


async def pull(workspace: Workspace, model: Any, force: bool, on_progress: OnProgress) -> PullReport:
    """See `Repository.pull`."""
    workspace.check_reached("pull")
    async with workspace.worktree.lock("pull"):
        await workspace.check_chain()
        if workspace.worktree.queue.entries():
            return await _with_queue(workspace, model, force, on_progress)
        branch = await workspace.branch_state()
        report = await pull_locked(workspace, model, force, on_progress, branch)
        await refresh(workspace, on_progress)
        return report


async def _with_queue(workspace: Workspace, model: Any, force: bool, on_progress: OnProgress) -> PullReport:
    """Make what is queued anew on what others did, and load the result."""
    worktree = workspace.worktree
    chosen = named(workspace, model)
    if not force and await tip.uncommitted(workspace, chosen):
        raise WorktreeError(
            f"{chosen} holds changes that are not committed.",
            hint="Commit them, or put them aside with `federity stash`; --force loses them.",
        )
    before, first = worktree.head(), worktree.queue.first(worktree.head().branch)
    if first is not None and not force:
        known = replace(before, commit=first.on, seq=first.seq)
        await check_forward(workspace, known, await workspace.branch_state())
    await replan(workspace, on_progress)
    there = workspace.ahead()
    report = await pull_locked(there, model, force, on_progress, await there.branch_state())
    return replace(report, head_before=before.commit, head_before_id=before.called)


async def check_forward(workspace: Workspace, known: Head, branch: accounts.Branch) -> None:
    """Refuse a head that comes before the one this working copy stands on, or in its place.

    A branch's count of moves only grows, whatever its heads are: a smaller one is a node that lags or a fork,
    the same with another head a fork. Where a branch starts is never taken back. Raises ChainError.
    """
    behind = branch.head_seq < known.seq
    if not behind:
        if branch.head_seq > known.seq or known.seq == 0:
            return
        moved = str(branch.head) != known.commit
        if not moved and not heads.is_another(workspace, branch.head, await workspace.commit(branch.head)):
            return
    here = f"here it was seen at {short(known.called)} (move {known.seq})"
    there = f"at another head (move {branch.head_seq})"
    why = "the node lags behind, or the cluster dropped" if behind else "the cluster dropped"
    raise ChainError(
        f"On the chain {known.branch} is {there}, and {here}: {why} a block that was confirmed and not final "
        "yet.",
        hint="Pull again a minute later. If it stays so, copy your model file, `federity pull --force`, put "
        "the copy back and `federity commit --replace`: that sends its weights again. With `federity config "
        "set commitment finalized` no verb believes what can still be dropped.",
    )


async def pull_locked(
    workspace: Workspace, model: Any, force: bool, on_progress: OnProgress, branch: accounts.Branch
) -> PullReport:
    """Pull a branch, and stand on it, while the caller holds the lock and has checked the chain.

    Raises WorktreeError when the file to be written holds training that no commit has, ManifestMismatch when
    a model is given that the weights of another base are not for, ChainError when the chain has not come as
    far as it had.
    """
    worktree, name = workspace.worktree, pda.plain_name(bytes(branch.name))
    worktree.tidy()
    config, before = worktree.config(), worktree.head()
    if before.branch == name and not force:
        await check_forward(workspace, before, branch)
    there = await workspace.on_base_of(branch)
    chosen = named(workspace, model)
    if there is not workspace and not isinstance(chosen, Path):
        there.manifest.check(await tensors_of(chosen, there.manifest))
    fetch = heads.Fetch(on_progress)
    mark = worktree.mark(str(branch.head))
    head = await heads.accumulator(there, branch.head, fetch)
    # Nobody is asked for the name of a head that is on record, which most pulls find again.
    same = before.commit == str(branch.head) and worktree.mark(before.commit) == mark
    known = before.id if same else ""
    head_name = known or await name_at(workspace, branch.head)
    settled = await settle(workspace, worktree.own(name))
    landed = {commit.id for commit in settled.landed}
    stack = [commit for commit in worktree.own(name) if commit.id not in landed]
    weights: Mapping[str, Tensor]
    weights = await parts_of_weights(there, await there.on_top(head, stack))
    if there is workspace:
        weights = await keeping_counters(workspace, chosen, weights)
    loaded = Loaded(
        commit=str(branch.head),
        seq=branch.head_seq,
        base=there.base_hash,
        head=str(branch.head),
        accumulator=workspace.known_accumulator(str(branch.head)),
        identity=await identity_of(weights),
        deltas=tuple(commit.delta for commit in stack),
    )
    loading = await Loading.prepare(workspace, chosen, weights, loaded, force)

    # Everything is at hand and checked, and nothing of the working copy has changed so far.
    loading.begin()
    if (name, there.base_hash) != (config.branch, config.base):
        worktree.set_branch(name, there.base_hash)
    rebased = apply(workspace, settled, branch.head)
    bound = branch.rules.norm_bound
    worktree.set_head(
        Head(
            name,
            str(branch.head),
            branch.head_seq,
            norm_bound=0 if bound == UNBOUNDED else bound,
            id="" if head_name == str(branch.head) else head_name,
        )
    )
    await loading.finish()
    worktree.places.move(name, before.branch)
    return PullReport(
        repository=config.repository,
        branch=name,
        head_before=before.commit,
        head=str(branch.head),
        head_seq=branch.head_seq,
        head_before_id=before.id or before.commit,
        head_id=head_name,
        digest=loaded.identity,
        fetched_bytes=fetch.fetched_bytes,
        rebuilt=fetch.rebuilt,
        refused=tuple(fetch.refused),
        rebased=rebased,
        landed=tuple(commit.id for commit in settled.landed),
        local=len(stack),
        returned=tuple(commit.id for commit in settled.returned),
    )
