"""What the search for the first bad commit answers."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.report import Report


@dataclass(frozen=True)
class BisectReport(Report):
    """Where a search stands. `looked` is the commit whose weights are in the model file, to be judged; `left`
    is how many other commits may be the first bad one. When it is known it is `first_bad`. All are empty
    until a good and a bad commit were named. The `..._id` are names.
    """

    left: int = 0
    looked: str = ""
    looked_id: str = ""
    first_bad: str = ""
    first_bad_id: str = ""
