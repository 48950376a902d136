"""`federity tag`: names for what is or was a head, with git's options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.history_text import subject
from federity.cli.invocation import Invocation
from federity.cli.message import OF_A_TAG, asked_for, text_in
from federity.cli.operation_text import closed_text
from federity.cli.options import Subparsers, command, whole
from federity.cli.output import Result, short, table
from federity.cli.parser import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from federity.repository.reports import TagReport, TagView


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "tag", run, prices=True)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="the tag, and the commit (default: HEAD); with -l patterns; "
        "with -d tags; without any all are listed",
    )  # fmt: skip
    what = parser.add_mutually_exclusive_group()
    what.add_argument("-l", "--list", action="store_true", help="list the tags that a pattern fits: 'v1.*'")
    what.add_argument("-d", "--delete", action="store_true", help="delete tags: their rent comes back")
    what.add_argument("-f", "--force", action="store_true", help="move a tag that is there, for everybody")
    parser.add_argument("-a", "--annotate", action="store_true", help="with a message, asked for in $EDITOR")
    words = parser.add_mutually_exclusive_group()
    words.add_argument(
        "-m", "--message", metavar="TEXT", help="what it is; in the store, its hash on the chain"
    )
    words.add_argument(
        "-F", "--file", type=Path, metavar="FILE", help="read that from a file; - is the input"
    )
    parser.add_argument(
        "-n", dest="lines", type=whole, nargs="?", const=1, metavar="N",
        help="list with the first N lines of what they say (default: 1)",
    )  # fmt: skip
    parser.add_argument("--points-at", metavar="COMMIT", help="list the tags of this commit")


async def run(invocation: Invocation) -> Result:
    """List, set, move or delete."""
    args = invocation.args
    listing = args.list or args.lines is not None or args.points_at is not None
    said = args.annotate or args.message is not None or args.file is not None
    if (listing or args.delete or not args.names) and (said or args.force):
        raise Usage("name the tag that is to be set: federity tag NAME [COMMIT]")
    if args.delete and listing:
        raise Usage("-d deletes, and lists nothing")
    if args.delete:
        return await _delete(invocation)
    if listing or not args.names:
        return await _list(invocation)
    if len(args.names) > 2:
        raise Usage("a tag names one commit: federity tag NAME [COMMIT]")
    return await _set(invocation)


async def _list(invocation: Invocation) -> Result:
    args = invocation.args
    if args.dry_run:
        raise Usage("to list costs nothing: leave --dry-run out")
    async with invocation.reading() as repository:
        views = await repository.tags(*args.names, points_at=args.points_at)
    return Result([view.to_json() for view in views], list_text(views, args.lines))


def list_text(views: Sequence[TagView], lines: int | None) -> str:
    """A line a tag, as git writes it; with `lines` the first lines of what they say."""
    if not lines:
        return "\n".join(view.name for view in views)
    rows: list[tuple[str, str]] = []
    for view in views:
        first, *more = (view.message or subject("", view.problem)).splitlines()[:lines] or [""]
        rows += [(view.name, first), *(("", line) for line in more)]
    return table(["tag", "message"], rows) if rows else ""


async def _set(invocation: Invocation) -> Result:
    args = invocation.args
    name, at = args.names[0], args.names[1] if len(args.names) == 2 else "HEAD"
    message = _message(invocation)
    seen: str | None = None
    async with invocation.repository() as repository:

        async def verb(dry_run: bool) -> TagReport:
            # What was agreed to is a move from the commit that was shown.
            nonlocal seen
            report = await repository.tag_create(
                name, at, message=message, force=args.force, before=seen, dry_run=dry_run
            )
            seen = report.before
            return report

        report = await invocation.pay(f"Setting the tag {name}", verb)
    return invocation.priced(report, report.to_json(), set_text(report, args.dry_run))


def set_text(report: TagReport, dry_run: bool) -> str:
    """What a tag names now, and named before."""
    would = "would name" if dry_run else "names"
    before = f" (was {short(report.before_id)})" if report.before else ""
    return f"the tag {report.subject} {would} {short(report.id)}{before}"


def _message(invocation: Invocation) -> str:
    args = invocation.args
    if args.file is not None:
        return text_in(args.file)
    if args.annotate or args.message is not None:
        return asked_for(args.message, invocation.console, "tag", OF_A_TAG)
    return ""


async def _delete(invocation: Invocation) -> Result:
    args = invocation.args
    if not args.names:
        raise Usage("name the tags to delete")
    async with invocation.repository() as repository:
        report = await invocation.pay(
            f"Deleting {', '.join(args.names)}",
            lambda dry_run: repository.tag_delete(*args.names, dry_run=dry_run),
        )
    return invocation.priced(report, report.to_json(), closed_text(report, args.dry_run))
