"""Verifying keys: which ones a repository's commits may be proved with, and pinning the development ones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated import instructions as program
from federity._generated.constants import RELATION_UPDATE, ROLE_OWNER, UPDATE_WIDTH
from federity.chain import pda
from federity.errors import ConfigError
from federity.progress import OnProgress, Progress, silent
from federity.prover.keys import DEVELOPMENT_KEYS, UNIT_SIZES
from federity.repository import query, transactions
from federity.repository.reports import KeyView, TransactionReport
from federity.repository.transactions import Step

if TYPE_CHECKING:
    from federity.repository.workspace import Workspace

RELATIONS = {RELATION_UPDATE: "update"}


async def keys(workspace: Workspace) -> Sequence[KeyView]:
    """See `Repository.keys`."""
    await workspace.check_chain()
    return [
        KeyView(
            address=str(pin.key),
            relation=RELATIONS.get(pin.relation, str(pin.relation)),
            elements=pin.n,
            width=pin.width,
            origin=origin(pin.key),
        )
        for _, pin in await pins(workspace)
    ]


def origin(key: Pubkey) -> str:
    """Who can know a key's secret, and with it prove anything: everybody, or nobody can say who."""
    if any(key == pda.key_of(known) for known in DEVELOPMENT_KEYS.values()):
        return "the public development key: anyone can forge proofs with it"
    return "a key of the owner's: whoever made it may have kept what forges proofs"


async def pins(workspace: Workspace) -> list[tuple[Pubkey, accounts.KeyPin]]:
    """The pins of the repository, for the relations that this version knows."""
    found = await query.find(workspace.session.chain, accounts.KeyPin, repository=workspace.repository)
    return [(a, pin) for a, pin in found if pin.relation == RELATION_UPDATE and pin.width == UPDATE_WIDTH]


async def key_pin(workspace: Workspace, elements: int, dry_run: bool) -> TransactionReport:
    """See `Repository.key_pin`."""
    await workspace.check_chain()
    await workspace.require_role(ROLE_OWNER, "owner")
    if elements not in UNIT_SIZES:
        raise ConfigError(
            f"There is no key for units of {elements}: choose {', '.join(map(str, UNIT_SIZES))}."
        )
    steps = await pin_steps(workspace, elements)
    sent = await transactions.run(workspace.session, steps, dry_run)
    return sent.report("pinned the key for units of", str(elements))


async def pin_steps(workspace: Workspace, elements: int, on_progress: OnProgress = silent) -> list[Step]:
    """What is missing of a development key on the chain: the key and the pin."""
    session = workspace.session

    def report(share: float) -> None:
        on_progress(Progress("making the proving key", share, 1))

    verifying_key = (await session.prover.key(elements, report)).verifying_key
    wallet, payer = session.wallet.pubkey, session.payer.pubkey
    key = pda.key(verifying_key)
    pin = pda.key_pin(workspace.repository, key)
    missing = []
    if await query.load(session.chain, accounts.VerifyingKey, key) is None:
        missing.append(
            Step(
                program.key_create(
                    payer=payer, key=key, hash=hashlib.sha256(verifying_key).digest(), bytes_=verifying_key
                ),
                (accounts.VerifyingKey.SIZE,),
                200_000,
            )
        )
    if await query.load(session.chain, accounts.KeyPin, pin) is None:
        missing.append(
            Step(
                program.key_pin(
                    payer=payer,
                    authority=wallet,
                    member=pda.member(workspace.repository, wallet),
                    repository=workspace.repository,
                    key=key,
                    key_pin=pin,
                    relation=RELATION_UPDATE,
                    width=UPDATE_WIDTH,
                    n=elements,
                ),
                (accounts.KeyPin.SIZE,),
            )
        )
    return missing
