"""Beginning where another repository is: a fork, and branches at commits of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import REPOSITORY_INSECURE
from federity.chain import pda
from federity.repository.reports.rules import Rules
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.session import Session


def fork_step(session: Session, name: str, ancestor: Pubkey, of: accounts.Repository) -> Step:
    """Create the wallet's own repository as a fork: insecure if the one it is of is."""
    repository = pda.repository(session.wallet.pubkey, name)
    return Step(
        program.repository_fork(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            ancestor=ancestor,
            repository=repository,
            member=pda.member(repository, session.wallet.pubkey),
            name=pda.padded_name(name),
            flags=of.flags & REPOSITORY_INSECURE,
        ),
        (accounts.Repository.SIZE, accounts.Member.SIZE),
    )


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
