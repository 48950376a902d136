"""`federity commit`: record what training changed. Local, as in git: no chain, no balance, no network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.message import asked_for
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short, size
from federity.cli.samples import declared

if TYPE_CHECKING:
    from federity import LocalCommit, Repository

_MANY = 100
"""A model of whose weights more than one in so many was set to zero has been pruned."""

_MOST = 5
"""Tensors that are told of one by one."""


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "commit", run)
    parser.add_argument(
        "model", nargs="?", type=Path, metavar="FILE", help="trained weights (default: model.safetensors)"
    )
    parser.add_argument(
        "-m", "--message", metavar="TEXT", help="what was done (default: asked for in $EDITOR)"
    )
    parser.add_argument(
        "--samples",
        type=int,
        metavar="N",
        help="training samples, declared (default: the setting `samples`, else asked for)",
    )
    parser.add_argument(
        "--figure",
        type=figure,
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="a declared figure; repeatable",
    )
    parser.add_argument(
        "--density",
        type=float,
        metavar="SHARE",
        help="share of the largest changes to keep at most (default: what --ratio allows)",
    )
    parser.add_argument(
        "--ratio",
        type=float,
        metavar="SHARE",
        help="size of the delta to that of the model in float32, about (default: 0.015)",
    )
    parser.add_argument(
        "--shift", type=int, metavar="0..8", help="finer steps of 2^-shift (default: from the change)"
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--replace",
        action="store_true",
        help="make the head these weights, whatever they were trained from: what they lack is undone",
    )
    instead.add_argument(
        "--amend",
        action="store_true",
        help="put the newest commit that was not pushed, and what was trained since, into one",
    )
    instead.add_argument(
        "--discard", action="store_true", help="take back the newest commit that was not pushed"
    )
    instead.add_argument(
        "--drop-residual",
        action="store_true",
        help="forget what past commits left out, instead of sending it with the next ones",
    )


def figure(text: str) -> tuple[str, float]:
    """Parse `NAME=NUMBER`. Raises ArgumentTypeError."""
    name, equals, number = text.partition("=")
    try:
        if not name or not equals:
            raise ValueError
        return name, float(number)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=NUMBER") from None


async def run(invocation: Invocation) -> Result:
    """Make the commit, take the last one back, or drop what past ones left out."""
    args = invocation.args
    repository = invocation.local()
    if args.discard:
        gone = await repository.discard()
        return Result(gone.to_json(), f"discarded {short(gone.id)} {gone.message}".rstrip())
    if args.drop_residual:
        dropped = await repository.drop_residual()
        return Result(
            dropped.to_json(), f"{dropped.branch}: dropped {dropped.residual:.4g} that past commits left out"
        )
    made, said = await (_amended if args.amend else _committed)(invocation, repository)
    text = (
        f"[{made.branch} {short(made.id)}] {made.message}\n"
        f"{made.nonzero} of {made.elements} values changed, "
        f"{size(made.delta_bytes)} ({made.ratio:.2%} of float32)"
    )
    lines = [text, *said, *_counted_from(made, repository.workspace.worktree.head().called)]
    if made.counters:
        shown = ", ".join(made.counters[:3]) + (", ..." if len(made.counters) > 3 else "")
        what = "1 counter" if len(made.counters) == 1 else f"{len(made.counters)} counters"
        lines.append(f"not part of it, and kept by your model: {what} ({shown})")
    if made.kept_zeros:
        lines.append(f"not part of it: {made.kept_zeros} weights that are zero for good in this branch")
    if made.zeroed > made.elements // _MANY:
        lines.append(
            f"{made.zeroed} weights are zero in your model and only nearly so in the branch; "
            "to keep zeros: `federity branch create NAME --model FILE --keep-zeros`"
        )
    lines += made.unfit[:_MOST]
    if len(made.unfit) > _MOST:
        lines.append(f"and so {len(made.unfit) - _MOST} more tensors")
    return Result(made.to_json(), "\n".join(lines))


Made = tuple["LocalCommit", list[str]]
"""A commit, and what a person should know of what it declares."""


async def _committed(invocation: Invocation, repository: Repository) -> Made:
    args = invocation.args
    if args.message is None:
        # Nobody is to write about a model that there is nothing to commit of.
        await repository.check_commit(args.model, replace=args.replace)
    message = asked_for(args.message, invocation.console)
    samples = declared(args.samples, repository.workspace.worktree.config(), invocation.console)
    made = await repository.commit(
        args.model,
        message,
        samples=samples.count,
        figures=dict(args.figure),
        density=args.density,
        ratio=args.ratio,
        shift=args.shift,
        replace=args.replace,
        on_progress=invocation.on_progress,
    )
    return made, samples.lines()


async def _amended(invocation: Invocation, repository: Repository) -> Made:
    args = invocation.args
    worktree = repository.workspace.worktree
    before = {name for commit in worktree.stack(worktree.head().branch)[-1:] for name in commit.figures}
    made = await repository.amend(
        args.model,
        None if args.message is None else asked_for(args.message, invocation.console),
        samples=args.samples,
        figures=dict(args.figure),
        density=args.density,
        ratio=args.ratio,
        shift=args.shift,
        on_progress=invocation.on_progress,
    )
    said = [] if args.samples is not None else [f"declares {made.samples} training samples, as before"]
    if gone := sorted(before - set(made.figures)):
        said.append(f"no longer declares {', '.join(gone)}, which was of other weights: --figure names it")
    return made, said


def _counted_from(made: LocalCommit, head: str) -> list[str]:
    """What a person should know of the weights that were trained, where it is not what they expect."""
    lines = []
    if made.replaces:
        lines.append(f"the difference to the head {short(head)}, which these weights replace")
    elif made.stale:
        lines.append(
            f"trained from {short(made.trained_from)}, which is not the head with your local commits: "
            f"that change alone goes on top of {short(head)} (--replace makes these weights the head)"
        )
    if made.carried:
        lines.append(
            f"{made.carried} of them training left as they were: what past commits left out is sent along"
        )
    if made.forgot:
        lines.append("what past commits had left out was of a training that diverged: it is forgotten")
    return lines
