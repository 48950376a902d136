"""What is said of what waits here to be sent."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.report import Report


@dataclass(frozen=True)
class QueuedView(Report):
    """A verb that was asked for without a chain, and waits for `push`: it moves `branch` from `head_before`
    to `head`, or makes it there.

    `verb` is merge, recipe, revert, cherry-pick, reset or branch, `subjects` are the addresses of the commits
    that it is about, `commits` the ids of local commits that are sent before it. `message` is what the
    history will say; `time` a Unix second.
    """

    verb: str
    branch: str
    subjects: tuple[str, ...]
    head_before: str
    head: str
    operation: str
    commits: tuple[str, ...]
    message: str
    time: int
