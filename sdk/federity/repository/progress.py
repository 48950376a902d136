"""How a verb that takes seconds tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One step of a verb: `stage` in a word or two, `done` of `total` (0 when unknown), in `unit`."""

    stage: str
    done: float
    total: float
    unit: str = ""


OnProgress = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Ignore progress."""
