"""`federity push`: upload, prove and send the local commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.invocation import Invocation
from federity.cli.operation_text import sum_text
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, short, size, table
from federity.text import duration

if TYPE_CHECKING:
    from federity.progress import OnProgress, Progress
    from federity.repository.reports import PushedCommit


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "push", run, prices=True)
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
                level=args.level, dry_run=dry_run, on_progress=announcing(invocation)
            ),
        )
    rows = [
        (
            short(c.id),
            f"L{c.level}",
            size(c.delta_bytes),
            f"{c.ratio:.2%}",
            proof_time(c, report.dry_run),
            ("would be " if report.dry_run else "") + ("merged" if c.merge else "proposed"),
        )
        for c in report.commits
    ]
    lines = []
    if report.created:
        lines.append(f"repository {report.repository} {'would be' if report.dry_run else 'is'} on the chain")
    if rows:
        lines.append(table(["commit", "level", "delta", "of float32", "proof", "state"], rows))
    would = "would be " if report.dry_run else ""
    lines += [f"branch {name}: {would}made" for name in report.branches]
    for one in report.operations:
        moved = f"{short(one.head_before_id)} -> {short(one.head)}"
        lines.append(f"{one.branch}: {moved}, {would}sent: {sum_text(one.terms, one.m)}")
    if report.remaining:
        lines.append(f"{report.remaining} local commits wait for the next round")
    return invocation.priced(report, report.to_json(), "\n".join(lines) or "nothing to send")


def proof_time(commit: PushedCommit, dry_run: bool) -> str:
    """How long the proofs took or, in a dry run, will take about."""
    if dry_run and commit.cost.proving_seconds:
        return f"about {duration(commit.cost.proving_seconds)}"
    return f"{commit.proof_seconds:.1f} s"


def announcing(invocation: Invocation) -> OnProgress:
    """The invocation's progress, and where none is drawn a line when proving, which takes long, begins."""
    said = False

    def on_progress(step: Progress) -> None:
        nonlocal said
        if step.stage == "proving" and not said and not invocation.console.show_progress:
            said = True
            left = step.total - step.done
            invocation.console.note(f"proving {left:g} {step.unit}; --progress shows how far it is")
        invocation.on_progress(step)

    return on_progress
