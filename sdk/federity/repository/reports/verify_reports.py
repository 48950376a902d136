"""What a verification found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federity.repository.reports.report import Report


@dataclass(frozen=True)
class Check(Report):
    """One thing that was checked. `outcome` is `passed`, `failed` or `absent` (nobody gave what it needs)."""

    name: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class VerifiedCommit(Report):
    """One commit of the walk to the genesis, with what was recomputed for it. `id` is its name."""

    address: str
    kind: str
    level: int
    level_meaning: str
    author: str
    proofs: int
    checks: tuple[Check, ...]
    id: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return all(check.outcome != "failed" for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the commit with its outcome."""
        return {**super().to_json(), "ok": self.ok}


@dataclass(frozen=True)
class VerifyReport(Report):
    """The walk from a commit to its genesis, from chain and store alone.

    `ok` is False when any check failed. `complete` is False when a blob or old transaction could not be
    fetched, so that something stayed unchecked. `not_proved` says what no check here shows.
    """

    commit: str
    repository: str
    insecure: bool
    srs: str
    commits: tuple[VerifiedCommit, ...]
    checks: tuple[Check, ...]
    proofs: int
    ok: bool
    complete: bool
    not_proved: tuple[str, ...]


@dataclass(frozen=True)
class FolderReport(Report):
    """What was found of a folder that an export made. `signer` is the wallet whose key signed it, empty for
    nobody's, and `role` what that is in the repository now.

    `ok` is False when anything is not what chain and store say; `complete` when nothing stayed unchecked.
    """

    folder: str
    repository: str
    commit: str
    id: str
    signer: str
    role: str
    checks: tuple[Check, ...]
    ok: bool
    complete: bool
