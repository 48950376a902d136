"""The page of two commits: how their weights differ, tensor by tensor."""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass

from federity.repository.reports.diff_reports import TensorDiff
from federity_explorer.read import commits, repositories
from federity_explorer.read.bases import model_of
from federity_explorer.read.cards import Card
from federity_explorer.read.database import one
from federity_explorer.read.repositories import RepositoryView
from federity_explorer.site import Ask
from federity_explorer.views.asked import Live
from federity_explorer.views.comparing import Compared

__all__ = ["DiffPage", "diff"]


@dataclass(frozen=True)
class TensorView:
    """How a tensor differs: see `federity.repository.reports.diff_reports.TensorDiff`. What is no number, as
    an infinite length, is None; `counts` has the changes by magnitude, from below 10^-8 in powers of ten.
    """

    name: str
    elements: int
    changed: int
    flips: int
    l2: float | None
    largest: float | None
    cosine: float | None
    counts: tuple[int, ...]


@dataclass(frozen=True)
class DiffPage:
    """How two commits differ. `problem` says why they were not compared; `same` counts tensors that are equal
    to the bit.
    """

    repository: RepositoryView
    before: Card
    after: Card
    problem: str
    tensors: list[TensorView]
    whole: TensorView | None
    same: int
    reshaped: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]


async def diff(live: Live, ask: Ask) -> DiffPage | None:
    """How two commits differ. Raises ChainUnavailable."""
    found = await live.site.database.answer(lambda db: _known(db, ask))
    if found is None:
        return None
    home, before, after, elements = found
    if elements is None:
        compared = Compared(None, "Their base was not fetched yet, so its size is not known here.")
    elif elements > live.site.largest:
        compared = Compared(None, "The model is too large to be compared here: `federity diff` does.")
    elif any(card.state == "abandoned" or card.closed for card in (before, after)):
        compared = Compared(None, "One of them is no longer on the chain.")
    else:
        compared = await live.comparing.diff((before.address, before.slot), (after.address, after.slot))
    report = compared.report
    return DiffPage(
        repository=home,
        before=before,
        after=after,
        problem=compared.problem,
        tensors=[] if report is None else [_tensor(one) for one in report.tensors],
        whole=None if report is None else _tensor(report.whole),
        same=0 if report is None else report.same,
        reshaped=() if report is None else report.reshaped,
        added=() if report is None else report.added,
        dropped=() if report is None else report.dropped,
    )


def _known(db: sqlite3.Connection, ask: Ask) -> tuple[RepositoryView, Card, Card, int | None] | None:
    before, after = (commits.commit(db, ask.path[name]) for name in ("before", "after"))
    home = None if after is None else repositories.repository(db, after.repository)
    if before is None or after is None or home is None:
        return None
    sizes = [_elements(db, card.branch) for card in (before, after)]
    known = [size for size in sizes if size is not None]
    return home, before, after, max(known) if len(known) == len(sizes) else None


def _elements(db: sqlite3.Connection, branch: str) -> int | None:
    """How many values a branch's vectors have, by its base; None while that was not fetched."""
    row = one(db, "SELECT base_hash FROM branches WHERE address = ?", branch)
    model, _ = ({}, "") if row is None else model_of(db, row["base_hash"])
    return int(model["elements"]) if model else None


def _tensor(one: TensorDiff) -> TensorView:
    return TensorView(
        one.name,
        one.elements,
        one.changed,
        one.flips,
        _finite(one.l2),
        _finite(one.largest),
        None if one.cosine is None else _finite(one.cosine),
        one.counts,
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
