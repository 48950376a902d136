"""What is missing of a verifying key on the chain: its bytes, and the pin."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import RELATION_UPDATE, UPDATE_WIDTH
from federity.chain import pda
from federity.progress import OnProgress, Progress, silent
from federity.repository.ledger import query
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.repository.working_copy.workspace import Workspace
    from federity.session import Session


def pin_step(
    session: Session,
    repository: Pubkey,
    key: Pubkey,
    n: int,
    relation: int = RELATION_UPDATE,
    width: int = UPDATE_WIDTH,
) -> Step:
    """Pin a key, for units of `n` elements, in a repository of the wallet's own."""
    wallet = session.wallet.pubkey
    return Step(
        program.key_pin(
            payer=session.payer.pubkey,
            authority=wallet,
            member=pda.member(repository, wallet),
            repository=repository,
            key=key,
            key_pin=pda.key_pin(repository, key),
            relation=relation,
            width=width,
            n=n,
        ),
        (accounts.KeyPin.SIZE,),
    )


def repeal_step(workspace: Workspace, member: Pubkey, at: Pubkey, pin: accounts.KeyPin) -> Step:
    """Close a pin: its key proves nothing in this repository any more."""
    return Step(
        program.key_repeal(
            authority=workspace.session.wallet.pubkey,
            member=member,
            repository=workspace.repository,
            key_pin=at,
            payer=pin.payer,
        ),
        (),
        10_000,
    )


async def pin_steps(workspace: Workspace, elements: int, on_progress: OnProgress = silent) -> list[Step]:
    """What is missing of a development key on the chain: the key and the pin."""
    session = workspace.session

    def report(share: float) -> None:
        on_progress(Progress("making the proving key", share, 1))

    verifying_key = (await session.prover.key(elements, report)).verifying_key
    key = pda.key(verifying_key)
    missing = []
    if await query.load(session.chain, accounts.VerifyingKey, key) is None:
        missing.append(
            Step(
                program.key_create(
                    payer=session.payer.pubkey,
                    key=key,
                    hash=hashlib.sha256(verifying_key).digest(),
                    bytes_=verifying_key,
                ),
                (accounts.VerifyingKey.SIZE,),
                200_000,
            )
        )
    if await query.load(session.chain, accounts.KeyPin, pda.key_pin(workspace.repository, key)) is None:
        missing.append(pin_step(session, workspace.repository, key, elements))
    return missing
