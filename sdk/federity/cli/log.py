"""`federity log` and `federity show`: what was committed here, and the history as the chain holds it."""

from __future__ import annotations

from pathlib import Path

from federity.cli.history_text import commit_text, log_lines, log_table
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, whole
from federity.cli.output import Result


def register(subparsers: Subparsers) -> None:
    """Add both commands."""
    log = command(subparsers, "log", run_log, "list commits from newest to the genesis")
    log.add_argument(
        "commit", nargs="?", default="HEAD", metavar="COMMIT", help="where to start (default: HEAD)"
    )
    log.number = "-n"
    log.add_argument("-n", "--limit", type=whole, metavar="N", help="at most N commits")
    log.add_argument(
        "--author", metavar="ADDRESS", help="only commits of this wallet: address, contact or keypair file"
    )
    log.add_argument("--oneline", action="store_true", help="a commit a line: its id and what it says")
    log.add_argument("--graph", action="store_true", help="draw merges with the commits they are the sum of")
    log.add_argument(
        "--plot",
        type=Path,
        metavar="FILE",
        help="draw declared accuracy and contribution shares to a .svg or .png file instead",
    )
    show = command(subparsers, "show", run_show, "show one commit, its reviews and what it is the sum of")
    show.add_argument(
        "commit",
        nargs="?",
        default="HEAD",
        metavar="COMMIT",
        help="id, address, HEAD~N or branch (default: HEAD)",
    )


async def run_log(invocation: Invocation) -> Result:
    """One line a commit, or a picture of them all."""
    args = invocation.args
    async with invocation.reading() as repository:
        if args.plot is not None:
            drawn = await repository.plot(args.plot, args.commit)
            return Result(drawn.to_json(), f"{drawn.moves} moves of the head drawn in {drawn.file}")
        views = await repository.log(args.commit, limit=args.limit, author=args.author)
    called = invocation.called()
    if args.oneline or args.graph:
        text = log_lines(views, oneline=args.oneline, graph=args.graph, called=called)
    else:
        text = log_table(views, called)
    return Result([view.to_json() for view in views], text)


async def run_show(invocation: Invocation) -> Result:
    """Everything about one commit."""
    async with invocation.reading() as repository:
        view = await repository.show(invocation.args.commit)
    return Result(view.to_json(), commit_text(view, invocation.called()))
