"""`federity switch`: go to another branch, or to a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, offline
from federity.cli.output import Result, short
from federity.cli.refused import Refused

if TYPE_CHECKING:
    from federity.repository.reports import CheckoutReport


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "switch", run, prices=True)
    parser.add_argument(
        "branch",
        nargs="?",
        metavar="BRANCH",
        help="the branch, or - for the one before; with -c where it starts",
    )
    parser.add_argument("-c", "--create", metavar="NAME", help="make this branch at BRANCH, COMMIT or HEAD")
    offline(parser)
    parser.add_argument(
        "-f", "--force", action="store_true", help="overwrite weights that were not committed"
    )


async def run(invocation: Invocation) -> Result:
    """Switch; a new branch is paid for first."""
    args = invocation.args
    if args.create is not None:
        if args.force:
            raise Refused("a new branch takes the training in hand along: leave --force out")
        return await create(invocation, args.create, args.branch or "HEAD")
    if args.branch is None:
        raise Refused("name the branch to switch to, or a new one with -c")
    if args.dry_run:
        raise Refused("to switch costs nothing: leave --dry-run out")
    async with invocation.reading() as repository:
        report = await repository.switch(args.branch, force=args.force, on_progress=invocation.on_progress)
        name = repository.workspace.worktree.head().branch
    for refused in report.refused:
        invocation.console.note(f"refused {refused.location}: {refused.reason}")
    return Result(report.to_json(), f"on branch {name}, {at(report)}")


async def create(invocation: Invocation, name: str, start: str) -> Result:
    """Make a branch and go there: what `checkout -b` does as well."""
    async with invocation.moving() as repository:
        report = await invocation.pay(
            f"Creating branch {name}",
            lambda dry_run: repository.switch_create(
                name, start, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    there = "" if invocation.args.dry_run else ", and switched to it"
    return invocation.priced(report, report.to_json(), f"{report.action} {report.subject}{there}")


def at(report: CheckoutReport) -> str:
    """The head that is stood on now."""
    many = "commit" if report.local == 1 else "commits"
    on_top = f" with {report.local} local {many}" if report.local else ""
    return f"{short(report.id)} (move {report.seq}){on_top}, weights sha256 {report.digest}"
