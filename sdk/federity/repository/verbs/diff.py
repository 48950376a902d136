"""`diff`: how the weights of two commits, or of a commit and the working copy, differ."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from federity._generated import accounts
from federity.errors import NotFound, WorktreeError
from federity.objects.difference import Difference, difference, together
from federity.progress import OnProgress, each
from federity.repository.ledger import heads, views
from federity.repository.ledger.compared import compared
from federity.repository.ledger.weights import parts_of_weights
from federity.repository.reports.diff_reports import DiffReport, TensorDiff
from federity.repository.verbs import diff_plot, plot
from federity.repository.verbs.evaluating import Evaluation, evaluated
from federity.repository.working_copy.lock import write_atomic
from federity.repository.working_copy.models import named, tensors_of
from federity.repository.working_copy.points import Point, point, state

if TYPE_CHECKING:
    from federity.objects import Accumulator
    from federity.objects.tensors import Tensor
    from federity.repository.ledger.reader import Reader
    from federity.repository.working_copy.workspace import Workspace

WHOLE = "all"


@dataclass(frozen=True)
class _Side:
    """One side: its name, its weights, and the figures that were declared of them."""

    name: str
    weights: Mapping[str, Tensor]
    figures: dict[str, float] = field(default_factory=dict)


async def diff(
    workspace: Workspace,
    before: Any,
    after: Any,
    model: Any,
    evaluate: Evaluation | None,
    picture: Path | None,
    on_progress: OnProgress,
) -> DiffReport:
    """See `Repository.diff`."""
    if picture is not None:
        plot.check(picture)
    old = await (_loaded(workspace, model) if before is None else _commit(workspace, before, on_progress))
    new = await (_model(workspace, model) if after is None else _commit(workspace, after, on_progress))
    report = await asyncio.to_thread(_report, old, new)
    if evaluate is not None:
        figures = [await asyncio.to_thread(_measured, evaluate, side.weights) for side in (old, new)]
        report = replace(report, measured_before=figures[0], measured_after=figures[1])
    if picture is not None:
        data = await asyncio.to_thread(diff_plot.drawing, report, picture.suffix[1:].lower())
        write_atomic(picture, data, private=False)
    return report


async def between(
    reader: Reader, before: tuple[str, Accumulator], after: tuple[str, Accumulator]
) -> DiffReport:
    """How two vectors of one base differ as weights, each with what it is called."""
    return await across((*before, reader), (*after, reader))


async def across(
    before: tuple[str, Accumulator, Reader], after: tuple[str, Accumulator, Reader]
) -> DiffReport:
    """How two vectors differ as weights, each with what it is called and the reader of its base."""
    old, new = [_Side(name, await parts_of_weights(reader, state)) for name, state, reader in (before, after)]
    return await asyncio.to_thread(_report, old, new)


def _report(old: _Side, new: _Side) -> DiffReport:
    found = compared(old.weights, new.weights)
    changed = {
        name: difference(name, old.weights[name], new.weights[name])
        for name in each("comparing", list(found.changed), "tensors")
    }
    equal = (difference(name, old.weights[name], new.weights[name]) for name in found.carried)
    return DiffReport(
        before=old.name,
        after=new.name,
        tensors=tuple(_tensor(name, one) for name, one in changed.items()),
        whole=_tensor(WHOLE, together([*changed.values(), *equal])),
        same=len(found.carried),
        reshaped=found.reshaped,
        added=found.added,
        dropped=found.dropped,
        figures_before=old.figures,
        figures_after=new.figures,
    )


def _measured(evaluate: Evaluation, weights: Mapping[str, Tensor]) -> dict[str, float]:
    return evaluated(evaluate, {name: np.array(tensor) for name, tensor in weights.items()})


def _tensor(name: str, one: Difference) -> TensorDiff:
    return TensorDiff(name, one.elements, one.changed, one.flips, one.l2, one.largest, one.cosine, one.counts)


async def _commit(workspace: Workspace, reference: Any, on_progress: OnProgress) -> _Side:
    wanted = await point(workspace, reference)
    there, found = await state(workspace, wanted, heads.Fetch(on_progress))
    name, figures = await _said(there, wanted)
    return _Side(name, await parts_of_weights(there, found), figures)


async def _said(workspace: Workspace, wanted: Point) -> tuple[str, dict[str, float]]:
    """A commit's name, and the figures its author declared; of the head alone what is known here."""
    if wanted.deltas:
        return wanted.name, dict(wanted.stack[-1].figures) if wanted.stack else {}
    if wanted.local and workspace.offline:
        return workspace.worktree.head().called, {}
    commit = await workspace.load(accounts.Commit, wanted.address, "commit")
    view = await views.commit_view(workspace, wanted.address, commit)
    return view.id, dict(view.figures)


async def _loaded(workspace: Workspace, model: Any) -> _Side:
    """The weights that the model in hand was loaded with, and the commits made of it since."""
    entry = workspace.worktree.in_hand.find(named(workspace, model))
    if entry is None or entry.loaded is None:
        raise WorktreeError(
            "It is not known which commit the weights in hand were trained from.",
            hint="Name the commit to compare them with, as `federity diff HEAD`.",
        )
    found = await workspace.state_of(entry.loaded)
    name = entry.loaded.deltas[-1] if entry.loaded.deltas else entry.loaded.commit
    return _Side(name, await parts_of_weights(workspace, found))


async def _model(workspace: Workspace, model: Any) -> _Side:
    chosen = named(workspace, model)
    if isinstance(chosen, Path) and not chosen.exists():
        raise NotFound(f"There is no {chosen} to compare.", hint="Name two commits, or a file with --model.")
    name = str(chosen) if isinstance(chosen, Path) else "the model"
    return _Side(name, await tensors_of(chosen, workspace.manifest))
