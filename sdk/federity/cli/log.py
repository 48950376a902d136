"""`federity log` and `federity show`: what was committed here, and the history as the chain holds it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.dates import date
from federity.cli.diff import text as diff_text
from federity.cli.history_text import commit_text, log_lines, log_table
from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, whole
from federity.cli.output import Result, fields, short
from federity.cli.parser import Usage
from federity.errors import NotFound

if TYPE_CHECKING:
    from federity.cli.history_text import Called
    from federity.repository.reports import CommitView
    from federity.repository.reports.blame_reports import WithoutReport
    from federity.repository.reports.diff_reports import DiffReport
    from federity.repository.reports.nft_reports import NftView
    from federity.repository.repository import Repository

NOBODY = "nobody that is known"


def register(subparsers: Subparsers) -> None:
    """Add both commands."""
    log = command(subparsers, "log", run_log)
    log.add_argument(
        "commit", nargs="?", default="HEAD", metavar="COMMIT", help="where to start (default: HEAD)"
    )
    log.number = "-n"
    log.add_argument("-n", "--limit", type=whole, metavar="N", help="at most N commits")
    log.add_argument(
        "--author", metavar="ADDRESS", help="only commits of this wallet: address, contact or keypair file"
    )
    log.add_argument("--since", "--after", type=date, metavar="DATE", help="only commits of DATE or later")
    log.add_argument("--until", "--before", type=date, metavar="DATE", help="only commits of DATE or earlier")
    log.add_argument("--first-parent", action="store_true", help="leave the commits of merged branches out")
    log.add_argument(
        "-p", "--patch", action="store_true", help="say of each commit what it changed, tensor by tensor"
    )
    log.add_argument("--stat", action="store_true", help="say of each commit how much it changed in all")
    log.add_argument("--oneline", action="store_true", help="a commit a line: its id and what it says")
    log.add_argument("--graph", action="store_true", help="draw merges with the commits they are the sum of")
    log.add_argument(
        "--decorate",
        action=argparse.BooleanOptionalAction,
        help="show the names of commits: HEAD, tags, branches (default: on a terminal)",
    )
    log.add_argument(
        "--plot",
        type=Path,
        metavar="FILE",
        help="draw declared accuracy and contribution shares to a .svg or .png file instead",
    )
    log.add_argument(
        "--without",
        metavar="ADDRESS",
        help="say what COMMIT is without this wallet's commits, exactly; that is not unlearning",
    )
    log.add_argument(
        "--output", type=Path, metavar="FILE", help="with --without: write these weights to a new file"
    )
    show = command(subparsers, "show", run_show)
    show.add_argument(
        "commit",
        nargs="?",
        default="HEAD",
        metavar="COMMIT",
        help="id, address, HEAD~N, tag or branch (default: HEAD)",
    )


async def run_log(invocation: Invocation) -> Result:
    """One line a commit, or a picture of them all."""
    args = invocation.args
    if args.output is not None and args.without is None:
        raise Usage("--output is for the weights of --without")
    if args.without is not None and (args.plot is not None or args.author is not None):
        raise Usage("--without lists no commits: leave --author and --plot out")
    async with invocation.reading() as repository:
        if args.without is not None:
            left = await repository.without(
                args.without, args.commit, file=args.output, on_progress=invocation.on_progress
            )
            return Result(left.to_json(), without_text(left, invocation.called()))
        if args.plot is not None:
            drawn = await repository.plot(args.plot, args.commit)
            return Result(drawn.to_json(), f"{drawn.moves} moves of the head drawn in {drawn.file}")
        views = await repository.log(
            args.commit,
            limit=args.limit,
            author=args.author,
            since=args.since,
            until=args.until,
            first_parent=args.first_parent,
        )
        changes = await _changes(repository, views, invocation) if args.patch or args.stat else None
    called = invocation.called()
    decorate = invocation.console.out.isatty() if args.decorate is None else args.decorate
    if args.oneline or args.graph or changes is not None:
        patches = None if changes is None else _patches(changes, stat=not args.patch)
        text = log_lines(
            views, oneline=args.oneline, graph=args.graph, called=called, patches=patches, decorate=decorate
        )
    else:
        text = log_table(views, called, decorate=decorate)
    documents = [view.to_json() for view in views]
    if changes is not None:
        for document in documents:
            change = changes[document["id"]]
            document["diff"] = None if change is None else change.to_json()
    return Result(documents, text)


async def _changes(
    repository: Repository, views: Sequence[CommitView], invocation: Invocation
) -> dict[str, DiffReport | None]:
    """What each commit changed of its parent, by the commits' names; None of where a history begins."""
    found: dict[str, DiffReport | None] = {}
    for view in views:
        here = view.time_source == "made here"
        before = f"{view.id}~1" if here else view.parent
        after = view.id if here else view.address
        found[view.id] = (
            await repository.diff(before, after, on_progress=invocation.on_progress) if before else None
        )
    return found


def _patches(changes: dict[str, DiffReport | None], *, stat: bool) -> dict[str, str]:
    """What is said of each change."""
    return {
        name: "where the history begins" if one is None else diff_text(one, stat=stat)
        for name, one in changes.items()
    }


def without_text(left: WithoutReport, called: Called) -> str:
    """What was taken out, of what, and what that does not mean."""
    commits = "1 commit" if left.commits == 1 else f"{left.commits} commits"
    lines = [
        f"{short(left.commit)} without {commits} by {called(left.author)}: "
        f"{left.length:.4g} of length less, exact",
        "this is not unlearning: what others trained on top of it has learnt from it, and stays",
    ]
    if left.file:
        lines.append(f"written to {left.file}; `federity commit --replace {left.file}` makes it the head")
    return "\n".join(lines)


async def run_show(invocation: Invocation) -> Result:
    """Everything about one commit."""
    async with invocation.reading() as repository:
        view = await repository.show(invocation.args.commit)
        nft = await _nft(repository, view)
    called = invocation.called()
    text = commit_text(view, called)
    if nft is not None:
        text += f"\n{fields([('nft', f'{nft.mint}, held by {called(nft.holder) or NOBODY}')])}"
    return Result({**view.to_json(), "nft": None if nft is None else nft.to_json()}, text)


async def _nft(repository: Repository, view: CommitView) -> NftView | None:
    """The NFT of a commit, if it has one: a merge of several has none of its own."""
    if not view.address or (view.merged and not view.single):
        return None
    try:
        return await repository.nft(view.address)
    except NotFound:
        return None
