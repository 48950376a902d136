"""`federity diff`: how two commits, or a commit and the weights in hand, differ, tensor by tensor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.evaluation import by_command
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields, short, table
from federity.cli.refused import Refused

if TYPE_CHECKING:
    from federity.repository.reports.diff_reports import DiffReport, TensorDiff
    from federity.repository.repository import Repository

BAR = 40
DIFFERENT = 1


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "diff", run)
    parser.add_argument(
        "commits",
        nargs="*",
        metavar="COMMIT",
        help="two, or one to compare the file with, or A..B (default: what the file was loaded from)",
    )
    parser.add_argument("--model", type=Path, metavar="FILE", help="weights (default: model.safetensors)")
    parser.add_argument("--stat", action="store_true", help="only the sums over all tensors")
    parser.add_argument(
        "--evaluate", metavar="COMMAND",
        help="run COMMAND with each side's weights in a file, and compare the figures in its last line, JSON",
    )  # fmt: skip
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw it to a .svg or .png file, too")
    parser.add_argument("--exit-code", action="store_true", help="end with 1 when there is a difference")


def sides(words: list[str]) -> tuple[str | None, str | None]:
    """The two sides that the words of a command name; None is the weights in hand. Raises Refused."""
    if len(words) == 1 and ".." in words[0]:
        before, _, after = words[0].partition("..")
        if after.startswith("."):
            raise Refused("A...B needs a common ancestor: name the commit, as A..B")
        return before or "HEAD", after or "HEAD"
    if len(words) > 2:
        raise Refused("a difference has two sides: name one commit or two")
    return words[0] if words else None, words[1] if len(words) == 2 else None


async def run(invocation: Invocation) -> Result:
    """Compare, with a chain only where one has to be asked."""
    args = invocation.args
    before, after = sides(args.commits)
    if after is not None and args.model is not None:
        raise Refused("two commits are compared with each other: leave --model out")
    evaluate = None if args.evaluate is None else by_command(args.evaluate)

    async def compared(repository: Repository) -> DiffReport:
        return await repository.diff(
            before,
            after,
            args.model,
            evaluate=evaluate,
            plot=args.plot,
            on_progress=invocation.on_progress,
        )

    if before is None and after is None:
        report = await compared(invocation.local())
    else:
        async with invocation.reading() as repository:
            report = await compared(repository)
    code = DIFFERENT if args.exit_code and report.differs else 0
    return Result(report.to_json(), text(report, stat=args.stat), code)


def text(report: DiffReport, *, stat: bool) -> str:
    """The difference for people."""
    if not report.differs:
        return f"{_name(report.before)} and {_name(report.after)} are the same weights"
    parts = [f"{_name(report.before)} -> {_name(report.after)}"]
    rows = [] if stat else [_row(one) for one in report.tensors]
    if report.whole.elements:
        headers = ["tensor", "changed", "l2", "largest", "cosine", "sign flips"]
        parts.append(table(headers, [*rows, _row(report.whole)]))
        parts.append(histogram(report.whole.counts))
    names = [
        (what, ", ".join(found) or None)
        for what, found in (
            ("added", report.added),
            ("dropped", report.dropped),
            ("other shape or dtype", report.reshaped),
        )
    ]
    figures = [(name, f"{_figure(old)} -> {_figure(new)}") for name, old, new in report.figures]
    equal = f"{report.same} tensors" if report.same else None
    parts.append(fields([("the same", equal), *names, *figures]))
    return "\n\n".join(part for part in parts if part)


def histogram(counts: tuple[int, ...]) -> str:
    """A bar for each power of ten: how many values changed by about so much."""
    from federity.objects.difference import DECADES

    low, high = DECADES
    labels = [f"< 1e{low}", *(f"1e{power}" for power in range(low, high))]
    found = [number for number, count in enumerate(counts) if count]
    if not found:
        return ""
    most = max(counts)
    return "\n".join(
        f"{labels[number]:>7}  {'#' * max(1, round(BAR * counts[number] / most)) if counts[number] else ''}"
        f" {counts[number]}".rstrip()
        for number in range(found[0], found[-1] + 1)
    )


def _row(one: TensorDiff) -> tuple[object, ...]:
    share = f"{one.changed / one.elements:.1%}" if one.elements else ""
    cosine = "" if one.cosine is None else f"{one.cosine:.6f}"
    return one.name, share, f"{one.l2:.4g}", f"{one.largest:.4g}", cosine, one.flips


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:g}"


def _name(name: str) -> str:
    return short(name) if "/" not in name and "." not in name and len(name) > 30 else name
