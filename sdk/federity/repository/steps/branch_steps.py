"""A branch on the chain, also at a commit of another repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated import instructions as program
from federity.chain import pda
from federity.repository.reports.rules import Rules
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.session import Session


def branch_step(
    session: Session,
    repository: Pubkey,
    member: Pubkey,
    name: str,
    at: Pubkey,
    commit: accounts.Commit,
    rules: Rules,
) -> Step:
    """Create a branch of a repository at a commit, `at`, of any with the same reference string."""
    return Step(
        program.branch_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            repository=repository,
            source=commit.branch,
            commit=at,
            origin=None if commit.repository == repository else commit.repository,
            branch=pda.branch(repository, name),
            name=pda.padded_name(name),
            rules=rules.arguments(),
        ),
        (accounts.Branch.SIZE,),
    )
