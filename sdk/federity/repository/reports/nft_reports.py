"""What verbs answer about NFTs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federity.repository.reports.report import Cost, Report
from federity.repository.reports.verify_reports import Check


@dataclass(frozen=True)
class NftView(Report):
    """An NFT: its mint, what the program calls it, and what it is of.

    `kind` is repository or commit, `subject` its address, `author` whose work it is (a repository's owner).
    `holder` is the wallet that has it now; empty: it is burnt, or was given on too often to be followed.
    `uri` is where its description is.
    """

    mint: str
    name: str
    kind: str
    subject: str
    author: str
    holder: str
    uri: str


@dataclass(frozen=True)
class MintReport(Report):
    """An NFT that was made. `image` and `uri` are the links to its picture and its description."""

    mint: str
    name: str
    kind: str
    subject: str
    owner: str
    uri: str
    image: str
    signatures: tuple[str, ...]
    cost: Cost


@dataclass(frozen=True)
class NftCheck(Report):
    """What was rechecked of an NFT, from chain and store alone. `ok` is False when any check failed."""

    mint: str
    name: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed, and nothing was left out."""
        return all(check.outcome == "passed" for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the checks with their outcome."""
        return {**super().to_json(), "ok": self.ok}
