"""Taking a commit into a round's set, and the round that decides about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity.chain import pda
from federity.repository.ledger.votes import Shown
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


def accept_step(
    workspace: Workspace, address: Pubkey, commit: accounts.Commit, round_: Pubkey, votes: Shown
) -> Step:
    """Take a commit into the set of `round_`, its own or a later one, with the approvals that it needs."""
    before = decider(commit)
    return Step(
        program.commit_accept(
            repository=workspace.repository,
            branch=commit.branch,
            round=round_,
            commit=address,
            member=pda.member(workspace.repository, commit.author),
            previous=None if before == round_ else before,
            remaining=votes,
        )
    )


def decider(commit: accounts.Commit) -> Pubkey:
    """The round that decides about a commit: the one that accepted it, or the one it was created in."""
    return commit.round if commit.held_by == Pubkey.default() else commit.held_by
