"""`federity queue`: what was asked for without a chain, and waits for `federity push`."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.operation_text import queue_table
from federity.cli.options import Subparsers, command, group
from federity.cli.output import Result, short


def register(subparsers: Subparsers) -> None:
    """Add the command and its two verbs."""
    parser = command(subparsers, "queue", run_list)
    verbs = group(parser, "VERB", required=False)
    command(verbs, "list", run_list, "list it, the oldest first")
    command(verbs, "drop", run_drop, "take back what was queued last; the model file stays as it is")


async def run_list(invocation: Invocation) -> Result:
    """Read the working copy only."""
    views = await invocation.local().queue()
    return Result([view.to_json() for view in views], queue_table(views) if views else "nothing is queued")


async def run_drop(invocation: Invocation) -> Result:
    """Take the last one back."""
    repository = invocation.local()
    view = await repository.queue_drop()
    head = repository.workspace.worktree.head()
    text = f"took back: {view.verb} on {view.branch}; HEAD is {short(head.called)}"
    if view.commits:
        many = "commit" if len(view.commits) == 1 else "commits"
        text += f" with {len(view.commits)} local {many}"
    return Result(view.to_json(), f"{text}\n`federity restore` loads its weights")
