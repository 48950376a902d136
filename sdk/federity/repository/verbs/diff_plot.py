"""A difference of two models as a picture: which tensors changed how much, and how large the changes are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from federity.objects.difference import DECADES
from federity.repository.verbs.plot import COLOURS, GREY, LIGHT, frame, rendered
from federity.text import short

if TYPE_CHECKING:
    from federity.repository.reports.diff_reports import DiffReport, TensorDiff

SHOWN = 24
"""Tensors with a bar of their own, those that changed most."""
LONGEST = 40


def drawing(report: DiffReport, kind: str) -> bytes:
    """The picture as bytes of an SVG or PNG file; the same difference gives the same SVG."""
    ranked = sorted(report.tensors, key=lambda one: one.l2, reverse=True)

    def draw(figure: Any) -> None:
        above, below = figure.subplots(2, 1, height_ratios=(max(2.0, 0.2 * len(ranked[:SHOWN])), 2))
        title = f"{_name(report.before)} -> {_name(report.after)}"
        figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
        _tensors(above, ranked)
        _magnitudes(below, report.whole.counts)
        if said := [f"{name}: {_figure(old)} -> {_figure(new)}" for name, old, new in report.figures]:
            figure.supxlabel("\n".join(said), x=0.01, ha="left", fontsize=8)

    return rendered(draw, (8, 4.4 + 0.2 * len(ranked[:SHOWN])), kind)


def _tensors(axes: Any, ranked: Sequence[TensorDiff]) -> None:
    """A bar for each tensor, as long as its change; beside it how many of its values have another one."""
    more = len(ranked) - SHOWN
    rest = f", the {SHOWN} that changed most of {len(ranked)}" if more > 0 else ""
    frame(axes, f"Length of the change (L2) and share of values changed{rest}")
    shown = ranked[:SHOWN]
    if not shown:
        axes.text(0.5, 0.5, "no tensor changed", ha="center", transform=axes.transAxes, color=GREY)
    places = range(len(shown))
    axes.barh(places, [one.l2 for one in shown], color=COLOURS[0], height=0.7)
    axes.set_yticks(places, [one.name[-LONGEST:] for one in shown])
    axes.invert_yaxis()
    axes.grid(axis="x", color=LIGHT, linewidth=0.8)
    axes.set_axisbelow(True)
    for place, one in zip(places, shown, strict=True):
        axes.text(one.l2, place, f"  {one.changed / one.elements:.1%}", va="center", fontsize=7, color=GREY)


def _magnitudes(axes: Any, counts: Sequence[int]) -> None:
    """A bar for each power of ten: how many values changed by about so much."""
    frame(axes, "How many values changed by how much")
    low, high = DECADES
    labels = [f"< 1e{low}", *(f"1e{power}" for power in range(low, high))]
    axes.bar(range(len(counts)), counts, color=COLOURS[0], width=0.8)
    axes.set_xticks(range(len(counts)), labels)
    axes.set_ylabel("values")
    axes.grid(axis="y", color=LIGHT, linewidth=0.8)
    axes.set_axisbelow(True)


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _name(name: str) -> str:
    return short(name) if "/" not in name and "." not in name and len(name) > LONGEST - 10 else name
