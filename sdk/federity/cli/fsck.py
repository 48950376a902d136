"""`federity fsck` and `federity gc`: the blobs of this working copy. Neither needs a chain."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, size
from federity.errors import WorktreeError


def register(subparsers: Subparsers) -> None:
    """Add both commands."""
    command(subparsers, "fsck", run_fsck)
    command(subparsers, "gc", run_gc, prices=True)


async def run_fsck(invocation: Invocation) -> Result:
    """Say what is damaged or missing, and end with 4 then."""
    report = await invocation.local().fsck()
    lines = [f"{report.checked} blobs checked"]
    lines += [f"damaged: {name}" for name in report.damaged]
    lines += [f"missing: {name}" for name in report.missing]
    if not report.ok:
        lines.append("`federity pull` fetches what others have; a local commit is made again from its model")
    return Result(report.to_json(), "\n".join(lines), 0 if report.ok else WorktreeError.exit_code)


async def run_gc(invocation: Invocation) -> Result:
    """Delete, or with --dry-run say what would be."""
    dry_run = invocation.args.dry_run
    report = await invocation.local().gc(dry_run=dry_run)
    done = "would be deleted" if dry_run else "deleted"
    return Result(report.to_json(), f"{len(report.deleted)} blobs {done}, {size(report.freed)}")
