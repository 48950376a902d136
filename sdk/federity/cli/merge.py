"""`federity merge`: sum the round's commits, or two branches, on the chain and move the head."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from federity.cli.history_text import Called, merged_table
from federity.cli.invocation import Invocation
from federity.cli.operation_text import operation_text, said
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short, table
from federity.cli.parser import Usage
from federity.cli.transaction import transaction

if TYPE_CHECKING:
    from federity.repository.reports import MergeReport
    from federity.repository.repository import Repository


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(
        subparsers, "merge", run, "merge the current round, or another branch; resumes", prices=True
    )
    parser.add_argument(
        "side", nargs="?", metavar="BRANCH",
        help="bring that branch, or any commit that was a head, into this one (default: merge the round)",
    )  # fmt: skip
    parser.add_argument(
        "--weight", type=weight, action="append", default=[], metavar="COMMIT=Q16",
        help="weight of a commit, 65536 is one; repeatable, for branches weighted by the keeper",
    )  # fmt: skip
    parser.add_argument(
        "--approve", action="store_true", help="approve the locked round's set and weights instead"
    )
    said(parser)


def weight(text: str) -> tuple[str, int]:
    """Parse `COMMIT=Q16`. Raises ArgumentTypeError."""
    commit, _, number = text.partition("=")
    if not commit or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not COMMIT=NUMBER")
    return commit, int(number)


async def run(invocation: Invocation) -> Result:
    """Merge, or approve the merge."""
    args, weights = invocation.args, dict(invocation.args.weight) or None
    if args.side is None and args.message is not None:
        raise Usage("-m is for a merge of a BRANCH; what is said of a round's merge its commits say")
    if args.side is not None and (weights or args.approve):
        raise Usage("--weight and --approve are for the round's merge, which names no BRANCH")
    async with invocation.repository() as repository:
        if args.side is not None:
            return await _branch(invocation, repository)
        if invocation.args.approve:
            return await transaction(
                invocation, "Approving the merge", lambda dry_run: repository.merge_approve(dry_run=dry_run)
            )
        report = await invocation.pay(
            "Merging",
            lambda dry_run: repository.merge(
                weights=weights, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    return invocation.priced(
        report, report.to_json(), merge_text(report, invocation.args.dry_run, invocation.called())
    )


async def _branch(invocation: Invocation, repository: Repository) -> Result:
    args = invocation.args
    report = await invocation.pay(
        f"Merging {short(args.side)}",
        lambda dry_run: repository.merge_branch(
            args.side, message=args.message, dry_run=dry_run, on_progress=invocation.on_progress
        ),
    )
    return invocation.priced(report, report.to_json(), operation_text(report, args.dry_run))


def merge_text(report: MergeReport, dry_run: bool, called: Called = short) -> str:
    """What a merge did, waits for or would do, what it takes, and what it leaves out."""
    if report.finished:
        moved = f"{short(report.head_before_id)} -> {short(report.head_id)}"
        summary = f"{report.branch}: {moved} (L{report.level})"
    elif report.waiting_for:
        summary = f"round {report.index} of {report.branch} waits for {report.waiting_for}"
    elif dry_run:
        summary = f"round {report.index} of {report.branch} would be merged (L{report.level})"
    else:
        summary = f"round {report.index} of {report.branch}"
    parts = [summary]
    if report.commits:
        parts.append(merged_table(report.commits, called))
    if report.left_out:
        rows = [(short(c.id), called(c.author), c.reason) for c in report.left_out]
        parts.append(table(["left out", "author", "waited for" if report.finished else "waits for"], rows))
    return "\n\n".join(parts) + "\n"
