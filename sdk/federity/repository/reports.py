"""What the verbs of a repository answer: frozen dataclasses, each with `to_json()`.

Addresses are base58 strings, hashes hex strings, money is in lamports, sizes in bytes, times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any

# What each assurance level says about one commit, in words a reader can act on.
LEVELS: dict[int, str] = {
    0: "L0 signed: a member put their name to it; range and norm are for reviewers to check",
    1: "L1 bounded: every value is in range, the norm within the branch's bound, the vector known",
    2: "L2 spot-checked: random parts of the claimed training were checked",
    3: "L3 proved training of the head",
}


def jsonable(value: Any) -> Any:
    """Turn a report, or anything inside one, into what `json.dumps` takes."""
    if isinstance(value, Report):
        return value.to_json()
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, bytes):
        return value.hex()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Path):
        return value.as_posix()
    return str(value)


@dataclass(frozen=True)
class Report:
    """Base of every answer."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return {field.name: jsonable(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True)
class Cost(Report):
    """What a verb spent or, in a dry run, would spend.

    `rent` comes back to the payer when accounts are closed.
    """

    transactions: int = 0
    compute_units: int = 0
    fees: int = 0
    rent: int = 0
    uploaded_bytes: int = 0

    @property
    def lamports(self) -> int:
        """Fees and rent together."""
        return self.fees + self.rent

    def __add__(self, other: Cost) -> Cost:
        """Add two costs field by field."""
        return Cost(
            self.transactions + other.transactions,
            self.compute_units + other.compute_units,
            self.fees + other.fees,
            self.rent + other.rent,
            self.uploaded_bytes + other.uploaded_bytes,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the cost with its sum."""
        return {**super().to_json(), "lamports": self.lamports}


@dataclass(frozen=True)
class LocalCommit(Report):
    """A commit made on this machine. `address` is empty until it has been pushed.

    `state` is `local`, `proposed` (in a round on the chain), or `merged`.
    `parent` is the address of the head it was made on, `delta` the sha256 of its blob.
    """

    id: str
    message: str
    parent: str
    branch: str
    samples: int
    figures: dict[str, float]
    delta: str
    delta_bytes: int
    shift: int
    norm: int
    nonzero: int
    elements: int
    created_at: int
    state: str = "local"
    address: str = ""
    round: str = ""

    @property
    def ratio(self) -> float:
        """Bytes of the delta over the bytes of the same weights in float32."""
        return self.delta_bytes / (4 * self.elements)

    def to_json(self) -> dict[str, Any]:
        """Return the commit with its compression ratio."""
        return {**super().to_json(), "ratio": self.ratio}


@dataclass(frozen=True)
class Status(Report):
    """The working copy: where it stands and what is not pushed. Needs no chain.

    `modified` is None when no model was given and the folder holds none.
    """

    path: str
    url: str
    repository: str
    name: str
    branch: str
    head: str
    head_seq: int
    on_chain: bool
    insecure: bool
    commits: tuple[LocalCommit, ...]
    modified: bool | None
    push_in_progress: bool


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
    """What a push did or, with `dry_run`, would do. `remaining` local commits wait for the next round."""

    repository: str
    branch: str
    commits: tuple[PushedCommit, ...]
    remaining: int
    created: bool
    dry_run: bool
    cost: Cost


@dataclass(frozen=True)
class RefusedBlob(Report):
    """A blob that someone offered and this client did not take, and why."""

    commit: str
    location: str
    reason: str


@dataclass(frozen=True)
class PullReport(Report):
    """What a pull or clone fetched and checked. `rebuilt` heads were summed from deltas, not downloaded."""

    repository: str
    branch: str
    head_before: str
    head: str
    head_seq: int
    fetched_bytes: int
    rebuilt: int
    refused: tuple[RefusedBlob, ...]
    rebased: tuple[str, ...]
    landed: tuple[str, ...]
    returned: tuple[str, ...]

    @property
    def up_to_date(self) -> bool:
        """Whether the head had not moved."""
        return self.head == self.head_before

    def to_json(self) -> dict[str, Any]:
        """Return the report, saying also whether there was nothing new."""
        return {**super().to_json(), "up_to_date": self.up_to_date}


@dataclass(frozen=True)
class CheckoutReport(Report):
    """The commit whose weights were loaded; `digest` is the identity of the weights."""

    commit: str
    seq: int
    digest: str
    refused: tuple[RefusedBlob, ...]


@dataclass(frozen=True)
class WeightedCommit(Report):
    """A commit in a merge and its share in Q16 (65536 is one)."""

    commit: str
    author: str
    samples: int
    weight: int
    level: int


@dataclass(frozen=True)
class MergeReport(Report):
    """A merge: the head moves from `head_before` to `head` by exactly the stated sum.

    `finished` is False when the round still waits (for weights, approvals or its deadline); `waiting_for`
    says for what.
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


@dataclass(frozen=True)
class ReviewReport(Report):
    """A review as it stands on the chain. `accepted` says whether the commit is now in its round's set."""

    commit: str
    reviewer: str
    verdict: str
    note: str
    accepted: bool
    waiting_for: str
    cost: Cost


@dataclass(frozen=True)
class BranchView(Report):
    """A branch and the rules by which its head moves."""

    address: str
    name: str
    head: str
    head_seq: int
    protected: bool
    min_level: int
    weighting: str
    approvals: int
    merge_approvals: int
    norm_bound: int
    max_weight: int
    max_staleness: int
    allow_server: bool
    propose_slots: int
    review_slots: int
    merge_slots: int
    current_round: str
    current: bool


@dataclass(frozen=True)
class MemberView(Report):
    """A member: the wallet that holds the role and the key allowed to act for it."""

    address: str
    wallet: str
    role: str
    delegate: str
    joined_slot: int


@dataclass(frozen=True)
class ReviewView(Report):
    """One reviewer's standing verdict. `note_hash` is the sha256 of the words, which stay off the chain."""

    reviewer: str
    verdict: str
    note_hash: str
    slot: int


@dataclass(frozen=True)
class CommitView(Report):
    """A commit as the chain holds it. `level_meaning` is its level in words."""

    address: str
    kind: str
    state: str
    level: int
    level_meaning: str
    author: str
    branch: str
    round: str
    parent: str
    seq: int
    blob_hash: str
    location: str
    message: str
    samples: int
    figures: dict[str, float]
    shift: int
    norm: int
    weight: int
    parts: int
    parts_done: int
    reviews: tuple[ReviewView, ...] = ()
    merged: tuple[WeightedCommit, ...] = ()


@dataclass(frozen=True)
class RoundView(Report):
    """A round: the window in which updates are collected, reviewed and merged. Deadlines are slots."""

    address: str
    index: int
    kind: str
    state: str
    propose_until: int
    review_until: int
    merge_until: int
    proposed: int
    accepted: int
    sum_samples: int
    weighting: str
    set_hash: str
    weights_hash: str
    merge: str
    commits: tuple[CommitView, ...] = ()


@dataclass(frozen=True)
class KeyView(Report):
    """A verifying key that a repository accepts: units of `elements` values of `width` bits."""

    address: str
    relation: str
    elements: int
    width: int
    origin: str


@dataclass(frozen=True)
class TransactionReport(Report):
    """A change that is one fact on the chain: who or what it concerns, and what it cost."""

    action: str
    subject: str
    signatures: tuple[str, ...]
    cost: Cost


@dataclass(frozen=True)
class Check(Report):
    """One thing that was checked. `outcome` is `passed`, `failed` or `absent` (nobody gave what it needs)."""

    name: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class VerifiedCommit(Report):
    """One commit of the walk to the genesis, with what was recomputed for it."""

    address: str
    kind: str
    level: int
    level_meaning: str
    author: str
    proofs: int
    checks: tuple[Check, ...]

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
