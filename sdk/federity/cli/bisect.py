"""`federity bisect`: find the commit with which the weights turned bad."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, group
from federity.cli.output import Result, short
from federity.cli.refused import Refused

if TYPE_CHECKING:
    from federity.repository.reports.bisect_reports import BisectReport
    from federity.repository.repository import Repository

SKIPPED = 125  # as git has it: this commit cannot be judged
HIGHEST = 127


def register(subparsers: Subparsers) -> None:
    """Add the command and its verbs."""
    parser = command(subparsers, "bisect", None)
    verbs = group(parser, "VERB", required=True)
    start = command(verbs, "start", run_start, "begin a search between a bad commit and good ones")
    start.add_argument("bad", nargs="?", metavar="BAD", help="a bad commit")
    start.add_argument("good", nargs="*", metavar="GOOD", help="good commits in its past")
    for verdict, many in (("good", "*"), ("bad", "?"), ("skip", "*")):
        words = {"good": "say that commits are good", "bad": "say that a commit is bad",
                 "skip": "leave commits out that cannot be judged"}[verdict]  # fmt: skip
        mark = command(verbs, verdict, run_mark, words, verdict=verdict)
        mark.add_argument(
            "commits", nargs=many, metavar="COMMIT", help="which (default: the one that is in hand)"
        )
    command(verbs, "reset", run_reset, "end the search, and load HEAD's weights")
    run = command(verbs, "run", run_script, "let a script judge each commit: 0 is good, 125 skips, else bad")
    run.add_argument("script", metavar="SCRIPT", help="a program that looks at the model file")
    run.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGUMENT", help="of the script")


async def run_start(invocation: Invocation) -> Result:
    """Begin, and load the first commit to be judged."""
    args = invocation.args
    async with invocation.reading() as repository:
        report = await repository.bisect_start(args.bad, args.good, on_progress=invocation.on_progress)
    return Result(report.to_json(), text(report))


async def run_mark(invocation: Invocation) -> Result:
    """Say what a commit is, and load the next one."""
    args = invocation.args
    commits = args.commits if isinstance(args.commits, list) else [args.commits] if args.commits else []
    async with invocation.reading() as repository:
        report = await repository.bisect_mark(args.verdict, commits, on_progress=invocation.on_progress)
    return Result(report.to_json(), text(report))


async def run_reset(invocation: Invocation) -> Result:
    """Go back."""
    report = await invocation.local().bisect_reset(on_progress=invocation.on_progress)
    return Result(report.to_json(), f"the weights of {short(report.source)}, sha256 {report.digest}")


async def run_script(invocation: Invocation) -> Result:
    """Judge by a script until the first bad commit is known."""
    async with invocation.reading() as repository:
        # Asks nothing new, and loads the commit to be judged where another one is in hand.
        report = await repository.bisect_mark("good", _good(repository), on_progress=invocation.on_progress)
        while not report.first_bad:
            if not report.looked:
                raise Refused("name a bad commit and a good one first: `federity bisect start BAD GOOD`")
            verdict = await _judged(invocation, repository)
            invocation.console.note(f"{short(report.looked_id)} is {verdict}")
            report = await repository.bisect_mark(verdict, (), on_progress=invocation.on_progress)
    return Result(report.to_json(), text(report))


def _good(repository: Repository) -> tuple[str, ...]:
    """The commits that are known to be good. Raises Refused."""
    search = repository.workspace.worktree.bisecting.read()
    if not search.good:
        raise Refused("name a good commit first: `federity bisect good COMMIT`")
    return search.good


async def _judged(invocation: Invocation, repository: Repository) -> str:
    """What a script says of the weights in hand, by its exit code. Raises Refused when it says neither."""
    args = invocation.args
    try:
        process = await asyncio.create_subprocess_exec(args.script, *args.arguments, cwd=Path.cwd())
    except OSError as error:
        raise Refused(f"{args.script} cannot be run: {(error.strerror or str(error)).lower()}") from error
    code = await process.wait()
    if not 0 <= code <= HIGHEST:
        raise Refused(f"{args.script} ended with {code}: 0 is good, {SKIPPED} skips, 1 to {HIGHEST} are bad")
    return {0: "good", SKIPPED: "skip"}.get(code, "bad")


def text(report: BisectReport) -> str:
    """Where the search stands."""
    if report.first_bad:
        return f"{short(report.first_bad_id)} is the first bad commit ({report.first_bad})"
    if not report.looked:
        return "waiting for a bad commit and a good one: `federity bisect bad`, `federity bisect good COMMIT`"
    looks = report.left.bit_length()
    return (
        f"{report.left} other commits may be the first bad one, about {looks} more looks; "
        f"the model file has the weights of {short(report.looked_id)}"
    )
