"""What the chain holds, in words: branches, members, commits, reviews, rounds and keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from federity.repository.reports.report import Report
from federity.repository.reports.tag_reports import TagView

# What each assurance level says about one commit, in words a reader can act on.
LEVELS: dict[int, str] = {
    0: "L0 signed: a member put their name to it; range and norm are for reviewers to check",
    1: "L1 bounded: every value is in range, the norm within the branch's bound, the vector known",
    2: "L2 spot-checked: random parts of the claimed training were checked",
    3: "L3 proved training of the head",
}


@dataclass(frozen=True)
class WeightedCommit(Report):
    """A commit in a merge and its share in Q16 (65536 is one). `commit` is its address, `id` its name.

    In a commit's view it also has what its author said, and its date, as a `CommitView` has them.
    """

    commit: str
    author: str
    samples: int
    weight: int
    level: int
    id: str = ""
    message: str = ""
    figures: dict[str, float] = field(default_factory=dict)
    slot: int = 0
    time: int | None = None


@dataclass(frozen=True)
class LeftOut(Report):
    """A proposal that a merge does not take, and what it waits for."""

    commit: str
    id: str
    author: str
    reason: str


@dataclass(frozen=True)
class BranchView(Report):
    """A branch and the rules by which its head moves. `head` is the head's address, `head_id` its name."""

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
    max_samples: int
    max_staleness: int
    allow_server: bool
    allow_sealed: bool
    rules_role: str
    operate_role: str
    propose_slots: int
    review_slots: int
    merge_slots: int
    current_round: str
    current: bool
    base: str
    head_id: str = ""


@dataclass(frozen=True)
class MemberView(Report):
    """A member: the wallet that holds the role and the key allowed to act for it.

    `role` is what it holds now; `unconfirmed` a higher one that waits to be given anew since the repository
    changed hands. A delegate does at most what `delegate_role` may, up to the slot `delegate_until` (0: until
    it is withdrawn).
    """

    address: str
    wallet: str
    role: str
    delegate: str
    joined_slot: int
    unconfirmed: str = ""
    delegate_role: str = ""
    delegate_until: int = 0


@dataclass(frozen=True)
class ReviewView(Report):
    """One reviewer's standing verdict. `note_hash` is the sha256 of the words, which are in the store.

    `note` are the words; `note_problem` says why they are not there though the chain names them.
    """

    reviewer: str
    verdict: str
    note_hash: str
    slot: int
    note: str = ""
    note_problem: str = ""


@dataclass(frozen=True)
class CommitView(Report):
    """A commit as the chain holds it, or one of this working copy that it does not hold yet.

    `id` is its name (`federity.repository.ledger.identity`); `address` is empty for a commit that is not
    on the chain, whose `state` is `local`; of one that is `queued` here it is what it will be, and
    `time` says when it was queued. `level_meaning` is its level in words. `time` is a Unix
    second, None when nobody can say: the block time of `slot`, in which its account was made, or of a
    local commit the moment it was made on this machine; `time_source` says which. A merge that is one
    update whole (`single`) has that update's author, message, samples, figures and date; one of several
    has the sum of their samples. A message comes from the update's blob: `problem` says why there is none
    when the blob cannot be had. `merges` are the heads that a merge of branches brought in, its further
    parents. Of an operation `sum` is what it adds up; its message is what its author said of it, or else the
    sum. `operation` is what `show` calls it by its terms alone: merge, average, pick, revert, restore,
    fast-forward, reset or combination. `refs` are the names that people gave it, as git shows them:
    `HEAD -> main`, `tag: v1`; `tags` the tags among them, in the view of one commit. `origin` is what the
    `repository` is called that it was made in, where that is another one: a remote's name, or OWNER/NAME.
    """

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
    id: str = ""
    single: bool = False
    slot: int = 0
    time: int | None = None
    time_source: str = ""
    problem: str = ""
    parent_id: str = ""
    merges: tuple[str, ...] = ()
    sum: str = ""
    repository: str = ""
    origin: str = ""
    refs: tuple[str, ...] = ()
    tags: tuple[TagView, ...] = ()
    operation: str = ""


@dataclass(frozen=True)
class RoundView(Report):
    """A round: the window in which updates are collected, reviewed and merged.

    Deadlines are slots. The `..._time` fields are about when these are or were, in Unix seconds: reckoned
    from `slot`, now, at 0.4 s a slot. Its rules are those of the branch when it was opened: the level and the
    number of approvals that a commit needs are among them.
    """

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
    slot: int = 0
    propose_time: int = 0
    review_time: int = 0
    merge_time: int = 0
    min_level: int = 0
    approvals: int = 0


@dataclass(frozen=True)
class KeyView(Report):
    """A verifying key that a repository accepts: units of `elements` values of `width` bits."""

    address: str
    relation: str
    elements: int
    width: int
    origin: str
