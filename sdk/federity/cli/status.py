"""`federity status`: where the working copy stands. Needs no chain."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields, short, size, table


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    command(subparsers, "status", run, "say where the working copy stands and what is not pushed")


async def run(invocation: Invocation) -> Result:
    """Read the working copy only."""
    status = await invocation.local().status()
    model = {None: "none in the folder", True: "changed, not committed", False: "as committed"}[
        status.modified
    ]
    lines = [
        fields(
            [
                ("repository", status.name + (" (insecure: development keys)" if status.insecure else "")),
                ("branch", status.branch),
                (
                    "head",
                    f"{short(status.head)} (move {status.head_seq})" if status.on_chain else "not pushed yet",
                ),
                ("chain", status.url),
                ("model", model),
                ("push", "stopped half-way; `federity push` resumes" if status.push_in_progress else None),
            ]
        )
    ]
    if status.commits:
        rows = [
            (short(c.id), c.state, c.samples, size(c.delta_bytes), f"{c.ratio:.2%}", c.message)
            for c in status.commits
        ]
        lines += ["", table(["local commit", "state", "samples", "delta", "of float32", "message"], rows)]
    return Result(status.to_json(), "\n".join(lines))
