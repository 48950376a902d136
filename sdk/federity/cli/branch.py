"""`federity branch`: list, create and protect branches."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.operation_text import operation_text, said
from federity.cli.options import Subparsers, command, group, offline
from federity.cli.output import Result, fields, short, table
from federity.cli.parser import Usage

if TYPE_CHECKING:
    from federity.repository.reports import NewBaseReport

# Names of tensors in a line for people; `--json` has all.
SHOWN = 8
# Option, how its text is read, metavar, help. The names are the fields of `Rules`.
NUMBERS = (
    ("min_level", "LEVEL", "lowest assurance level accepted"),
    ("approvals", "N", "approving reviews a commit needs"),
    ("merge_approvals", "N", "approvals the merge itself needs"),
    ("max_staleness", "N", "how many head moves a commit's parent may lag"),
    ("max_weight", "Q16", "most that one commit may weigh; 65536 is one"),
    ("max_samples", "N", "most samples that one commit may declare"),
    ("norm_bound", "N", "largest norm of a commit in squared steps at shift 8; 0 is none"),
    ("propose_slots", "SLOTS", "how long members may propose"),
    ("review_slots", "SLOTS", "how long reviews may follow"),
    ("merge_slots", "SLOTS", "how long the merge may take"),
)


def register(subparsers: Subparsers) -> None:
    """Add the command and its four verbs."""
    parser = command(subparsers, "branch", run_list)
    parser.otherwise = "create"
    verbs = group(parser, "VERB", required=False)
    command(verbs, "list", run_list, "list the branches and their rules")
    create = command(
        verbs, "create", run_create, "make a branch at an existing commit, or with a new base", prices=True
    )
    create.add_argument("name", metavar="NAME", help="1 to 32 of a-z 0-9 . _ -")
    create.add_argument("start", nargs="?", metavar="COMMIT", help="where it starts (default: HEAD)")
    create.add_argument("--at", metavar="COMMIT", help="the same")
    create.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="start from these weights, made from COMMIT: their layers may be others",
    )
    offline(create)
    create.add_argument(
        "--keep-zeros", action="store_true", help="with --model: weights that are zero stay zero, for good"
    )
    reset = command(
        verbs, "reset", run_reset, "make a branch's head the weights of a commit that was a head", prices=True
    )
    reset.add_argument("name", metavar="NAME", help="the branch")
    reset.add_argument("commit", metavar="COMMIT", help="what its head becomes; the history stays")
    said(reset)
    offline(reset)
    protect = command(
        verbs, "protect", run_protect, "set a branch's rules; unnamed ones stay as they are", prices=True
    )
    protect.add_argument("name", metavar="NAME", help="the branch")
    add_rules(protect)


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add one option for each rule of a branch."""
    rules = parser.add_argument_group("rules of the branch")
    rules.add_argument(
        "--protected", action=argparse.BooleanOptionalAction, help="the head moves only by reviewed rounds"
    )
    rules.add_argument(
        "--weighting", choices=("uniform", "samples", "keeper"), help="who sets the weights of a merge"
    )
    rules.add_argument(
        "--allow-server",
        action=argparse.BooleanOptionalAction,
        help="allow server updates, which no chain computes",
    )
    rules.add_argument(
        "--rules-role",
        choices=("maintainer", "owner"),
        help="who may change the rules (default: owner); maintainers may always protect",
    )
    rules.add_argument(
        "--operate-role",
        choices=("contributor", "keeper", "maintainer", "owner"),
        help="who may merge, revert and pick where the branch is not protected (default: maintainer)",
    )
    for name, metavar, text in NUMBERS:
        rules.add_argument("--" + name.replace("_", "-"), type=int, metavar=metavar, help=text)


def rules_of(args: argparse.Namespace) -> dict[str, object]:
    """The rules named on the command line."""
    flags = ("protected", "weighting", "allow_server", "rules_role", "operate_role")
    names = (*flags, *(name for name, _, _ in NUMBERS))
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


async def run_list(invocation: Invocation) -> Result:
    """Branches and their rules; the current one has a star."""
    async with invocation.reading() as repository:
        views = await repository.branches()
    rows = [
        (
            "*" if v.current else "",
            v.name,
            short(v.head_id),
            v.head_seq,
            "yes" if v.protected else "no",
            f"L{v.min_level}",
            v.approvals,
            v.weighting,
            short(v.base),
        )
        for v in views
    ]
    text = table(
        ["", "branch", "head", "move", "protected", "min level", "approvals", "weighting", "base"], rows
    )
    nothing = "no branch is on the chain yet: `federity push` puts the repository there"
    return Result([view.to_json() for view in views], text if views else nothing)


async def run_create(invocation: Invocation) -> Result:
    """Make a branch; of one with a new base, say what it has of the old one."""
    from federity.repository.reports import NewBaseReport

    args = invocation.args
    if args.start is not None and args.at is not None:
        raise Usage("a branch starts at one commit: leave --at out")
    async with invocation.moving() as repository:
        report = await invocation.pay(
            f"Creating branch {args.name}",
            lambda dry_run: repository.branch_create(
                args.name,
                at=args.start or args.at or "HEAD",
                model=args.model,
                keep_zeros=args.keep_zeros,
                dry_run=dry_run,
                on_progress=invocation.on_progress,
            ),
        )
    text = f"{report.action} {report.subject}"
    if isinstance(report, NewBaseReport):
        text += f"\n{base_text(report)}\n`federity checkout {args.name}` goes there."
    return invocation.priced(report, report.to_json(), text)


def base_text(report: NewBaseReport) -> str:
    """What a new base has of its ancestor, tensor by tensor."""
    groups = (
        ("same bits", report.carried),
        ("other values", report.changed),
        ("other shape", report.reshaped),
        ("new", report.added),
        ("dropped", report.dropped),
    )
    lines: list[tuple[str, object]] = [("ancestor", report.ancestor)]
    for title, names in groups:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        if names:
            lines.append((title, f"{len(names)}: {', '.join(names[:SHOWN])}{more}"))
    return fields(lines)


async def run_reset(invocation: Invocation) -> Result:
    """Move the head to a commit."""
    args = invocation.args
    async with invocation.moving() as repository:
        report = await invocation.pay(
            f"Resetting {args.name}",
            lambda dry_run: repository.branch_reset(
                args.name,
                args.commit,
                message=args.message,
                dry_run=dry_run,
                on_progress=invocation.on_progress,
            ),
        )
    return invocation.priced(report, report.to_json(), operation_text(report, args.dry_run))


async def run_protect(invocation: Invocation) -> Result:
    """Change a branch's rules."""
    args = invocation.args
    async with invocation.repository() as repository:
        report = await invocation.pay(
            f"Setting the rules of {args.name}",
            lambda dry_run: repository.branch_protect(args.name, rules_of(args), dry_run=dry_run),
        )
    text = f"{report.action} {report.subject}"
    if report.round is not None:
        text += (
            f"\nround {report.round} keeps the rules that it was opened with; they hold from the next one on"
        )
    return invocation.priced(report, report.to_json(), text)
