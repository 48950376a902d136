"""`commit`: turn a trained model into a delta, on this machine only. No chain, no balance, no network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from federity.errors import NothingToDo, WorktreeError
from federity.objects import MAX_SHIFT, DeltaInfo
from federity.objects.constants import moved_counters
from federity.objects.feedback import Weights, length_of
from federity.objects.quantisation import DENSITY, RATIO, plan
from federity.objects.statistics import statistics_of
from federity.objects.zeros import filled_zeros, keeping_zeros
from federity.repository.reports import DroppedResidual, LocalCommit
from federity.repository.verbs.commit_delta import Sent
from federity.repository.verbs.declared import check_declared, remembered
from federity.repository.working_copy.digest import digest
from federity.repository.working_copy.in_hand import Entry, Loaded
from federity.repository.working_copy.local_commits import tail
from federity.repository.working_copy.models import named, tensors_of
from federity.repository.working_copy.training import difference_to_head, training_of
from federity.text import short

if TYPE_CHECKING:
    from federity.objects.tensors import Tensor
    from federity.repository.working_copy.workspace import Workspace


@dataclass(frozen=True)
class Wanted:
    """What a commit is to say, and how its delta is to be made: see `Repository.commit`."""

    message: str
    samples: int
    figures: Mapping[str, float]
    density: float | None = None
    ratio: float | None = None
    shift: int | None = None
    replacing: bool = False


async def commit(
    workspace: Workspace,
    model: Any,
    message: str,
    samples: int | None,
    figures: Mapping[str, float],
    density: float | None,
    ratio: float | None,
    shift: int | None,
    replacing: bool,
) -> LocalCommit:
    """See `Repository.commit`."""
    worktree = workspace.worktree
    if samples is None:
        samples = remembered(worktree)
    check_declared(message, samples, figures)
    async with worktree.lock("commit"):
        worktree.tidy()
        held = await Held.of(workspace, model)
        return await record(
            workspace, held, Wanted(message, samples, figures, density, ratio, shift, replacing)
        )


async def check(workspace: Workspace, model: Any, replacing: bool) -> None:
    """See `Repository.check_commit`."""
    held = await Held.of(workspace, model)
    if not replacing:
        _loaded(held.entry, held.digest)


@dataclass(frozen=True)
class Held:
    """A model in hand: its tensors, their digest, and what is known of where they were loaded from."""

    model: Any
    tensors: Mapping[str, Tensor]
    digest: str
    entry: Entry | None

    @classmethod
    async def of(cls, workspace: Workspace, model: Any) -> Held:
        """Read a model. Raises ManifestMismatch, BadModelFile, FileUnavailable, and WorktreeError when it may
        have been trained from one of two things.
        """
        chosen = named(workspace, model)
        tensors = await tensors_of(chosen, workspace.manifest)
        workspace.manifest.check(tensors)
        in_hand = await asyncio.to_thread(digest, tensors)
        doubtful = workspace.worktree.in_hand.doubtful(chosen)
        if doubtful is not None:
            raise _doubt(*doubtful)
        return cls(chosen, tensors, in_hand, workspace.worktree.in_hand.find(chosen))


async def record(
    workspace: Workspace,
    held: Held,
    wanted: Wanted,
    amended: LocalCommit | None = None,
    owed: Tensor | None = None,
) -> LocalCommit:
    """Make a commit of a model, in the place of one that is `amended`: as if that had never been made.

    `owed` is what that one dropped, where the model does not hold it. The caller holds the lock.
    """
    worktree, current = workspace.worktree, held.tensors
    there, entry = workspace, held.entry
    if amended is not None and entry is not None:
        there = workspace.without(amended)
        entry = replace(entry, loaded=entry.loaded and entry.loaded.taken_back(amended.delta))
    head, before = worktree.head(), there.worktree.stack(worktree.head().branch)
    base = (await workspace.base()).tensors
    counters = await asyncio.to_thread(moved_counters, workspace.manifest, current, base)
    filled = await asyncio.to_thread(filled_zeros, workspace.manifest, current, base)
    kept = keeping_zeros(workspace.manifest, current, base)
    if wanted.replacing:
        training = await difference_to_head(there, kept)
        loaded = _declared(there, entry, held.digest)
    else:
        loaded = _loaded(entry, held.digest)
        training = await training_of(there, kept, loaded)
        if owed is not None:
            training = replace(training, residual=owed, weights=Weights(), waits=None)
    chosen = await asyncio.to_thread(
        plan,
        workspace.manifest,
        training.change,
        density=DENSITY if wanted.density is None else wanted.density,
        ratio=RATIO if wanted.ratio is None else wanted.ratio,
        norm_bound=head.norm_bound or None,
        shift=wanted.shift,
        statistics=await asyncio.to_thread(statistics_of, workspace.manifest, current, training.stands),
    )
    texts = {name: repr(float(value)) for name, value in wanted.figures.items()}
    with worktree.commits.draft() as residual:
        sent = Sent(chosen, training, residual, counters)
        # What it stands on is a part of a commit's name: two equal steps are two commits.
        onto = before[-1].id if before else head.commit
        blob = sent.blob(DeltaInfo(wanted.message, "", onto, texts), str(workspace.objects.root))
        location = await workspace.objects.put(blob)
        residual.file.write(tail(location.id.hex(), sent.asked))
        made = LocalCommit(
            id=location.id.hex(),
            message=wanted.message,
            parent=head.commit,
            branch=head.branch,
            samples=wanted.samples,
            figures={name: float(value) for name, value in wanted.figures.items()},
            delta=location.id.hex(),
            delta_bytes=workspace.objects.path(location).stat().st_size,
            shift=chosen.shift,
            norm=sent.norm << 2 * (MAX_SHIFT - chosen.shift),
            nonzero=min(sent.nonzero, workspace.manifest.weights),
            elements=workspace.manifest.weights,
            created_at=time.time_ns(),
            counters=counters,
            kept_zeros=filled,
            zeroed=sent.zeroed,
            trained_from=loaded.called,
            stale=not loaded.is_of(head.commit, [other.delta for other in before]),
            replaces=wanted.replacing,
            forgot=training.weights.astray,
            carried=sent.carried,
            unfit=await asyncio.to_thread(sent.unfit.said),
        )
        key = entry.model if entry else worktree.in_hand.name(held.model)
        loaded = loaded.committed(made.delta, held.digest)
        if amended is None:
            worktree.in_hand.committing(key, made.id, loaded)
            worktree.commits.add(made, residual)
        elif made.id == amended.id:
            # The same bytes once more: what was left out, or only what is said beside them, is other.
            worktree.commits.rewrite(made, residual)
            worktree.in_hand.committing(key, made.id, loaded)
        else:
            worktree.in_hand.amending(key, made.id, loaded, amended)
            worktree.commits.add(replace(made, amends=amended.id), residual)
    worktree.tidy()
    return made


def _loaded(entry: Entry | None, in_hand: str) -> Loaded:
    """What the model in hand was loaded with. Raises WorktreeError, and NothingToDo when it is that still."""
    if entry is None:
        raise WorktreeError(
            "It is not known which commit these weights were trained from, so not what training changed.",
            hint="Run `federity pull` and train from there, or make them the head as they are with "
            "`federity commit --replace`.",
        )
    if entry.loaded is None:
        raise WorktreeError(
            "A pull or checkout was interrupted before the model was loaded.",
            hint="Run `federity pull`, then train and commit.",
        )
    if entry.loaded.known == in_hand:
        raise NothingToDo(
            "The model has not changed since it was loaded or committed.",
            hint="Train it first; if you did, check that the optimiser has this model's parameters.",
        )
    return entry.loaded


def _doubt(aside: Entry, here: Entry) -> WorktreeError:
    one, other = (
        f"{short(entry.loaded.commit) if entry.loaded else 'nothing whole'} in {entry.place}"
        for entry in (aside, here)
    )
    return WorktreeError(
        f"It is not known whether this model was trained from {one} or from {other}.",
        hint="Write it over the file that it was trained from, and commit that.",
    )


def _declared(workspace: Workspace, entry: Entry | None, in_hand: str) -> Loaded:
    """Weights that are to be the head: they count as loaded from it and its local commits from now on."""
    worktree = workspace.worktree
    head, before = worktree.head(), entry.loaded if entry else None
    return Loaded(
        commit=head.commit,
        seq=head.seq,
        base=workspace.base_hash,
        head=head.commit,
        accumulator=workspace.known_accumulator(head.commit),
        identity=in_hand,
        deltas=tuple(commit.delta for commit in worktree.stack(head.branch)),
        declared=True,
        before=before and replace(before, before=None),
    )


async def discard(workspace: Workspace) -> LocalCommit:
    """See `Repository.discard`."""
    worktree = workspace.worktree
    async with worktree.lock("commit --discard"):
        worktree.tidy()
        commits = worktree.stack(worktree.head().branch)
        if not commits:
            raise NothingToDo("There is no local commit to take back.")
        newest = commits[-1]
        if newest.state != "local":
            raise NothingToDo(
                f"The newest commit is {newest.state} on the chain already.",
                hint="A maintainer can reject it; after the round it comes back with `federity pull`.",
            )
        worktree.discard(newest)
        return newest


async def drop_residual(workspace: Workspace) -> DroppedResidual:
    """See `Repository.drop_residual`."""
    worktree = workspace.worktree
    async with worktree.lock():
        worktree.tidy()
        branch = worktree.head().branch
        size = await residual_size(workspace)
        if not size:
            raise NothingToDo("No commit of this branch has left anything out.")
        worktree.commits.forget_left(branch)
        return DroppedResidual(branch, size)


async def residual_size(workspace: Workspace) -> float:
    """The length, in units of the weights, of what the branch lacks of what its commits were to send."""
    worktree, manifest = workspace.worktree, workspace.manifest
    left = worktree.commits.left(worktree.head().branch, manifest.elements)
    return 0.0 if left is None else await asyncio.to_thread(length_of, manifest, left.residual)
