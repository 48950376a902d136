"""Opening and locking a round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity.repository.ledger.votes import Shown
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


def open_step(workspace: Workspace, member: Pubkey, address: Pubkey, kind: int) -> Step:
    """Open a round of a kind at its address."""
    session = workspace.session
    return Step(
        program.round_open(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            branch=workspace.branch,
            round=address,
            kind=kind,
        ),
        (accounts.Round.SIZE,),
    )


def lock_step(
    workspace: Workspace,
    member: Pubkey | None,
    address: Pubkey,
    commit: Pubkey | None,
    *,
    current: Pubkey | None = None,
    votes: Shown = (),
) -> Step:
    """Lock a round; `commit` is the one commit of a solo or server round, `votes` its approvals.

    A solo round is shown the branch's round in progress, `current`.
    """
    return Step(
        program.round_lock(
            authority=workspace.session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            branch=workspace.branch,
            round=address,
            commit=commit,
            current=current,
            remaining=votes,
        )
    )
