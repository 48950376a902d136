"""What is answered about commits that recipes make."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.local_reports import LocalCommit
from federity.repository.reports.report import Cost, Report


@dataclass(frozen=True)
class MadeCommit(Report):
    """A local commit of what a recipe makes of `models`, without id and size in a `dry_run`.

    With it, no value of HEAD is more than half a `step` from what the recipe makes, the step being in units
    of each tensor, which are powers of two.
    """

    method: str
    models: tuple[str, ...]
    step: float
    dry_run: bool
    commit: LocalCommit

    @property
    def cost(self) -> Cost:
        """Nothing: a commit costs when it is pushed."""
        return Cost()


@dataclass(frozen=True)
class CheckedRecipe(Report):
    """A commit beside what the recipe in its message makes: `other` values differ, `nonzero` are not zero.

    `message` is what it says beside the recipe.
    """

    commit: str
    method: str
    message: str
    nonzero: int
    other: int

    @property
    def ok(self) -> bool:
        """Whether the commit is what the recipe makes, value by value."""
        return not self.other
