"""`federity blame`: whose commits the weights are the sum of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short, table

if TYPE_CHECKING:
    from federity.repository.reports.blame_reports import BlameReport, TensorBlame


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "blame", run)
    parser.add_argument("commit", nargs="?", default="HEAD", metavar="COMMIT", help="whose weights")
    parser.add_argument("tensors", nargs="*", metavar="TENSOR", help="only of these (default: all)")


async def run(invocation: Invocation) -> Result:
    """Add up, and print a line for each tensor and author."""
    args = invocation.args
    async with invocation.reading() as repository:
        report = await repository.blame(args.commit, args.tensors, on_progress=invocation.on_progress)
    return Result(report.to_json(), text(report, invocation.called()))


def text(report: BlameReport, called: Callable[[str], str]) -> str:
    """The shares for people."""
    rows = [row for one in (*report.tensors, report.whole) for row in _rows(one, called)]
    if not rows:
        return f"{short(report.commit)} has the weights of its base: nobody changed any"
    return table(["tensor", "author", "share", "length"], rows)


def _rows(one: TensorBlame, called: Callable[[str], str]) -> list[tuple[object, ...]]:
    return [
        ("" if number else one.name, called(share.author), f"{share.share:.1%}", f"{share.length:.3f}")
        for number, share in enumerate(one.shares)
    ]
