"""`federity fetch`: the history of the branches into the working copy; HEAD and the model file stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short, size
from federity.errors import BlobMissing

if TYPE_CHECKING:
    from federity.repository.reports.fetch_reports import FetchedBranch, FetchReport


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "fetch", run)
    parser.add_argument(
        "branches",
        nargs="*",
        metavar="[REMOTE] BRANCH",
        help="bring the commits of these alone (default: of all); of a REMOTE such as upstream its branches",
    )


async def run(invocation: Invocation) -> Result:
    """Fetch; what nobody gave is named, and the exit code says so."""
    async with invocation.repository() as repository:
        report = await repository.fetch(invocation.args.branches, on_progress=invocation.on_progress)
    for missing in report.missing:
        invocation.console.note(f"not to be had: {missing}")
    return Result(report.to_json(), text(report), BlobMissing.exit_code if report.missing else 0)


def text(report: FetchReport) -> str:
    """The branches, each with where its head was and is."""
    lines = [_line(branch) for branch in report.branches]
    lines += [
        f" {'t [tag moved]' if tag.commit_before else '* [new tag]'} {tag.name}: {short(tag.id)}"
        for tag in report.tags
        if tag.commit_before != tag.commit
    ]
    had = f"as of slot {report.slot}: {report.accounts} accounts, {report.blobs} blobs"
    return "\n".join([*lines, f"{had}, {size(report.fetched_bytes)} fetched"])


def _line(branch: FetchedBranch) -> str:
    if not branch.head_before:
        return f" * [new branch] {branch.name}: {short(branch.head_id)}"
    if branch.head_before == branch.head:
        return f" = [up to date] {branch.name}: {short(branch.head_id)}"
    return f"   {short(branch.head_before_id)}..{short(branch.head_id)} {branch.name}"
