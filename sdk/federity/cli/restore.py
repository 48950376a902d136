"""`federity restore` and `federity reset`: the model file, and local commits, as they were."""

from __future__ import annotations

import re
from pathlib import Path

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short
from federity.cli.refused import Refused

# What is a commit, as people who know git name one in the place of the file.
COMMIT = re.compile(r"(HEAD|@)([~^].*|@\{.*)?")


def register(subparsers: Subparsers) -> None:
    """Add both commands."""
    restore = command(subparsers, "restore", run_restore)
    restore.add_argument(
        "model", nargs="?", type=Path, metavar="FILE", help="where to (default: model.safetensors)"
    )
    restore.add_argument(
        "-s", "--source", default="HEAD", metavar="COMMIT", help="whose weights (default: HEAD)"
    )
    reset = command(subparsers, "reset", run_reset)
    reset.add_argument("commit", nargs="?", default="HEAD", metavar="COMMIT", help="the one that stays")
    how = reset.add_mutually_exclusive_group()
    how.add_argument("--soft", action="store_true", help="leave the model file alone (the default)")
    how.add_argument("--mixed", action="store_true", help="the same: nothing is staged here")
    how.add_argument("--hard", action="store_true", help="put the commit's weights into the model file too")
    reset.add_argument(
        "-f", "--force", action="store_true", help="with --hard: overwrite weights that were not committed"
    )


async def run_restore(invocation: Invocation) -> Result:
    """Write the file; a chain is asked only for what is not here."""
    args = invocation.args
    if args.model is not None and COMMIT.fullmatch(str(args.model)) and not args.model.exists():
        raise Refused(f"{args.model} is a commit, and FILE is a model's: federity restore -s {args.model}")
    if args.source in ("HEAD", "@"):
        report = await invocation.local().restore(model=args.model, on_progress=invocation.on_progress)
    else:
        async with invocation.reading() as repository:
            report = await repository.restore(args.source, args.model, on_progress=invocation.on_progress)
    into = "" if args.model is None else f" in {args.model}"
    lines = [f"the weights of {short(report.source)}{into}, sha256 {report.digest}"]
    if not report.head:
        lines.append("HEAD is where it was: the next commit makes the head these weights")
    if report.overwrote:
        lines.append("changes that were not committed are gone")
    return Result(report.to_json(), "\n".join(lines))


async def run_reset(invocation: Invocation) -> Result:
    """Take back, and say what; a chain is asked only for what has its name there."""
    args = invocation.args
    from federity.repository.working_copy.points import Point, here

    local = invocation.local()
    if isinstance(here(local.workspace, args.commit), Point):
        report = await local.reset(args.commit, hard=args.hard, force=args.force)
    else:
        async with invocation.reading() as repository:
            report = await repository.reset(args.commit, hard=args.hard, force=args.force)
    lines = [f"HEAD is {short(report.head)}"]
    lines += [f"taken back: {short(commit)}" for commit in report.dropped]
    lines += [f"not queued any more: {one.verb} on {one.branch}" for one in report.queued]
    if report.overwrote:
        lines.append("changes that were not committed are gone")
    return Result(report.to_json(), "\n".join(lines))
