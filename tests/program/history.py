"""What an explorer would know: the state of a repository rebuilt from the program's events alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from solders.pubkey import Pubkey

from federity._generated import constants as c
from federity._generated import events as e
from federity._generated import types
from program.world import add, scaled

__all__ = ["Branch", "Commit", "History", "Round"]


@dataclass
class Branch:
    """A branch as far as events tell."""

    head: Pubkey
    rules: types.Rules
    seq: int = 0
    bound: int = 0
    rounds: int = 0


@dataclass
class Round:
    """A round and its set."""

    branch: Pubkey
    kind: int
    rules: types.Rules
    opener: Pubkey
    state: int = c.ROUND_STATE_OPEN
    accepted: list[Pubkey] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    merge: Pubkey | None = None

    def weight(self, commit: Commit, all_samples: int, counting: int) -> int:
        """The weight of an accepted commit among those that count, as the rules say."""
        if self.kind != c.ROUND_OPEN:
            return c.WEIGHT_ONE
        if commit.rejects:
            return 0
        if self.rules.weighting == c.WEIGHTING_KEEPER:
            return self.weights[commit.index]
        share = (commit.samples, all_samples) if self.rules.weighting else (1, counting)
        return min(c.WEIGHT_ONE * share[0] // max(share[1], 1), self.rules.max_weight)


@dataclass
class Commit:
    """A commit; a head has the point that the events of its parts add up to."""

    author: Pubkey
    round: Pubkey
    parent: Pubkey
    shift: int = 0
    samples: int = 0
    point: bytes = bytes(64)
    approvals: int = 0
    rejects: int = 0
    index: int = 0
    held_by: Pubkey = field(default_factory=Pubkey.default)
    blob_hash: bytes = bytes(32)


class History:
    """Folds events, in order."""

    def __init__(self, events: Iterable[Any]) -> None:
        self.members: dict[tuple[Pubkey, Pubkey], int] = {}
        self.branches: dict[Pubkey, Branch] = {}
        self.rounds: dict[Pubkey, Round] = {}
        self.commits: dict[Pubkey, Commit] = {}
        for event in events:
            handler = getattr(self, type(event).__name__, None)
            if handler is not None:
                handler(event)

    def RepositoryCreated(self, event: e.RepositoryCreated) -> None:
        self.members[event.repository, event.creator] = c.ROLE_OWNER

    def MemberAdded(self, event: e.MemberAdded) -> None:
        self.members[event.repository, event.wallet] = event.role

    def MemberRemoved(self, event: e.MemberRemoved) -> None:
        del self.members[event.repository, event.wallet]

    def GenesisCreated(self, event: e.GenesisCreated) -> None:
        self.branches[event.branch] = Branch(event.commit, event.rules)
        self.commits[event.commit] = Commit(
            event.creator, event.branch, event.ancestor, blob_hash=event.base_hash
        )

    def BranchCreated(self, event: e.BranchCreated) -> None:
        bound = next((b.bound for b in self.branches.values() if b.head == event.fork_point), 0)
        self.branches[event.branch] = Branch(event.fork_point, event.rules, bound=bound)

    def BranchProtected(self, event: e.BranchProtected) -> None:
        self.branches[event.branch].rules = event.rules

    def RoundOpened(self, event: e.RoundOpened) -> None:
        self.rounds[event.round] = Round(event.branch, event.kind, event.rules, event.opener)
        self.branches[event.branch].rounds = event.index + 1

    def CommitCreated(self, event: e.CommitCreated) -> None:
        self.commits[event.commit] = Commit(
            event.author, event.round, event.parent, event.shift, event.samples, blob_hash=event.blob_hash
        )

    def CommitDeclared(self, event: e.CommitDeclared) -> None:
        if event.chunk == 0:
            self.commits[event.commit].point = event.point

    def ReviewCreated(self, event: e.ReviewCreated) -> None:
        commit = self.commits[event.commit]
        commit.approvals, commit.rejects = event.approvals, event.rejects

    def CommitAccepted(self, event: e.CommitAccepted) -> None:
        self._accept(event.round, event.commit)

    def _accept(self, round_: Pubkey, address: Pubkey) -> None:
        commit = self.commits[address]
        commit.index, commit.held_by = len(self.rounds[round_].accepted), round_
        self.rounds[round_].accepted.append(address)

    def RoundLocked(self, event: e.RoundLocked) -> None:
        if event.commit != Pubkey.default():
            self._accept(event.round, event.commit)
        self.rounds[event.round].state = c.ROUND_STATE_LOCKED

    def WeightsWritten(self, event: e.WeightsWritten) -> None:
        weights = self.rounds[event.round].weights
        weights[event.first :] = event.weights

    def MergeBegun(self, event: e.MergeBegun) -> None:
        self.rounds[event.round].merge = event.merge
        self.commits[event.merge] = Commit(event.author, event.round, event.parent)

    def HeadMoved(self, event: e.HeadMoved) -> None:
        round_, branch = self.rounds[event.round], self.branches[event.branch]
        parts = [self.commits[address] for address in round_.accepted]
        counting = [part for part in parts if not part.rejects]
        samples = sum(part.samples for part in counting)
        point = self.commits[event.from_].point
        added = 0
        for part in parts:
            weight = round_.weight(part, samples, len(counting))
            factor = weight << (c.GENESIS_FRACTION_BITS - c.WEIGHT_BITS - part.shift)
            point, added = add(point, scaled(part.point, factor)), added + factor
        head = self.commits[event.head]
        head.point, head.blob_hash = point, event.blob_hash
        round_.state = c.ROUND_STATE_MERGED
        branch.head, branch.seq = event.head, branch.seq + 1
        branch.bound += c.DELTA_BOUND * added

    def RoundExpired(self, event: e.RoundExpired) -> None:
        self.rounds[event.round].state = c.ROUND_STATE_EXPIRED

    def RoundClosed(self, event: e.RoundClosed) -> None:
        del self.rounds[event.round]

    def CommitClosed(self, event: e.CommitClosed) -> None:
        del self.commits[event.commit]
