"""`repost`: put a head's blob back for everybody, rebuilt from what it is the sum of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from federity._generated import accounts
from federity.chain import pda
from federity.objects import accumulator_parts
from federity.repository.ledger import heads, places, query
from federity.repository.ledger.references import resolve
from federity.repository.reports import TransactionReport
from federity.repository.steps import transactions, uploading
from federity.repository.steps.location_steps import location_steps

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def repost(workspace: Workspace, reference: Any) -> TransactionReport:
    """See `Repository.repost`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    session = workspace.session
    accumulator = await heads.accumulator(workspace, address, heads.Fetch())
    parts = accumulator_parts(accumulator)
    place, cost = await uploading.upload(session, workspace.repository, "head", parts)
    at = pda.location(address, session.wallet.pubkey)
    posted = await query.load(session.chain, accounts.Location, at)
    if posted is not None and places.of(posted) == place:
        return TransactionReport("uploaded again the blob of", str(address), (), cost)
    sent = await transactions.send(session, location_steps(session, address, place, posted))
    done = sent.report("posted a place for", str(address))
    return replace(done, cost=done.cost + cost)
