"""`federity push`: upload, prove and send the local commits."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short, size, table


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(
        subparsers,
        "push",
        run,
        "upload, prove and send the local commits; resumes where it stopped",
        prices=True,
    )
    parser.add_argument(
        "--level",
        type=int,
        choices=(0, 1),
        help="0 sends no proofs, 1 asks for them (default: proves if a key is pinned)",
    )


async def run(invocation: Invocation) -> Result:
    """Push; the first push also puts the repository on the chain."""
    args = invocation.args
    async with invocation.repository() as repository:
        report = await invocation.pay(
            "Pushing",
            lambda dry_run: repository.push(
                level=args.level, dry_run=dry_run, on_progress=invocation.on_progress
            ),
        )
    rows = [
        (
            short(c.id),
            short(c.address),
            f"L{c.level}",
            size(c.delta_bytes),
            f"{c.ratio:.2%}",
            f"{c.proof_seconds:.1f} s",
            "merged" if c.merge else "proposed",
        )
        for c in report.commits
    ]
    lines = []
    if report.created:
        lines.append(f"repository {report.repository} {'would be' if report.dry_run else 'is'} on the chain")
    if rows:
        lines.append(table(["commit", "address", "level", "delta", "of float32", "proof", "state"], rows))
    if report.remaining:
        lines.append(f"{report.remaining} local commits wait for the next round")
    return invocation.priced(report, report.to_json(), "\n".join(lines) or "nothing to send")
