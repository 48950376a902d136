"""`federity status`: where the working copy stands. Needs no chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity.cli.history_text import subject
from federity.cli.invocation import Invocation
from federity.cli.operation_text import queue_table
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields, short, size, table

if TYPE_CHECKING:
    from federity.repository.reports import Status, WeightsInHand


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    command(subparsers, "status", run)


async def run(invocation: Invocation) -> Result:
    """Read the working copy only."""
    status = await invocation.local().status()
    lines = [
        fields(
            [
                ("repository", status.name + (" (insecure: development keys)" if status.insecure else "")),
                ("branch", status.branch),
                (
                    "head",
                    f"{short(status.head_id)} (move {status.head_seq})"
                    if status.on_chain
                    else "not pushed yet",
                ),
                ("chain", status.url),
                ("model", _model(status)),
                ("weights", _weights(status.weights)),
                ("left out", _left(status.residual)),
                ("push", "stopped half-way; `federity push` resumes" if status.push_in_progress else None),
                ("queued", f"{len(status.queued)}: `federity push` sends" if status.queued else None),
            ]
        )
    ]
    if status.commits:
        rows = [
            (short(c.id), c.state, c.samples, size(c.delta_bytes), f"{c.ratio:.2%}", subject(c.message))
            for c in status.commits
        ]
        lines += ["", table(["local commit", "state", "samples", "delta", "of float32", "message"], rows)]
    if status.queued:
        lines += ["", queue_table(status.queued)]
    return Result(status.to_json(), "\n".join(lines))


def _model(status: Status) -> str:
    if status.modified is None:
        return "none in the folder"
    if status.modified:
        return "changed, not committed"
    return "as committed" if status.weights.committed else "as loaded"


def _weights(weights: WeightsInHand) -> str:
    """Which commit the weights in hand are of, and what follows when that is not the head."""
    if weights.place == "unknown":
        return "of no commit that is known: `federity pull` loads the head"
    if weights.place == "interrupted":
        return "half-way: a command that was to load them was interrupted; `federity pull` loads the head"
    if weights.place == "head":
        many = "commit" if weights.local == 1 else "commits"
        return f"of the head with {weights.local} local {many}" if weights.local else "of the head"
    text = f"of {short(weights.commit)} (move {weights.seq}), not the head with your local commits"
    if weights.on:
        below = f"{short(weights.on)} (move {weights.seq})"
        text = f"of {short(weights.commit)}, made here on {below}, which is not among your local commits now"
    return f"{text}: a commit sends what training changed of them, on top of those"


def _left(residual: float) -> str | None:
    if not residual:
        return None
    return f"{residual:.4g} by past commits, sent with the next ones; `commit --drop-residual` drops it"
