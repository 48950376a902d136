"""`commit`: turn a trained model into a delta, on this machine only. No chain, no balance, no network."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from federity.errors import ConfigError, NothingToDo, WorktreeError
from federity.objects import Change, DeltaInfo, change_of, encode_delta, quantise
from federity.repository.local_commits import commit_id
from federity.repository.models import named, tensors_of
from federity.repository.reports import LocalCommit
from federity.repository.worktree import INTERRUPTED, digest

if TYPE_CHECKING:
    import numpy as np

    from federity.repository.workspace import Workspace

MAX_SAMPLES = (1 << 32) - 1
# Figures that the chain has a field for, in millionths.
CHAIN_FIGURES = ("loss", "accuracy", "epsilon")


async def commit(
    workspace: Workspace,
    model: Any,
    message: str,
    samples: int,
    figures: Mapping[str, float],
    density: float,
    ratio: float,
    shift: int | None,
) -> LocalCommit:
    """See `Repository.commit`."""
    _check_declared(samples, figures)
    worktree = workspace.worktree
    async with worktree.lock():
        worktree.tidy()
        current = await tensors_of(named(workspace, model))
        workspace.manifest.check(current)
        in_hand = await asyncio.to_thread(digest, current)
        known = worktree.model_digest()
        if known == INTERRUPTED:
            raise WorktreeError(
                "A pull or checkout was interrupted before the model was loaded.",
                hint="Run `federity pull`, then train and commit.",
            )
        if known == in_hand:
            raise NothingToDo(
                "The model has not changed since it was loaded or committed.",
                hint="Train it first; if you did, check that the optimiser has this model's parameters.",
            )
        change = await _change(workspace, current, density, ratio, shift)
        if not change.delta.nonzero:
            raise NothingToDo(
                "The model has changed by less than the smallest step a delta can hold.",
                hint="Train longer, or with a higher learning rate, before you commit.",
            )
        head = worktree.head()
        texts = {name: repr(float(value)) for name, value in figures.items()}
        blob = encode_delta(change.delta, DeltaInfo(message, "", head.commit, texts))
        location = await workspace.objects.put(blob)
        made = LocalCommit(
            id="",
            message=message,
            parent=head.commit,
            branch=head.branch,
            samples=samples,
            figures={name: float(value) for name, value in figures.items()},
            delta=location.id.hex(),
            delta_bytes=len(blob),
            shift=change.delta.shift,
            norm=change.delta.norm,
            nonzero=change.delta.nonzero,
            elements=workspace.manifest.elements,
            created_at=time.time_ns(),
        )
        made = replace(made, id=commit_id(asdict(made)))
        worktree.commits.add(made, change.residual)
        worktree.set_model_digest(in_hand)
        return made


async def _change(
    workspace: Workspace,
    current: dict[str, np.ndarray[Any, Any]],
    density: float,
    ratio: float,
    shift: int | None,
) -> Change:
    """The delta between the model in hand and what it stands on, with what earlier commits dropped."""
    worktree, manifest = workspace.worktree, workspace.manifest
    head = worktree.head()
    commits = worktree.stack(head.branch)
    base = await workspace.base()
    state = await workspace.on_top(await workspace.head_accumulator(head), commits)
    # A model that was not loaded since the newest commit still holds what that commit dropped.
    loaded = head.loaded == (commits[-1].id if commits else "")
    residual = worktree.commits.residual(head.branch, manifest.elements) if loaded else None

    def work() -> Change:
        change = change_of(manifest, current, state.weights(manifest, base.tensors), residual)
        return quantise(
            manifest,
            change,
            density=density,
            ratio=ratio,
            norm_bound=head.norm_bound or None,
            shift=shift,
        )

    return await asyncio.to_thread(work)


async def discard(workspace: Workspace) -> LocalCommit:
    """See `Repository.discard`."""
    worktree = workspace.worktree
    async with worktree.lock():
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
        worktree.commits.remove(newest)
        worktree.drop_journal(newest.id)
        worktree.set_model_digest("")
        return newest


def _check_declared(samples: int, figures: Mapping[str, float]) -> None:
    if not 0 <= samples <= MAX_SAMPLES:
        raise ConfigError(f"{samples} samples are outside 0 to {MAX_SAMPLES}.")
    for name, value in figures.items():
        if not math.isfinite(value):
            raise ConfigError(f"The figure {name} is not finite.")
        if name in CHAIN_FIGURES and not -2147 <= value <= 2147:
            raise ConfigError(f"The figure {name} of {value} does not fit the chain's field (2147 at most).")
