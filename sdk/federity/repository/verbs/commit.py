"""`commit`: turn a trained model into a delta, on this machine only. No chain, no balance, no network."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from federity import _native
from federity.config import MAX_SAMPLES
from federity.errors import ConfigError, NothingToDo, WorktreeError
from federity.objects import MAX_SHIFT, DeltaInfo, delta_parts
from federity.objects.chunks import slices
from federity.objects.constants import moved_counters
from federity.objects.feedback import asked_of, length_of, variances_of
from federity.objects.quantisation import DENSITY, RATIO, plan
from federity.objects.scales import moved_scale
from federity.objects.tensors import bytes_of
from federity.objects.zeros import filled_zeros, keeping_zeros
from federity.progress import each
from federity.records import is_text
from federity.repository.reports import DroppedResidual, LocalCommit
from federity.repository.working_copy.digest import digest
from federity.repository.working_copy.in_hand import Entry, Loaded
from federity.repository.working_copy.local_commits import tail
from federity.repository.working_copy.models import named, tensors_of
from federity.repository.working_copy.training import Training, difference_to_head, training_of

if TYPE_CHECKING:
    from federity.files import Draft
    from federity.objects.cuts import Plan
    from federity.repository.working_copy.workspace import Workspace
    from federity.repository.working_copy.worktree import Worktree

_log = logging.getLogger("federity")

# Figures that the chain has a field for, in millionths.
RANGES = {"loss": (0.0, 2147.0), "accuracy": (0.0, 1.0), "epsilon": (0.0, 2147.0)}


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
        samples = _remembered(worktree)
    _check_declared(message, samples, figures)
    async with worktree.lock("commit"):
        worktree.tidy()
        chosen_model = named(workspace, model)
        current = await tensors_of(chosen_model, workspace.manifest)
        workspace.manifest.check(current)
        in_hand = await asyncio.to_thread(digest, current)
        head, entry = worktree.head(), worktree.in_hand.find(chosen_model)
        base = (await workspace.base()).tensors
        counters = await asyncio.to_thread(moved_counters, workspace.manifest, current, base)
        filled = await asyncio.to_thread(filled_zeros, workspace.manifest, current, base)
        kept = keeping_zeros(workspace.manifest, current, base)
        if replacing:
            training = await difference_to_head(workspace, kept)
            loaded = _declared(workspace, entry, in_hand)
        else:
            loaded = _loaded(entry, in_hand)
            training = await training_of(workspace, kept, loaded)
        chosen = await asyncio.to_thread(
            plan,
            workspace.manifest,
            training.change,
            density=DENSITY if density is None else density,
            ratio=RATIO if ratio is None else ratio,
            norm_bound=head.norm_bound or None,
            shift=shift,
            variances=await asyncio.to_thread(variances_of, workspace.manifest, current),
            moved=await asyncio.to_thread(moved_scale, workspace.manifest, current, training.stands),
        )
        texts = {name: repr(float(value)) for name, value in figures.items()}
        with worktree.commits.draft() as residual:
            sent = _Sent(chosen, training, residual, counters)
            # What it stands on is a part of a commit's name: two equal steps are two commits.
            before = worktree.stack(head.branch)
            onto = before[-1].id if before else head.commit
            blob = sent.blob(DeltaInfo(message, "", onto, texts), str(workspace.objects.root))
            location = await workspace.objects.put(blob)
            residual.file.write(tail(location.id.hex(), sent.asked))
            made = LocalCommit(
                id=location.id.hex(),
                message=message,
                parent=head.commit,
                branch=head.branch,
                samples=samples,
                figures={name: float(value) for name, value in figures.items()},
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
                trained_from=loaded.commit,
                stale=not loaded.is_of(head.commit, [c.delta for c in worktree.stack(head.branch)]),
                replaces=replacing,
                forgot=training.weights.astray,
                carried=sent.carried,
            )
            key = entry.model if entry else worktree.in_hand.name(chosen_model)
            worktree.in_hand.committing(key, made.id, loaded.committed(made.delta, in_hand))
            worktree.commits.add(made, residual)
        worktree.in_hand.settle()
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


class _Sent:
    """A delta while it is made, chunk by chunk: its blob, what it drops, and its sums."""

    def __init__(self, chosen: Plan, training: Training, residual: Draft, counters: tuple[str, ...]) -> None:
        """Take the plan, the change, the file for what is dropped, in order, and what is no part."""
        self._plan, self._training, self._residual = chosen, training, residual
        self._counters = counters
        self.norm = 0
        self.nonzero = 0
        self.asked = 0.0
        self.zeroed = 0
        self.carried = 0

    def blob(self, info: DeltaInfo, folder: str) -> Iterator[bytes | memoryview]:
        """Yield the blob in parts. Raises NothingToDo, before the first one, when all of it is zero."""
        manifest = self._plan.manifest
        return delta_parts(self._chunks(), manifest.hash, manifest.elements, self._plan.shift, info, folder)

    def _chunks(self) -> Iterator[npt.NDArray[np.int8]]:
        for part in each("encoding", list(slices(self._plan.manifest.elements)), "chunks"):
            values, dropped = self._plan.apply(part, self._training.change(part))
            left = self._training.left(part, dropped)
            self._residual.file.write(bytes_of(left.astype("<f4", copy=False)))
            self.norm += _native.norm(values)
            self.nonzero += int(np.count_nonzero(values))
            moved = self._training.moved(part)
            self.asked += asked_of(self._plan.manifest, moved, values, part)
            self.zeroed += self._training.zeroed(part, moved)
            self.carried += int(np.count_nonzero(values[moved == 0]))
            yield values
        if not self.nonzero:
            counted = f", and {len(self._counters)} counters, which stay with it" if self._counters else ""
            raise NothingToDo(
                f"The model has changed by less than the smallest step a delta can hold{counted}.",
                hint="Train longer, or with a higher learning rate, before you commit.",
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


def _remembered(worktree: Worktree) -> int:
    """How many training samples a commit declares that names no number: what is remembered, or 1, said."""
    samples = worktree.config().samples
    if not samples:
        _log.warning(
            "A commit that names no number of training samples declares 1: where merges are weighted by "
            "samples, that is its weight. Pass samples=N, or remember N for this working copy with "
            "`federity config --local set samples N`."
        )
    return samples or 1


def _check_declared(message: str, samples: int, figures: Mapping[str, float]) -> None:
    if not is_text(message):
        raise ConfigError("The message holds a character that is none in Unicode.")
    if not 0 <= samples <= MAX_SAMPLES:
        raise ConfigError(f"{samples} samples are outside 0 to {MAX_SAMPLES}.")
    for name, value in figures.items():
        if not math.isfinite(value):
            raise ConfigError(f"The figure {name} is not finite.")
        if not name or not is_text(name):
            raise ConfigError("A figure's name holds a character that is none in Unicode.")
        least, most = RANGES.get(name, (-math.inf, math.inf))
        if not least <= value <= most:
            raise ConfigError(
                f"The figure {name} is a number from {least} to {most}, and {value} is not.",
                hint="Declare it under another name.",
            )
