"""`federity fork`: a repository of one's own that begins at another's head, with gh's options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short
from federity.cli.parser import Usage

if TYPE_CHECKING:
    from federity.repository.reports import ForkReport


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "fork", run, prices=True)
    parser.add_argument(
        "repository", nargs="?", metavar="OWNER/NAME",
        help="what to fork (default: this working copy's, whose origin is the fork then)",
    )  # fmt: skip
    parser.add_argument("--name", "--fork-name", metavar="NAME", help="another name than the other one has")
    parser.add_argument("--branch", metavar="BRANCH", help="at whose head it begins (default: main)")
    parser.add_argument("--clone", action="store_true", help="clone it then into a folder of its name")


async def run(invocation: Invocation) -> Result:
    """Fork; then clone, or make the fork the origin of the working copy."""
    from federity import Repository

    args = invocation.args
    if args.repository is None:
        return await _here(invocation)
    async with invocation.session() as session:
        report = await invocation.pay(
            f"Forking {args.repository}",
            lambda dry_run: Repository.fork(
                session, args.repository, name=args.name, branch=args.branch or "main", dry_run=dry_run
            ),
        )
        if not args.clone or args.dry_run:
            then = f"`federity clone {report.spec}` fetches it"
        else:
            cloned = await Repository.clone(
                session, report.spec, Path(report.spec.partition("/")[2]), branch=report.branch,
                on_progress=invocation.on_progress,
            )  # fmt: skip
            then = f"cloned into {cloned.path}"
    return invocation.priced(report, report.to_json(), f"{text(report, args.dry_run)}\n{then}")


async def _here(invocation: Invocation) -> Result:
    args = invocation.args
    if args.clone or args.branch is not None:
        raise Usage("a fork of this working copy's repository is gone on with here: no --clone, no --branch")
    async with invocation.repository() as repository:
        report = await invocation.pay(
            "Forking", lambda dry_run: repository.fork_here(name=args.name, dry_run=dry_run)
        )
    here = "would be" if args.dry_run else "is"
    then = f"it {here} origin here, and what that was upstream"
    return invocation.priced(report, report.to_json(), f"{text(report, args.dry_run)}\n{then}")


def text(report: ForkReport, dry_run: bool) -> str:
    """Which repository there is now."""
    would = "would be " if dry_run else ""
    return (
        f"{would}{report.action} {report.subject} as {report.spec}, at {report.branch} {short(report.head)}"
    )
