"""What to do next: a pure function of the chain's state, the slot and what has been inspected.

It holds nothing between calls. Whatever happened to the last plan, the next one starts from the chain again,
so a keeper may be killed anywhere, and two keepers only waste each other's fees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from federity_keeper.policy import Policy, Share, weights

__all__ = [
    "Accept",
    "Action",
    "Compare",
    "Distances",
    "Expire",
    "Inspect",
    "Lock",
    "Merge",
    "OpenRound",
    "Proposal",
    "Repost",
    "RoundState",
    "State",
    "Verdict",
    "plan",
]


@dataclass(frozen=True)
class Proposal:
    """An update that the current round decides about. `complete`: all parts are in. `norm`: squared steps."""

    commit: str
    blob_hash: bytes
    complete: bool
    accepted: bool
    index: int
    level: int
    approvals: int
    rejects: int
    samples: int
    norm: int


@dataclass(frozen=True)
class RoundState:
    """The current round. Deadlines are slots; `norm_bound` and `max_weight` are the branch's rules in it.

    `judged`: the rules ask for somebody's approval, so that a keeper may lock before the propose deadline.
    """

    index: int
    locked: bool
    begun: bool
    by_keeper: bool
    propose_deadline: int
    review_deadline: int
    merge_deadline: int
    min_level: int
    approvals: int
    merge_approvals: int
    merge_approved: int
    norm_bound: int
    max_weight: int
    weights_written: int
    judged: bool
    proposals: Sequence[Proposal]


@dataclass(frozen=True)
class State:
    """One look at the chain. `head_named`: somebody says where the head's blob is, or it needs none."""

    slot: int
    head: str
    head_named: bool
    round: RoundState | None


@dataclass(frozen=True)
class Verdict:
    """What inspecting a commit's blob found.

    `opened`: the blob was there and is the vector the chain holds. `sound`: the model stays finite and loses
    no more on the hold-out than the policy allows. `figure` and `before` are the hold-out's with and without
    the commit (None without an evaluator). `retry_at` is the slot from which a missing blob may be looked for
    again.
    """

    blob_hash: bytes
    opened: bool
    sound: bool
    reason: str = ""
    figure: float | None = None
    before: float | None = None
    retry_at: int | None = None


@dataclass(frozen=True)
class OpenRound:
    """Open the next round."""


@dataclass(frozen=True)
class Inspect:
    """Fetch, check and measure a commit's blob."""

    commit: str


@dataclass(frozen=True)
class Compare:
    """Measure how far commits are from one another."""

    commits: tuple[str, ...]


@dataclass(frozen=True)
class Accept:
    """Take a commit into the round's set."""

    commit: str


@dataclass(frozen=True)
class Lock:
    """Freeze the round's set and the head it applies to."""

    index: int


@dataclass(frozen=True)
class Merge:
    """Weigh (where the branch leaves that to the keeper), sum, move the head. Weights: Q16 by commit."""

    index: int
    weights: Mapping[str, int] | None


@dataclass(frozen=True)
class Expire:
    """End a round that can no longer be merged."""

    index: int


@dataclass(frozen=True)
class Repost:
    """Rebuild the head's blob, which nobody has named a place for, and say where it is."""

    head: str


Action: TypeAlias = OpenRound | Inspect | Compare | Accept | Lock | Merge | Expire | Repost

# Squared distances by the hashes of two blobs, the smaller first, in steps at shift 8.
Distances: TypeAlias = Mapping[tuple[bytes, bytes], int]


def plan(
    state: State, verdicts: Mapping[str, Verdict], policy: Policy, distances: Distances | None = None
) -> list[Action]:
    """Return what to do now, in order; empty when there is nothing to do but wait."""
    actions: list[Action] = [] if state.head_named else [Repost(state.head)]
    round_ = state.round
    if round_ is None:
        return [*actions, OpenRound()] if policy.open_rounds else actions
    if state.slot > round_.merge_deadline:
        return [*actions, Expire(round_.index)]
    if round_.locked:
        return actions + _locked(state.slot, round_, verdicts, policy, distances or {})
    return actions + _open(state.slot, round_, verdicts, policy)


