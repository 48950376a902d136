"""What `rent` answers."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.report import Report

NOW, LATER, STAYS = "now", "later", "never"


@dataclass(frozen=True)
class RentView(Report):
    """An account that the wallet, or who pays for it, holds rent in. `when` it comes back is `now` (it can be
    closed), `later`, or `never`; `why` says what it waits for.
    """

    address: str
    kind: str
    lamports: int
    when: str
    why: str
