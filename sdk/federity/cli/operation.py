"""`federity operation`: heads that were proposed as sums of commits, and wait."""

from __future__ import annotations

from federity.cli.history_text import subject
from federity.cli.invocation import Invocation
from federity.cli.operation_text import closed_text, sum_text, vote_text
from federity.cli.options import Subparsers, command, group
from federity.cli.output import Result, short, table


def register(subparsers: Subparsers) -> None:
    """Add the command and its four verbs."""
    parser = command(subparsers, "operation", run_list)
    verbs = group(parser, "VERB", required=False)
    command(verbs, "list", run_list, "list what is not finished")
    approve = command(
        verbs, "approve", run_approve, "vote for exactly this sum on exactly this head", prices=True
    )
    finish = command(verbs, "finish", run_finish, "go on with one; anyone may", prices=True)
    for verb in (approve, finish):
        verb.add_argument("operation", metavar="OPERATION", help="its address, or the start of it")
    close = command(verbs, "close", run_close, "give one up, and get its rent back", prices=True)
    close.add_argument(
        "operation",
        nargs="?",
        metavar="OPERATION",
        help="its address, or the start of it (default: all of yours that the head has left behind)",
    )


async def run_list(invocation: Invocation) -> Result:
    """One line an operation."""
    called = invocation.called()
    async with invocation.repository() as repository:
        views = await repository.operations()
    rows = [
        (
            short(view.address),
            view.branch,
            called(view.author),
            "stale" if view.stale else f"{view.approvals} of {view.needed}",
            sum_text(view.terms, view.m),
            subject(view.message, view.message_problem),
        )
        for view in views
    ]
    text = table(["operation", "branch", "author", "approvals", "sum", "message"], rows)
    return Result([view.to_json() for view in views], text if views else "no operation waits")


async def run_approve(invocation: Invocation) -> Result:
    """Vote, and finish it with the last vote."""
    args = invocation.args
    async with invocation.repository() as repository:
        report = await invocation.pay(
            f"Approving {short(args.operation)}",
            lambda dry_run: repository.operation_approve(
                args.operation, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    return invocation.priced(report, report.to_json(), vote_text(report, "approved", args.dry_run))


async def run_finish(invocation: Invocation) -> Result:
    """Go on with it."""
    args = invocation.args
    async with invocation.repository() as repository:
        report = await invocation.pay(
            f"Finishing {short(args.operation)}",
            lambda dry_run: repository.operation_finish(
                args.operation, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    return invocation.priced(report, report.to_json(), vote_text(report, "finished", args.dry_run))


async def run_close(invocation: Invocation) -> Result:
    """Close, and say what came back."""
    args = invocation.args
    async with invocation.repository() as repository:
        report = await invocation.pay(
            "Closing", lambda dry_run: repository.operation_close(args.operation, dry_run=dry_run)
        )
    return invocation.priced(report, report.to_json(), closed_text(report, args.dry_run))
