"""A repository of one's own that goes on where another is: no base and no weights are copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import REPOSITORY_INSECURE
from federity.chain import pda
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.session import Session


def fork_step(session: Session, name: str, ancestor: Pubkey, of: accounts.Repository) -> Step:
    """Create the wallet's own repository as a fork: insecure if the one it is of is."""
    wallet = session.wallet.pubkey
    repository = pda.repository(wallet, name)
    return Step(
        program.repository_fork(
            payer=session.payer.pubkey,
            authority=wallet,
            ancestor=ancestor,
            repository=repository,
            member=pda.member(repository, wallet),
            name=pda.padded_name(name),
            flags=of.flags & REPOSITORY_INSECURE,
        ),
        (accounts.Repository.SIZE, accounts.Member.SIZE),
    )
