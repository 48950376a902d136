"""`federity log` and `federity show`: the history as the chain holds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, whole
from federity.cli.output import Result, fields, short, table

if TYPE_CHECKING:
    from federity.repository.reports import CommitView, WeightedCommit


def register(subparsers: Subparsers) -> None:
    """Add both commands."""
    log = command(subparsers, "log", run_log, "list commits from newest to the genesis")
    log.add_argument(
        "commit", nargs="?", default="HEAD", metavar="COMMIT", help="where to start (default: HEAD)"
    )
    log.number = "-n"
    log.add_argument("-n", "--limit", type=whole, metavar="N", help="at most N commits")
    log.add_argument(
        "--plot",
        type=Path,
        metavar="FILE",
        help="draw declared accuracy and contribution shares to a .svg or .png file instead",
    )
    show = command(subparsers, "show", run_show, "show one commit, its reviews and what it is the sum of")
    show.add_argument(
        "commit", nargs="?", default="HEAD", metavar="COMMIT", help="address or HEAD~N (default: HEAD)"
    )


async def run_log(invocation: Invocation) -> Result:
    """One line a commit, or a picture of them all."""
    args = invocation.args
    async with invocation.repository() as repository:
        if args.plot is not None:
            drawn = await repository.plot(args.plot, args.commit)
            return Result(drawn.to_json(), f"{drawn.moves} moves of the head drawn in {drawn.file}")
        views = await repository.log(args.commit, limit=args.limit)
    rows = [
        (v.seq, short(v.address), v.kind, f"L{v.level}", short(v.author), v.samples, v.message) for v in views
    ]
    text = table(["move", "commit", "kind", "level", "author", "samples", "message"], rows)
    return Result([view.to_json() for view in views], text)


async def run_show(invocation: Invocation) -> Result:
    """Everything about one commit."""
    async with invocation.repository() as repository:
        view = await repository.show(invocation.args.commit)
    return Result(view.to_json(), commit_text(view))


def commit_text(view: CommitView) -> str:
    """A commit for people."""
    parts = [
        fields(
            [
                ("commit", view.address),
                ("kind", f"{view.kind}, {view.state}"),
                ("level", view.level_meaning),
                ("author", view.author),
                ("branch", view.branch),
                ("round", view.round or None),
                ("parent", view.parent or None),
                ("blob", view.blob_hash),
                ("location", view.location),
                ("samples", f"{view.samples} (declared)" if view.samples else None),
                *((f"{name} (declared)", value) for name, value in view.figures.items()),
                ("norm", f"{view.norm} (shift {view.shift})" if view.norm else None),
                ("parts", f"{view.parts_done} of {view.parts}" if view.parts else None),
                ("message", view.message or None),
            ]
        )
    ]
    if view.reviews:
        parts.append(
            table(["reviewer", "verdict", "slot"], [(r.reviewer, r.verdict, r.slot) for r in view.reviews])
        )
    if view.merged:
        parts.append(merged_table(view.merged))
    return "\n\n".join(parts)


def merged_table(merged: tuple[WeightedCommit, ...]) -> str:
    """The commits of a merge and their shares."""
    rows = [
        (short(c.id), short(c.author), c.samples, f"{c.weight / 65536:.4f}", f"L{c.level}") for c in merged
    ]
    return table(["commit", "author", "samples", "weight", "level"], rows)
