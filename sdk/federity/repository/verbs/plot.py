"""`plot`: accuracy over the moves of a head, and who contributed what, as a picture.

What is drawn is in the chain's accounts. Accuracies are what the authors of commits declared: nobody proved
them. Shares are the weights recorded in merges, which the chain computed with.
"""

from __future__ import annotations

import asyncio
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from federity.errors import ConfigError, NothingToDo
from federity.repository.ledger.moves import Move, Share, moves
from federity.repository.reports import PlotReport
from federity.repository.working_copy.lock import write_atomic

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace

FORMATS = (".svg", ".png")
ONE = 1 << 16
NAMED = 7  # contributors with a colour of their own; the rest share grey
# Told apart by most eyes, also by those that see few colours (Okabe and Ito 2008).
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
GREY, LIGHT, INK = "#8C8C8C", "#E4E4E4", "#222222"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "federity",  # one history, one file
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "xtick.color": INK,
    "ytick.color": INK,
}


async def plot(workspace: Workspace, path: Path, start: Any) -> PlotReport:
    """See `Repository.plot`."""
    check(path)
    history = await moves(workspace, start)
    if not history:
        raise NothingToDo(
            "There is nothing to draw: no merge has moved this head yet.", hint="Commit and push first."
        )
    config = workspace.worktree.config()
    data = await asyncio.to_thread(drawing, history, config.spec, path.suffix[1:].lower())
    write_atomic(path, data, private=False)
    declared = sum(share.accuracy is not None for move in history for share in move.shares)
    return PlotReport(str(path), len(history), len(totals(history)), declared)


def check(path: Path) -> None:
    """Raise ConfigError for a path that no picture can be written to, and without matplotlib."""
    if path.suffix.lower() not in FORMATS:
        raise ConfigError(
            f"{path} is neither a .svg nor a .png file.", hint="The ending says which picture is drawn."
        )
    if path.is_dir():
        raise ConfigError(f"{path} is a folder.", hint="Name a file in it.")
    if not path.parent.is_dir():
        raise ConfigError(f"There is no folder {path.parent}.", hint="Make it first, or name another one.")
    if find_spec("matplotlib") is None:
        raise ConfigError(
            "Drawing needs matplotlib, which is not installed.", hint="pip install 'federity[plot]'"
        )


def totals(history: Sequence[Move]) -> Counter[str]:
    """The weights of each contributor over all merges, in Q16."""
    found: Counter[str] = Counter()
    for move in history:
        for share in move.shares:
            found[share.author] += share.weight
    return found


def drawing(history: Sequence[Move], title: str, kind: str) -> bytes:
    """The picture as bytes of an SVG or PNG file; the same history gives the same SVG."""

    def draw(figure: Any) -> None:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        figure.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
        colours = _colours(history)
        _accuracy(above, history, colours)
        _shares(below, history, colours)

    return rendered(draw, (8, 6.4), kind)


def rendered(draw: Callable[[Any], None], size: tuple[float, float], kind: str) -> bytes:
    """What `draw` makes of a figure of so many inches, as bytes of an SVG or PNG file. Needs no display."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        out = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(out, format=kind, dpi=160, metadata=metadata)
    return out.getvalue()


def _colours(history: Sequence[Move]) -> dict[str, str]:
    """A colour for each contributor, the largest first."""
    ranked = [author for author, _ in totals(history).most_common()]
    return {author: COLOURS[rank] if rank < NAMED else GREY for rank, author in enumerate(ranked)}


def _accuracy(axes: Any, history: Sequence[Move], colours: dict[str, str]) -> None:
    """Each declared accuracy as a point, and their mean by weight as a line."""
    frame(axes, "Accuracy, as declared by the authors of commits (not proved)")
    axes.set_ylabel("accuracy")
    axes.grid(axis="y", color=LIGHT, linewidth=0.8)
    declared = [(move, share) for move in history for share in move.shares if share.accuracy is not None]
    if not declared:
        axes.text(
            0.5, 0.5, "no commit declares an accuracy", ha="center", transform=axes.transAxes, color=GREY
        )
        axes.set_yticks([])
        return
    means = [(move.number, mean) for move in history if (mean := _mean(move.shares)) is not None]
    axes.plot(*zip(*means, strict=True), color=INK, linewidth=1.4, label="mean by weight in the merge")
    for keeper, marker in ((False, "o"), (True, "D")):
        points = [
            (m.number, s.accuracy, colours[s.author]) for m, s in declared if (s.kind == "server") == keeper
        ]
        if points:
            x, y, colour = zip(*points, strict=True)
            label = "the keeper's own update" if keeper else "one commit, in its author's colour"
            axes.scatter(x, y, c=colour, s=26, marker=marker, zorder=3, edgecolors="white", linewidths=0.6)
            axes.scatter([], [], c=GREY, s=26, marker=marker, label=label)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}" if 0 <= value <= 1 else f"{value:g}")
    axes.legend(loc="lower right", frameon=False, fontsize=8)


def _shares(axes: Any, history: Sequence[Move], colours: dict[str, str]) -> None:
    """A bar for each merge, made of its authors' weights."""
    frame(axes, "Contribution shares: weights recorded in merges")
    axes.set_ylabel("weight")
    axes.set_xlabel("move of the head")
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.xaxis.get_major_locator().set_params(integer=True)
    whole = sum(totals(history).values())
    places = [move.number for move in history]
    floor = [0.0] * len(history)
    for label, colour, heights in _stacks(history, colours):
        share = sum(heights) * ONE / whole if whole else 0.0
        axes.bar(places, heights, bottom=floor, width=0.8, color=colour, label=f"{label}  {share:.1%}")
        floor = [low + height for low, height in zip(floor, heights, strict=True)]
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.0, 1.02), frameon=False, fontsize=8, title="of all weight"
    )


def _stacks(history: Sequence[Move], colours: dict[str, str]) -> Iterator[tuple[str, str, list[float]]]:
    """Name, colour and height in each merge of every contributor, the many small ones as one."""
    by_move = [totals([move]) for move in history]
    authors = list(colours)
    for author in authors[:NAMED]:
        yield author[:12], colours[author], [weights[author] / ONE for weights in by_move]
    if rest := authors[NAMED:]:
        yield f"{len(rest)} others", GREY, [sum(w[author] for author in rest) / ONE for w in by_move]


def _mean(shares: Sequence[Share]) -> float | None:
    """The mean of declared accuracies by weight; None when nothing with a weight declares one."""
    known = [(share.accuracy, share.weight) for share in shares if share.accuracy is not None]
    whole = sum(weight for _, weight in known)
    return sum(accuracy * weight for accuracy, weight in known) / whole if whole else None


def frame(axes: Any, title: str) -> None:
    """A title, and no lines above and at the right."""
    axes.set_title(title, loc="left", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
