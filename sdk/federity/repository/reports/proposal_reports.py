"""What `pr` answers: what is proposed, what is said of it, and what can be checked of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from federity.repository.reports.operation_reports import NamedTerm
from federity.repository.reports.report import Cost, Report


@dataclass(frozen=True)
class RemarkView(Report):
    """What somebody said of a proposal. `verdict` is approve, reject or comment, `role` what its author is
    now, nothing of one who left. `note_problem` says why the words are not there though the chain names them.
    """

    author: str
    verdict: str
    role: str
    slot: int
    note: str
    note_problem: str = ""
    time: int | None = None


@dataclass(frozen=True)
class ProposalView(Report):
    """A head that is proposed (`kind` is operation), or an update in a round (commit).

    `state` is open, merged or stale: the head has moved on, so it can only be closed. `approvals` counts the
    maintainers' votes that hold now, of `needed`; `changes_requested` names maintainers who ask for changes.
    Texts are a stranger's. Of an operation `terms` are the sum that it is, over `2^m`; of a commit `round` is
    the number of its round. `remarks` are there where one proposal is asked for, `number_of_remarks` always.
    """

    address: str
    kind: str
    state: str
    title: str
    body: str
    problem: str
    author: str
    branch: str
    head: str
    result: str
    approvals: int
    needed: int
    changes_requested: tuple[str, ...]
    approved_by: tuple[str, ...]
    slot: int
    number_of_remarks: int
    terms: tuple[NamedTerm, ...] = ()
    m: int = 0
    round: int | None = None
    id: str = ""
    time: int | None = None
    remarks: tuple[RemarkView, ...] = ()

    @property
    def decision(self) -> str:
        """What GitHub calls the review decision, in words."""
        if self.changes_requested:
            return "changes requested"
        return "approved" if self.approvals >= self.needed else "review required"

    def to_json(self) -> dict[str, object]:
        """The view with its decision."""
        return {**super().to_json(), "decision": self.decision}


@dataclass(frozen=True)
class RemarkReport(Report):
    """A verdict or comment that was written. `verdict` is approve, request changes or comment."""

    subject: str
    author: str
    verdict: str
    note: str
    approvals: int
    needed: int
    cost: Cost


@dataclass(frozen=True)
class CheckedCommit(Report):
    """A commit that a proposal brings in: `level` says what of it is proved, the rest its author declared.

    `share` is how often the proposal adds it, below 0 where it takes it out.
    """

    id: str
    address: str
    author: str
    level: int
    level_meaning: str
    share: float
    norm: int
    samples: int
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Similar(Report):
    """How alike another proposal's change, or that of a commit in the history, is: the cosine."""

    id: str
    kind: str
    author: str
    cosine: float


@dataclass(frozen=True)
class ProposalChecks(Report):
    """What anybody can find out of a proposal without believing its author.

    `l2` and `largest` are lengths of its change in units of the weights. `before` and `after` are the figures
    that an evaluation gave for the head as it is and as it would be.
    """

    address: str
    level: int
    level_meaning: str
    commits: tuple[CheckedCommit, ...]
    l2: float
    largest: float
    changed: int
    elements: int
    similar: tuple[Similar, ...]
    before: dict[str, float] = field(default_factory=dict)
    after: dict[str, float] = field(default_factory=dict)
