"""`federity revert` and `federity cherry-pick`: a commit's change out of the head, or into it."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.operation_text import operation_text, said
from federity.cli.options import Subparsers, command, offline
from federity.cli.output import Result, short


def register(subparsers: Subparsers) -> None:
    """Add both commands."""
    revert = command(subparsers, "revert", run_revert, prices=True)
    revert.add_argument("commit", metavar="COMMIT", help="a commit of this branch, or one update of a round")
    said(revert)
    offline(revert)
    pick = command(subparsers, "cherry-pick", run_pick, prices=True)
    pick.add_argument("commit", metavar="COMMIT", help="a commit of any branch, or one update of a round")
    said(pick)
    offline(pick)


async def run_revert(invocation: Invocation) -> Result:
    """Take out, and say what the head is the sum of."""
    args = invocation.args
    async with invocation.moving() as repository:
        report = await invocation.pay(
            f"Reverting {short(args.commit)}",
            lambda dry_run: repository.revert(
                args.commit, message=args.message, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    return invocation.priced(report, report.to_json(), operation_text(report, args.dry_run))


async def run_pick(invocation: Invocation) -> Result:
    """Add, and say what the head is the sum of."""
    args = invocation.args
    async with invocation.moving() as repository:
        report = await invocation.pay(
            f"Picking {short(args.commit)}",
            lambda dry_run: repository.cherry_pick(
                args.commit, message=args.message, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    return invocation.priced(report, report.to_json(), operation_text(report, args.dry_run))
