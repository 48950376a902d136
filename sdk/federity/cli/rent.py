"""`federity rent`: what your verbs hold on the chain, and getting it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short, sol, table
from federity.cli.parser import Usage

if TYPE_CHECKING:
    from federity.repository.reports import RentReport


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "rent", run, prices=True)
    parser.add_argument("--reclaim", action="store_true", help="close what nothing needs any more")
    parser.add_argument(
        "--give-up", action="store_true", help="also your commits that a later round may still take"
    )


async def run(invocation: Invocation) -> Result:
    """List, or close and say what came back."""
    args = invocation.args
    if not args.reclaim:
        if args.give_up or args.dry_run:
            raise Usage("--give-up and --dry-run go with --reclaim")
        return await _listed(invocation)
    async with invocation.repository() as repository:
        report = await invocation.pay(
            "Closing what nothing needs any more",
            lambda dry: repository.rent_reclaim(give_up=args.give_up, dry_run=dry),
        )
    return invocation.priced(report, report.to_json(), reclaimed_text(report, args.dry_run))


def reclaimed_text(report: RentReport, dry_run: bool) -> str:
    """What was closed that nothing needed any more, and what came back."""
    label = "would come back" if dry_run else "came back"
    return f"{report.action} {report.subject}, {label}: {sol(report.returned)}"


async def _listed(invocation: Invocation) -> Result:
    async with invocation.repository() as repository:
        views = await repository.rent()
    rows = [(view.kind, short(view.address), sol(view.lamports), view.when, view.why) for view in views]
    now = sum(view.lamports for view in views if view.when == "now")
    total = f"{sol(now)} come back now, with `federity rent --reclaim`" if now else "nothing comes back now"
    text = table(["account", "address", "holds", "comes back", "waits"], rows)
    return Result([view.to_json() for view in views], f"{text}\n{total}")
