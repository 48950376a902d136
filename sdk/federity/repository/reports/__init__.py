"""What the verbs of a repository answer: frozen dataclasses, each with `to_json()`.

Addresses are base58 strings, hashes hex strings, money is in lamports, sizes in bytes, times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from federity.repository.reports.local_reports import DroppedResidual, LocalCommit, Status, WeightsInHand
from federity.repository.reports.operation_reports import OperationReport
from federity.repository.reports.report import Cost, Report, jsonable
from federity.repository.reports.state_reports import (
    LEVELS,
    BranchView,
    CommitView,
    KeyView,
    LeftOut,
    MemberView,
    ReviewView,
    RoundView,
    WeightedCommit,
)
from federity.repository.reports.tag_reports import TagView
from federity.repository.reports.verify_reports import Check, FolderReport, VerifiedCommit, VerifyReport

__all__ = [
    "LEVELS",
    "BranchView",
    "Check",
    "CheckoutReport",
    "CommitView",
    "Cost",
    "DroppedResidual",
    "ExportReport",
    "FolderReport",
    "ForkReport",
    "KeyView",
    "LeftOut",
    "LocalCommit",
    "MemberView",
    "MergeReport",
    "MirrorReport",
    "NewBaseReport",
    "PlotReport",
    "PullReport",
    "PushReport",
    "PushedCommit",
    "RefusedBlob",
    "RentReport",
    "Report",
    "ReviewReport",
    "ReviewView",
    "RoundView",
    "RulesReport",
    "Status",
    "TagReport",
    "TagView",
    "TransactionReport",
    "VerifiedCommit",
    "VerifyReport",
    "WeightedCommit",
    "WeightsInHand",
    "jsonable",
]


@dataclass(frozen=True)
class PushedCommit(Report):
    """One local commit on its way to, or on, the chain.

    `merge` is the head the push made (a push of one on an unprotected branch), empty for a proposal.
    """

    id: str
    address: str
    round: str
    merge: str
    level: int
    units: int
    delta_bytes: int
    ratio: float
    proof_seconds: float
    cost: Cost


@dataclass(frozen=True)
class PushReport(Report):
    """What a push did or, with `dry_run`, would do. `remaining` local commits wait for the next round.

    `operations` and `branches` were queued; `commits` that some of these stand on are among the others.
    """

    repository: str
    branch: str
    commits: tuple[PushedCommit, ...]
    remaining: int
    created: bool
    dry_run: bool
    cost: Cost
    operations: tuple[OperationReport, ...] = ()
    branches: tuple[str, ...] = ()


@dataclass(frozen=True)
class RefusedBlob(Report):
    """A blob that someone offered and this client did not take, and why."""

    commit: str
    location: str
    reason: str


@dataclass(frozen=True)
class PullReport(Report):
    """What a pull or clone fetched and checked. `rebuilt` heads were summed from deltas, not downloaded.

    `digest` is the identity of the weights that were loaded: the head's with `local` commits on it. `head_id`
    and `head_before_id` are the names of the two heads.
    """

    repository: str
    branch: str
    head_before: str
    head: str
    head_seq: int
    digest: str
    fetched_bytes: int
    rebuilt: int
    refused: tuple[RefusedBlob, ...]
    rebased: tuple[str, ...]
    landed: tuple[str, ...]
    returned: tuple[str, ...]
    head_before_id: str = ""
    head_id: str = ""
    local: int = 0

    @property
    def up_to_date(self) -> bool:
        """Whether the head had not moved."""
        return self.head == self.head_before

    def to_json(self) -> dict[str, Any]:
        """Return the report, saying also whether there was nothing new."""
        return {**super().to_json(), "up_to_date": self.up_to_date}


@dataclass(frozen=True)
class CheckoutReport(Report):
    """The commit whose weights were loaded, `id` is its name; `digest` is the identity of the weights.

    `at_head` says that they are those of the branch's head with all local commits, `local` of them.
    """

    commit: str
    seq: int
    digest: str
    refused: tuple[RefusedBlob, ...]
    at_head: bool = True
    id: str = ""
    local: int = 0


@dataclass(frozen=True)
class ExportReport(Report):
    """The folder that a commit was written to; `digest` is the identity of its weights, `config` whether the
    repository knows the model's configuration, `signer` the wallet whose key signed it, empty for nobody's.
    """

    commit: str
    folder: str
    digest: str
    config: bool
    signer: str = ""


@dataclass(frozen=True)
class PlotReport(Report):
    """The picture that was drawn: of how many moves of the head, contributors, and declared accuracies."""

    file: str
    moves: int
    contributors: int
    declared: int


@dataclass(frozen=True)
class MergeReport(Report):
    """A merge: the head moves from `head_before` to `head` by exactly the stated sum.

    `finished` is False when the round still waits (for weights, approvals or its deadline); `waiting_for`
    says for what, and nothing when a dry run found nothing to wait for. `left_out` are proposals that add
    nothing, with their reasons. Weights are those of the merge or, before it, those it will have. `head_id`
    and `head_before_id` are the names of the two heads.
    """

    repository: str
    branch: str
    round: str
    index: int
    head_before: str
    head: str
    head_seq: int
    commits: tuple[WeightedCommit, ...]
    level: int
    accumulator: str
    finished: bool
    waiting_for: str
    cost: Cost
    left_out: tuple[LeftOut, ...] = ()
    head_before_id: str = ""
    head_id: str = ""


@dataclass(frozen=True)
class ReviewReport(Report):
    """A review as it stands on the chain. `accepted` says whether the commit is now in its round's set.

    `commit` is the commit's address, `id` its name.
    """

    commit: str
    reviewer: str
    verdict: str
    note: str
    accepted: bool
    waiting_for: str
    cost: Cost
    id: str = ""


@dataclass(frozen=True)
class TransactionReport(Report):
    """A change that is one fact on the chain: who or what it concerns, and what it cost."""

    action: str
    subject: str
    signatures: tuple[str, ...]
    cost: Cost


@dataclass(frozen=True)
class RulesReport(TransactionReport):
    """A branch's new rules. `round` is the index of the round in progress, if any: it keeps the old ones."""

    round: int | None = None


@dataclass(frozen=True)
class TagReport(TransactionReport):
    """A tag that was set. `commit` is the address of the commit that it names now, `before` that of the one
    that it named until then, empty for a new tag; the `..._id` are their names.
    """

    tag: str
    commit: str
    before: str
    id: str
    before_id: str


@dataclass(frozen=True)
class ForkReport(TransactionReport):
    """A repository that begins at the head of another one's branch: its address and `spec` (OWNER/NAME), the
    address of the other, and of the commit where the two part.
    """

    repository: str
    spec: str
    ancestor: str
    branch: str
    head: str


@dataclass(frozen=True)
class RentReport(TransactionReport):
    """Accounts that were closed, and the lamports of theirs that came back to the wallet or its fee payer."""

    closed: tuple[str, ...]
    returned: int


@dataclass(frozen=True)
class MirrorReport(TransactionReport):
    """What was brought to another store: blobs `copied`, places `posted` on the chain, and the addresses of
    commits of which nobody has the blob now.
    """

    copied: int
    posted: int
    missing: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True)
class NewBaseReport(TransactionReport):
    """A branch with a base of its own, and what of it is its ancestor's.

    Names of tensors: `carried` over to the bit, `changed` in value, `reshaped` (another shape or dtype),
    `added` and `dropped`.
    """

    ancestor: str
    carried: tuple[str, ...]
    changed: tuple[str, ...]
    reshaped: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]
