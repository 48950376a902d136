"""`federity reflog`: where HEAD has been. Needs no chain."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, whole
from federity.cli.output import Result, moment, short, table


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "reflog", run)
    parser.add_argument("branch", nargs="?", metavar="BRANCH", help="only of this branch (default: HEAD)")
    parser.number = "-n"
    parser.add_argument("-n", "--limit", type=whole, metavar="N", help="at most N lines")


async def run(invocation: Invocation) -> Result:
    """Read the working copy only."""
    args = invocation.args
    entries = (await invocation.local().reflog(args.branch))[: args.limit]
    rows = [
        (
            short(entry.id),
            entry.name,
            moment(entry.time),
            entry.branch,
            entry.verb or "a command that ended early",
        )
        for entry in entries
    ]
    headers = ["commit", "name", "date", "branch", "moved by"]
    return Result([entry.to_json() for entry in entries], table(headers, rows) if rows else "")
