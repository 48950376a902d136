"""`federity pull`: fetch the branch's head and put local commits on top."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short, size


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "pull", run)
    parser.add_argument(
        "--rebase",
        action="store_true",
        help="put local commits on the new head, which a pull always does: a commit is a change, not a state",
    )
    parser.add_argument(
        "-f",
        "--force",
        action="store_true",
        help="overwrite weights that were not committed; take a head that comes before the one seen here",
    )


async def run(invocation: Invocation) -> Result:
    """Pull and say what was refused on the way."""
    async with invocation.repository() as repository:
        report = await repository.pull(force=invocation.args.force, on_progress=invocation.on_progress)
    for refused in report.refused:
        invocation.console.note(f"refused {refused.location}: {refused.reason}")
    moved = f"{short(report.head_before_id)} -> {short(report.head_id)}"
    if report.up_to_date:
        # The weights may have been another commit's until now.
        moved = f"no newer head; the model has the weights of {short(report.head_id)}"
    lines = [f"{report.branch}: {moved} (move {report.head_seq}), {size(report.fetched_bytes)} fetched"]
    if report.local:
        many = "commit" if report.local == 1 else "commits"
        lines.append(f"with {report.local} local {many} on top")
    if report.rebuilt:
        heads = "1 head" if report.rebuilt == 1 else f"{report.rebuilt} heads"
        lines.append(f"{heads} summed here from the deltas, and checked like any other")
    lines += [f"merged: {short(commit)}" for commit in report.landed]
    lines += [f"not merged, waits again: {short(commit)}" for commit in report.returned]
    lines += [f"put on the new head: {short(commit)}" for commit in report.rebased]
    return Result(report.to_json(), "\n".join(lines))
