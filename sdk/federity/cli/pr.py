"""`federity pr`: proposals, with the names and options of GitHub's `gh pr`."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.diff import text as diff_text
from federity.cli.invocation import Invocation
from federity.cli.message import text_in
from federity.cli.operation_text import closed_text, operation_text, vote_text
from federity.cli.options import Subparsers, command, group
from federity.cli.output import Result, short
from federity.cli.parser import Usage
from federity.cli.pr_text import checks_text, list_text, remark_text, view_text
from federity.cli.refused import Refused

if TYPE_CHECKING:
    from federity.repository.proposing import Proposals

LIMIT = 30
STATES = ("open", "merged", "stale", "all")


def register(subparsers: Subparsers) -> None:
    """Add the command and its verbs; each takes the repository that it is about."""
    parser = command(subparsers, "pr", run_list)
    verbs = group(parser, "VERB", required=False)
    create = command(
        verbs, "create", run_create, "propose a branch as the next head of a protected one", prices=True
    )
    create.add_argument("-t", "--title", metavar="TEXT", help="what it does, in a line")
    body(create)
    create.add_argument("-f", "--fill", action="store_true", help="the title that git would write")
    create.add_argument("-B", "--base", default="main", metavar="BRANCH", help="whose head (default: main)")
    create.add_argument(
        "-H", "--head", metavar="BRANCH", help="what is proposed: a branch, or a commit that was a head "
        "(default: the branch that is checked out)",
    )  # fmt: skip
    listed(command(verbs, "list", run_list, "list proposals, and the commits of rounds in progress"))
    for name, run, text in (
        ("view", run_view, "one proposal, and what is said of it"),
        ("diff", run_diff, "how the weights of the head would change"),
        ("checks", run_checks, "what is proved of it, how far it goes, and what it is like"),
    ):
        named(command(verbs, name, run, text))
    checks = verbs.choices["checks"]
    checks.add_argument(
        "--evaluate", metavar="COMMAND",
        help="run it with a safetensors file of the head as it is, then as it would be: its last line is a "
        "JSON object of figures, such as those of a hold-out",
    )  # fmt: skip
    review = command(verbs, "review", run_review, "approve, ask for changes, or comment", prices=True)
    named(review)
    verdict = review.add_mutually_exclusive_group(required=True)
    for letter, name, value, text in (
        ("a", "approve", "approve", "for it: a maintainer's is a vote"),
        ("r", "request-changes", "changes", "not like this"),
        ("c", "comment", "comment", "neither"),
    ):
        verdict.add_argument(
            f"-{letter}", f"--{name}", action="store_const", const=value, dest="verdict", help=text
        )
    body(review)
    comment = command(verbs, "comment", run_comment, "say something of it", prices=True)
    named(comment)
    body(comment)
    merge = command(verbs, "merge", run_merge, "make it the head, once it is approved", prices=True)
    named(merge)
    merge.add_argument("--admin", action="store_true", help="also where a maintainer asks for changes")
    named(command(verbs, "close", run_close, "give it up, and get its rent back", prices=True))
    for verb in verbs.choices.values():
        verb.add_argument(
            "-R", "--repo", metavar="REMOTE",
            help="of another repository: upstream, another remote, or OWNER/NAME",
        )  # fmt: skip


def named(parser: argparse.ArgumentParser) -> None:
    """Add which proposal a verb is about."""
    parser.add_argument(
        "proposal", metavar="PROPOSAL", help="its address or the start of it, or a commit of a round"
    )


def body(parser: argparse.ArgumentParser) -> None:
    """Add the text of what is said."""
    parser.add_argument("-b", "--body", metavar="TEXT", help="the text; in the store, its hash on the chain")
    parser.add_argument(
        "-F", "--body-file", type=Path, metavar="FILE", help="read it from a file; - is the input"
    )


def listed(parser: argparse.ArgumentParser) -> None:
    """Add what narrows a list."""
    parser.add_argument("-s", "--state", choices=STATES, default="open", help="(default: open)")
    parser.add_argument("-B", "--base", metavar="BRANCH", help="only those for it")
    parser.add_argument("-A", "--author", metavar="WALLET", help="only its")
    parser.add_argument(
        "-L", "--limit", type=int, default=LIMIT, metavar="N", help=f"at most so many (default: {LIMIT})"
    )


def text_of(args: argparse.Namespace) -> str:
    """What is said. Raises Refused, FileUnavailable."""
    if args.body is not None and args.body_file is not None:
        raise Usage("--body and --body-file are the same text: name one")
    return (args.body or "") if args.body_file is None else text_in(args.body_file)


@asynccontextmanager
async def _proposals(invocation: Invocation) -> AsyncIterator[Proposals]:
    """What is proposed in the repository that is meant: without `-R`, this working copy's."""
    repo = getattr(invocation.args, "repo", None)
    async with invocation.repository() as here:
        yield here if repo is None else await here.elsewhere(repo)


