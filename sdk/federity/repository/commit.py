"""`commit`: turn a trained model into a delta, on this machine only. No chain, no balance, no network."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from federity import _native
from federity.errors import BlobError, ConfigError, NothingToDo, WorktreeError
from federity.objects import MAX_SHIFT, DeltaInfo, Location, decode_delta, delta_parts
from federity.objects.chunks import slices
from federity.objects.constants import moved_counters
from federity.objects.feedback import Last, Weights, asked_of, change_of, variances_of, weights_of
from federity.objects.quantisation import DENSITY, RATIO, plan
from federity.objects.scales import moved_scale
from federity.objects.segments import segments
from federity.objects.tensors import bytes_of, part_of
from federity.objects.zeros import filled_zeros, keeping_zeros
from federity.progress import each
from federity.repository.digest import digest
from federity.repository.local_commits import tail
from federity.repository.models import named, tensors_of
from federity.repository.reports import LocalCommit
from federity.repository.worktree import INTERRUPTED

if TYPE_CHECKING:
    from federity.files import Draft
    from federity.objects import Manifest
    from federity.objects.cuts import Plan
    from federity.objects.tensors import Tensor
    from federity.repository.workspace import Workspace

_Vector = npt.NDArray[np.float32]

MAX_SAMPLES = (1 << 32) - 1
# Figures that the chain has a field for, in millionths.
CHAIN_FIGURES = ("loss", "accuracy", "epsilon")


async def commit(
    workspace: Workspace,
    model: Any,
    message: str,
    samples: int,
    figures: Mapping[str, float],
    density: float | None,
    ratio: float | None,
    shift: int | None,
) -> LocalCommit:
    """See `Repository.commit`."""
    _check_declared(samples, figures)
    worktree = workspace.worktree
    async with worktree.lock():
        worktree.tidy()
        current = await tensors_of(named(workspace, model), workspace.manifest)
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
        head = worktree.head()
        base = (await workspace.base()).tensors
        counters = await asyncio.to_thread(moved_counters, workspace.manifest, current, base)
        filled = await asyncio.to_thread(filled_zeros, workspace.manifest, current, base)
        training = await _training(workspace, keeping_zeros(workspace.manifest, current, base))
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
            )
            worktree.commits.add(made, residual)
        worktree.set_model_digest(in_hand)
        return made


@dataclass(frozen=True)
class _Training:
    """What training made of a model, beside what it stands on and what earlier commits dropped."""

    manifest: Manifest
    current: Mapping[str, Tensor]
    stands: Mapping[str, Tensor]
    residual: Tensor | None
    weights: Weights

    def moved(self, part: slice) -> _Vector:
        """What training changed, in units."""
        return change_of(self.manifest, self.current, self.stands, None, part)

    def zeroed(self, part: slice, moved: _Vector) -> int:
        """How many weights training set to zero, of the elements `part` that `moved` so."""
        return sum(
            int(np.count_nonzero((part_of(self.current[spec.name], there) == 0) & (moved[here] != 0)))
            for _, spec, here, there in segments(self.manifest, part)
            if spec.kind == "parameter"
        )

    def change(self, part: slice) -> _Vector:
        """What there is to send: `federity.objects.feedback` weighs what was dropped and what is new."""
        return change_of(self.manifest, self.current, self.stands, self.residual, part, weights=self.weights)


class _Sent:
    """A delta while it is made, chunk by chunk: its blob, what it drops, and its sums."""

    def __init__(self, chosen: Plan, training: _Training, residual: Draft, counters: tuple[str, ...]) -> None:
        """Take the plan, the change, the file for what is dropped, in order, and what is no part."""
        self._plan, self._training, self._residual = chosen, training, residual
        self._counters = counters
        self.norm = 0
        self.nonzero = 0
        self.asked = 0.0
        self.zeroed = 0

    def blob(self, info: DeltaInfo, folder: str) -> Iterator[bytes | memoryview]:
        """Yield the blob in parts. Raises NothingToDo, before the first one, when all of it is zero."""
        manifest = self._plan.manifest
        return delta_parts(self._chunks(), manifest.hash, manifest.elements, self._plan.shift, info, folder)

    def _chunks(self) -> Iterator[npt.NDArray[np.int8]]:
        for part in each("encoding", list(slices(self._plan.manifest.elements)), "chunks"):
            values, dropped = self._plan.apply(part, self._training.change(part))
            self._residual.file.write(bytes_of(dropped.astype("<f4", copy=False)))
            self.norm += _native.norm(values)
            self.nonzero += int(np.count_nonzero(values))
            moved = self._training.moved(part)
            self.asked += asked_of(self._plan.manifest, moved, values, part)
            self.zeroed += self._training.zeroed(part, moved)
            yield values
        if not self.nonzero:
            counted = f", and {len(self._counters)} counters, which stay with it" if self._counters else ""
            raise NothingToDo(
                f"The model has changed by less than the smallest step a delta can hold{counted}.",
                hint="Train longer, or with a higher learning rate, before you commit.",
            )


async def _training(workspace: Workspace, current: Mapping[str, Tensor]) -> _Training:
    """Look at a trained model from what the working copy stands on."""
    worktree, manifest = workspace.worktree, workspace.manifest
    head = worktree.head()
    commits = worktree.stack(head.branch)
    base = await workspace.base()
    state = await workspace.on_top(await workspace.head_accumulator(head), commits)
    stands = state.tensors(manifest, base.tensors)
    # A model that was not loaded since the newest commit still holds what that commit dropped.
    loaded = head.loaded == (commits[-1].id if commits else "")
    left = worktree.commits.left(head.branch, manifest.elements) if loaded else None
    if left is None:
        return _Training(manifest, current, stands, None, Weights())
    last = Last(left.residual, await _values(workspace, left.delta), left.asked)
    weights = await asyncio.to_thread(weights_of, manifest, current, stands, last)
    return _Training(manifest, current, stands, left.residual, weights)


async def _values(workspace: Workspace, delta: str) -> Tensor | None:
    """The values of a delta that was made here; None when its blob is gone or damaged."""
    try:
        data = await workspace.objects.get(Location.local(bytes.fromhex(delta)))
        return (await asyncio.to_thread(decode_delta, data, workspace.manifest))[0].values
    except BlobError:
        return None


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
