"""`federity merge`: sum the round's commits, or two branches, on the chain and move the head."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli import recipe
from federity.cli.history_text import Called, merged_table
from federity.cli.invocation import Invocation
from federity.cli.operation_text import operation_text, said
from federity.cli.options import Subparsers, command, offline
from federity.cli.output import Result, short, table
from federity.cli.parser import Usage
from federity.cli.transaction import transaction

if TYPE_CHECKING:
    from federity.repository.reports import MergeReport
    from federity.repository.repository import Repository


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "merge", run, prices=True)
    parser.add_argument(
        "sides", nargs="*", metavar="BRANCH",
        help="bring these branches, or commits that were heads, into this one (default: merge the round)",
    )  # fmt: skip
    parser.add_argument(
        "--weight", type=weight, action="append", default=[], metavar="COMMIT=SHARE",
        help="what share of a BRANCH's change comes in, like 3/4 or -0.5; of a round's commit its Q16 "
        "weight, 65536 is one, for branches weighted by the keeper; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--average", action="store_true",
        help="the head becomes the average of itself and each BRANCH, at equal shares or those of --weight",
    )  # fmt: skip
    parser.add_argument(
        "--config", type=Path, metavar="FILE",
        help="what mergekit's recipe in FILE makes of the branches and commits that are its models",
    )  # fmt: skip
    parser.add_argument(
        "--check", metavar="COMMIT",
        help="make anew what a recipe made, of the message of COMMIT, and compare; ends with 1 if it differs",
    )  # fmt: skip
    parser.add_argument(
        "--ff-only", action="store_true", help="only if the head can become that BRANCH as it is"
    )
    parser.add_argument(
        "--approve", action="store_true", help="approve the locked round's set and weights instead"
    )
    said(parser)
    offline(parser)


def weight(text: str) -> tuple[str, str]:
    """Parse `COMMIT=SHARE`. Raises ArgumentTypeError."""
    from federity.repository.ledger.shares import number_of

    commit, _, number = text.partition("=")
    try:
        number_of(number)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not COMMIT=NUMBER") from error
    return commit, number


async def run(invocation: Invocation) -> Result:
    """Merge, or approve the merge."""
    args = invocation.args
    other = args.sides or args.weight or args.average or args.ff_only or args.approve
    if args.check is not None:
        if other or args.config is not None or args.message is not None:
            raise Usage("--check is of one COMMIT, and changes nothing: it goes with no other option")
        return await recipe.checked(invocation)
    if args.config is not None:
        if other:
            raise Usage("--config is a recipe, which says by itself what is merged and how")
        return await recipe.merged(invocation)
    if not args.sides and args.message is not None:
        raise Usage("-m is for a merge of a BRANCH; what is said of a round's merge its commits say")
    if not args.sides and (args.average or args.ff_only):
        raise Usage("--average and --ff-only are for a merge of a BRANCH, which they do not name")
    if args.sides and args.approve:
        raise Usage("--approve is for the round's merge, which names no BRANCH")
    if args.offline and not args.sides:
        raise Usage("--offline is for a merge of a BRANCH: a round's merge is of the chain as it is now")
    q16 = {} if args.sides else {commit: _q16(commit, share) for commit, share in args.weight}
    async with invocation.moving() if args.sides else invocation.repository() as repository:
        if args.sides:
            return await _branches(invocation, repository)
        if args.approve:
            return await transaction(
                invocation, "Approving the merge", lambda dry_run: repository.merge_approve(dry_run=dry_run)
            )
        report = await invocation.pay(
            "Merging",
            lambda dry_run: repository.merge(
                weights=q16 or None, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    return invocation.priced(
        report, report.to_json(), merge_text(report, invocation.args.dry_run, invocation.called())
    )


def _q16(commit: str, text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Usage(f"--weight {commit}={text}: the Q16 weight of a round's commit is a whole number")
    return int(text)


async def _branches(invocation: Invocation, repository: Repository) -> Result:
    args = invocation.args
    report = await invocation.pay(
        f"Merging {', '.join(map(short, args.sides))}",
        lambda dry_run: repository.merge_branch(
            *args.sides,
            weights=dict(args.weight),
            average=args.average,
            ff_only=args.ff_only,
            message=args.message,
            dry_run=dry_run,
            on_progress=invocation.on_progress,
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