def _open(slot: int, round_: RoundState, verdicts: Mapping[str, Verdict], policy: Policy) -> list[Action]:
    accepted = sum(proposal.accepted for proposal in round_.proposals)
    if slot > round_.review_deadline:
        return [Lock(round_.index)] if accepted else [Expire(round_.index)]
    waiting = [proposal for proposal in round_.proposals if not proposal.accepted]
    actions: list[Action] = _inspections(slot, round_.proposals, verdicts)
    taken = [proposal for proposal in waiting if _acceptable(proposal, round_, verdicts)]
    actions += [Accept(proposal.commit) for proposal in taken]
    if taken or actions:
        return actions
    # Nobody can join any more, and nobody who could is left waiting for a verdict or a reviewer.
    closed = slot > round_.propose_deadline and all(proposal.rejects for proposal in waiting)
    enough = 0 < policy.quorum <= accepted and (round_.judged or slot > round_.propose_deadline)
    if accepted and (closed or enough):
        return [Lock(round_.index)]
    return []


def _acceptable(proposal: Proposal, round_: RoundState, verdicts: Mapping[str, Verdict]) -> bool:
    verdict = _current(proposal, verdicts)
    return (
        verdict is not None
        and verdict.opened
        and verdict.sound
        and proposal.complete
        and not proposal.rejects
        and proposal.level >= round_.min_level
        and proposal.approvals >= round_.approvals
        and proposal.norm <= round_.norm_bound
    )


def _locked(
    slot: int, round_: RoundState, verdicts: Mapping[str, Verdict], policy: Policy, distances: Distances
) -> list[Action]:
    accepted = sorted((p for p in round_.proposals if p.accepted), key=lambda p: p.index)
    inspections = _inspections(slot, accepted, verdicts)
    if inspections:
        return inspections
    found = {p.commit: _current(p, verdicts) for p in accepted}
    merge = Merge(round_.index, None)
    if round_.by_keeper and not round_.begun and round_.weights_written < len(accepted):
        trusted = [_trusted(found[p.commit]) and not p.rejects for p in accepted]
        compared = [p for p, sound in zip(accepted, trusted, strict=True) if sound]
        if policy.compares and not _known(compared, distances):
            return [Compare(tuple(p.commit for p in compared))]
        apart = _distances(accepted, distances)
        shares = [
            Share(p.samples, p.norm, sound, row)
            for p, sound, row in zip(accepted, trusted, apart, strict=True)
        ]
        proposed = weights(shares, policy, round_.max_weight)
        merge = Merge(round_.index, dict(zip((p.commit for p in accepted), proposed, strict=True)))
        if not any(proposed):
            # A merge of nothing helps nobody; the deadline ends the round.
            return []
    elif not all(verdict is not None and verdict.opened for verdict in found.values()):
        # Weights are the program's or written already: a vector nobody can open must not enter the head by
        # our hand.
        return []
    if round_.merge_approved < round_.merge_approvals and merge.weights is None:
        return []
    return [merge]


def _pair(one: Proposal, other: Proposal) -> tuple[bytes, bytes]:
    first, second = sorted((one.blob_hash, other.blob_hash))
    return first, second


def _known(proposals: Sequence[Proposal], distances: Distances) -> bool:
    return all(_pair(one, other) in distances for one in proposals for other in proposals if one is not other)


def _distances(proposals: Sequence[Proposal], distances: Distances) -> list[tuple[int, ...]]:
    """Rows of distances; zero where one is not known, which only concerns commits that weigh nothing."""
    return [
        tuple(0 if one is other else distances.get(_pair(one, other), 0) for other in proposals)
        for one in proposals
    ]


def _trusted(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.opened and verdict.sound


def _inspections(slot: int, proposals: Sequence[Proposal], verdicts: Mapping[str, Verdict]) -> list[Action]:
    return [
        Inspect(proposal.commit)
        for proposal in proposals
        if proposal.complete and _due(slot, _current(proposal, verdicts))
    ]


def _due(slot: int, verdict: Verdict | None) -> bool:
    return verdict is None or (verdict.retry_at is not None and slot >= verdict.retry_at)


def _current(proposal: Proposal, verdicts: Mapping[str, Verdict]) -> Verdict | None:
    """The verdict on this very blob: an address can hold another commit after a closed one."""
    verdict = verdicts.get(proposal.commit)
    return verdict if verdict is not None and verdict.blob_hash == proposal.blob_hash else None
