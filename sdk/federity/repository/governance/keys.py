"""Verifying keys: which ones a repository's commits may be proved with, and pinning the development ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from federity._generated import accounts
from federity._generated.constants import ROLE_OWNER
from federity.errors import ConfigError, NotFound
from federity.prover.keys import UNIT_SIZES
from federity.repository.governance.rent import Closing, send
from federity.repository.ledger import query
from federity.repository.ledger.pins import RELATIONS, origin, pins
from federity.repository.reports import KeyView, RentReport, TransactionReport
from federity.repository.steps import transactions
from federity.repository.steps.key_steps import pin_steps, repeal_step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


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


async def key_repeal(workspace: Workspace, reference: str, dry_run: bool) -> RentReport:
    """See `Repository.key_repeal`."""
    await workspace.check_chain()
    member, _ = await workspace.require_role(ROLE_OWNER, "owner", ending=True)
    pinned = await query.find(workspace.session.chain, accounts.KeyPin, repository=workspace.repository)
    found = [
        (at, pin)
        for at, pin in pinned
        if reference and (str(pin.key).startswith(reference) or str(pin.n) == reference)
    ]
    if len(found) != 1:
        raise NotFound(
            f"{len(found) or 'No'} pinned keys are meant by {reference!r}.",
            hint="Name the address, the start of it or the unit's size, as `federity key list` shows them.",
        )
    ((at, pin),) = found
    closing = Closing.of(workspace.session)
    closing.add(at, pin.payer, repeal_step(workspace, member, at, pin))
    return await send(workspace, closing, dry_run, "repealed the key", str(pin.key))
