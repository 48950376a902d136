"""What is said of heads that are sums of commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.history_text import subject
from federity.cli.output import short, sol, table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from federity.repository.reports import RentReport
    from federity.repository.reports.operation_reports import NamedTerm, OperationReport, VoteReport
    from federity.repository.reports.queue_reports import QueuedView

WORDS = {
    "merge": "merged {}",
    "average": "averaged with {}",
    "recipe": "merged {} by a recipe",
    "fast-forward": "fast-forwarded to {}",
    "pick": "picked {}",
    "revert": "reverted {}",
    "reset": "reset to {}",
}
UPDATE_ONE = 65536


def said(parser: argparse.ArgumentParser) -> None:
    """Add what a verb takes as the message of the head that it makes."""
    parser.add_argument(
        "-m", "--message", metavar="TEXT",
        help="what the history says of it; in the store, its hash on the chain (default: what git would say)",
    )  # fmt: skip


def closed_text(report: RentReport, dry_run: bool) -> str:
    """What came back of an operation that was given up or left behind."""
    would = "would come" if dry_run else "came"
    return f"{report.action} {report.subject}: {sol(report.returned)} {would} back"


def operation_text(report: OperationReport, dry_run: bool) -> str:
    """What a verb did to a head, what it waits for, and the sum."""
    said = WORDS[report.what].format(", ".join(map(short, (report.subject, *report.others))))
    moved = f"{short(report.head_before_id)} -> {short(report.head)}"
    if report.queued:
        lines = [f"{report.branch}: {moved}, {said}, {'it would be queued' if dry_run else 'queued'}"]
    elif report.finished:
        lines = [f"{report.branch}: {moved}, {said}"]
    elif dry_run:
        lines = [f"{report.branch}: {said}, it would be"]
    else:
        lines = [f"{report.branch}: {said}, proposed as operation {report.operation}"]
    lines.append(f"the sum: {sum_text(report.terms, report.m)}")
    if report.message:
        lines.append(f"the message: {subject(report.message)}")
    if report.queued:
        lines.append("nothing was sent; `federity push` sends what is queued")
    elif report.waiting_for:
        lines.append(f"{'it would wait' if dry_run else 'it waits'} for {report.waiting_for}")
    elif report.finished:
        lines.append("`federity pull` loads it")
    return "\n".join(lines)


def vote_text(report: VoteReport, done: str, dry_run: bool) -> str:
    """What became of an operation."""
    if dry_run:
        return f"operation {short(report.operation)} would be {done}"
    if report.finished:
        return f"operation {short(report.operation)} is finished: the head is {short(report.head)}"
    return f"{done} operation {short(report.operation)}: it waits for {report.waiting_for}"


def sum_text(terms: Sequence[NamedTerm], m: int) -> str:
    """A sum of commits on one line: `a1b2c3d4 - 5e6f7a8b + 3/4 9c0d1e2f`."""
    parts = []
    for term in terms:
        over = UPDATE_ONE if term.update else 1 << m
        number = "" if abs(term.factor) == over else f"{abs(term.factor)}/{over} "
        parts.append(f"{'-' if term.factor < 0 else '+'} {number}{short(term.id)}")
    return " ".join(parts).removeprefix("+ ")


def queue_table(views: Sequence[QueuedView]) -> str:
    """A line for each, the oldest first."""
    rows = [
        (
            view.verb,
            view.branch,
            short(view.head_before),
            short(view.head),
            len(view.commits) or "",
            subject(view.message),
        )
        for view in views
    ]
    return table(["queued", "branch", "on", "head then", "commits before", "message"], rows)
