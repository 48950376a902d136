"""What verbs answer that move a head by a stated sum of commits."""

from __future__ import annotations

from dataclasses import dataclass

from federity.repository.reports.report import Cost, Report


@dataclass(frozen=True)
class NamedTerm(Report):
    """A commit of a sum. `factor` is over `2^m` of a head, in Q16 (65536 is one) of an `update`, and below 0
    where it is taken away. `id` is the commit's name.
    """

    commit: str
    id: str
    factor: int
    update: bool


@dataclass(frozen=True)
class OperationReport(Report):
    """A head that moves from `head_before` to `head` by exactly the stated sum, over `2^m`.

    `what` is merge, average, recipe, fast-forward, pick, revert or reset, `subject` the name of the commit
    that it is about, `others` those of a merge of several.
    `finished` is False when it waits: `waiting_for` says for what, and nothing when a dry run found nothing
    to wait for. `operation` is its address, by which maintainers approve it. `message` is what is said of it.
    One that is `queued` was not sent: it waits here, in this working copy, and `head` is what it will be.
    """

    repository: str
    branch: str
    what: str
    subject: str
    operation: str
    head_before: str
    head: str
    m: int
    terms: tuple[NamedTerm, ...]
    finished: bool
    waiting_for: str
    cost: Cost
    head_before_id: str = ""
    message: str = ""
    others: tuple[str, ...] = ()
    queued: bool = False


@dataclass(frozen=True)
class VoteReport(Report):
    """An operation after a vote for it, or after somebody went on with it. `head` is the commit that the head
    moves to; `finished` and `waiting_for` are an `OperationReport`'s.
    """

    operation: str
    head: str
    finished: bool
    waiting_for: str
    cost: Cost


@dataclass(frozen=True)
class OperationView(Report):
    """An operation that is not finished. `stale`: the head has moved on, so it can only be closed.

    `approvals` counts the maintainers' votes that hold now, of `needed`. `message` is what its author says of
    it, and `message_problem` why that is not there though the chain names it.
    """

    address: str
    branch: str
    author: str
    head: str
    result: str
    m: int
    terms: tuple[NamedTerm, ...]
    approvals: int
    needed: int
    stale: bool
    slot: int
    message: str = ""
    message_problem: str = ""
