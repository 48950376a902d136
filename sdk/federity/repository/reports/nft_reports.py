"""What verbs answer about NFTs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federity.repository.reports import TransactionReport
from federity.repository.reports.report import Cost, Report
from federity.repository.reports.verify_reports import Check


@dataclass(frozen=True)
class SaleView(Report):
    """The sale that the repository's NFT waits in: `price` in lamports, shared by the authors of `branch`.

    `expires` is the last slot in which it can be bought, `over` whether that is past. `to_seller`: nothing
    was merged into the branch, so that the price is the seller's. `archived`: the repository is.
    """

    seller: str
    price: int
    branch: str
    expires: int
    to_seller: bool
    archived: bool
    over: bool


@dataclass(frozen=True)
class SaleReport(TransactionReport):
    """A sale that was begun, ended or bought.

    `price` is in lamports, without fees and rent, `branch` the one whose authors share it, `expires` the last
    slot in which it could be bought. `to_seller`: nothing was merged into the branch, so that the price is
    the seller's. `archived`: the repository is.
    """

    price: int
    branch: str
    expires: int
    seller: str
    to_seller: bool
    archived: bool


@dataclass(frozen=True)
class Earned(Report):
    """What an update has earned in sales and its author did not have yet, in lamports."""

    commit: str
    branch: str
    lamports: int


@dataclass(frozen=True)
class ProceedsReport(Report):
    """What sales brought: for each update, and `rest`, what was rounded away and is the owner's. Lamports."""

    updates: tuple[Earned, ...]
    rest: int
    lamports: int
    signatures: tuple[str, ...]
    cost: Cost


@dataclass(frozen=True)
class NftView(Report):
    """An NFT: its mint, what the program calls it, and what it is of.

    `kind` is repository or commit, `subject` its address, `author` whose work it is (a repository's owner).
    `holder` is the wallet that has it now; empty: it is burnt, or was given on too often to be followed.
    `uri` is where its description is, `sale` the sale that it waits in, which then holds it.
    """

    mint: str
    name: str
    kind: str
    subject: str
    author: str
    holder: str
    uri: str
    sale: SaleView | None = None


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