async def run_create(invocation: Invocation) -> Result:
    """Propose."""
    args = invocation.args
    if (args.title is None) != args.fill:
        raise Usage("a proposal has a title: --title TEXT, or --fill for the one that git would write")
    said = text_of(args)
    async with invocation.repository() as here:
        report = await invocation.pay(
            "Proposing",
            lambda dry_run: here.propose(
                args.title, said, base=args.base, head=args.head, repository=args.repo, dry_run=dry_run,
                on_progress=invocation.on_progress,
            ),
        )  # fmt: skip
    return invocation.priced(report, report.to_json(), operation_text(report, args.dry_run))


async def run_list(invocation: Invocation) -> Result:
    """One line a proposal."""
    args = invocation.args
    called = invocation.called()
    async with _proposals(invocation) as repository:
        views = await repository.proposals(
            state=getattr(args, "state", "open"),
            base=getattr(args, "base", None),
            author=getattr(args, "author", None),
            limit=getattr(args, "limit", LIMIT),
        )
    text = list_text(views, called) if views else "no proposals"
    return Result([view.to_json() for view in views], text)


async def run_view(invocation: Invocation) -> Result:
    """All of one."""
    called = invocation.called()
    async with _proposals(invocation) as repository:
        view = await repository.proposal(invocation.args.proposal)
    return Result(view.to_json(), view_text(view, called))


async def run_diff(invocation: Invocation) -> Result:
    """Tensor by tensor."""
    async with _proposals(invocation) as repository:
        report = await repository.proposal_diff(invocation.args.proposal, on_progress=invocation.on_progress)
    return Result(report.to_json(), diff_text(report, stat=False))


async def run_checks(invocation: Invocation) -> Result:
    """What can be found out of one."""
    from federity.cli.evaluation import by_command

    args = invocation.args
    called = invocation.called()
    async with _proposals(invocation) as repository:
        report = await repository.proposal_checks(
            args.proposal,
            evaluate=None if args.evaluate is None else by_command(args.evaluate),
            on_progress=invocation.on_progress,
        )
    return Result(report.to_json(), checks_text(report, called))


async def run_review(invocation: Invocation) -> Result:
    """Speak, with or without a vote."""
    approve = {"approve": True, "changes": False}.get(invocation.args.verdict)
    return await _said(invocation, approve)


async def run_comment(invocation: Invocation) -> Result:
    """Speak."""
    return await _said(invocation, None)


async def _said(invocation: Invocation, approve: bool | None) -> Result:
    args = invocation.args
    said = text_of(args)
    if approve is not True and not said.strip():
        raise Refused("it says nothing: add --body TEXT")
    async with _proposals(invocation) as repository:
        report = await invocation.pay(
            f"Review of {short(args.proposal)}",
            lambda dry_run: repository.proposal_review(
                args.proposal, approve=approve, body=said, dry_run=dry_run,
                on_progress=invocation.on_progress,
            ),
        )  # fmt: skip
    return invocation.priced(report, report.to_json(), remark_text(report, args.dry_run))


async def run_merge(invocation: Invocation) -> Result:
    """Move the head."""
    args = invocation.args
    async with _proposals(invocation) as repository:
        report = await invocation.pay(
            f"Merging {short(args.proposal)}",
            lambda dry_run: repository.proposal_merge(
                args.proposal, anyway=args.admin, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    return invocation.priced(report, report.to_json(), vote_text(report, "merged", args.dry_run))


async def run_close(invocation: Invocation) -> Result:
    """Close, and say what came back."""
    args = invocation.args
    async with _proposals(invocation) as repository:
        report = await invocation.pay(
            "Closing", lambda dry_run: repository.proposal_close(args.proposal, dry_run=dry_run)
        )
    return invocation.priced(report, report.to_json(), closed_text(report, args.dry_run))
