"""What an author says of a commit, and nobody proves: a message, a number of samples, figures."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from federity.config import MAX_SAMPLES
from federity.errors import ConfigError
from federity.records import is_text

if TYPE_CHECKING:
    from federity.repository.working_copy.worktree import Worktree

_log = logging.getLogger("federity")

# Figures that the chain has a field for, in millionths.
RANGES = {"loss": (0.0, 2147.0), "accuracy": (0.0, 1.0), "epsilon": (0.0, 2147.0)}


def remembered(worktree: Worktree) -> int:
    """How many training samples a commit declares that names no number: what is remembered, or 1, said."""
    samples = worktree.config().samples
    if not samples:
        _log.warning(
            "A commit that names no number of training samples declares 1: where merges are weighted by "
            "samples, that is its weight. Pass samples=N, or remember N for this working copy with "
            "`federity config --local set samples N`."
        )
    return samples or 1


def check_declared(message: str, samples: int, figures: Mapping[str, float]) -> None:
    """Raise ConfigError for what cannot be said: no text, a number out of its range."""
    if not is_text(message):
        raise ConfigError("The message holds a character that is none in Unicode.")
    if not 0 <= samples <= MAX_SAMPLES:
        raise ConfigError(f"{samples} samples are outside 0 to {MAX_SAMPLES}.")
    for name, value in figures.items():
        if not math.isfinite(value):
            raise ConfigError(f"The figure {name} is not finite.")
        if not name or not is_text(name):
            raise ConfigError("A figure's name holds a character that is none in Unicode.")
        least, most = RANGES.get(name, (-math.inf, math.inf))
        if not least <= value <= most:
            raise ConfigError(
                f"The figure {name} is a number from {least} to {most}, and {value} is not.",
                hint="Declare it under another name.",
            )
