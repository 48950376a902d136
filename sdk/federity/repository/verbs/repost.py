"""`repost`: put a head's blob back for everybody, rebuilt from what it is the sum of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from federity._generated import accounts, types
from federity._generated import instructions as program
from federity.chain import pda
from federity.errors import ConfigError
from federity.objects import accumulator_parts
from federity.repository.ledger import heads, query
from federity.repository.ledger.references import resolve
from federity.repository.reports import Cost, TransactionReport
from federity.repository.steps import transactions
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from federity.repository.working_copy.workspace import Workspace


async def repost(workspace: Workspace, reference: Any) -> TransactionReport:
    """See `Repository.repost`."""
    await workspace.check_chain()
    address = await resolve(workspace, reference)
    session = workspace.session
    accumulator = await heads.accumulator(workspace, address, heads.Fetch())
    location = await session.storage.put(accumulator_parts(accumulator))
    at = pda.location(address, session.wallet.pubkey)
    posted = await query.load(session.chain, accounts.Location, at)
    if posted is not None and bytes(posted.blob_hash) == location.id:
        return TransactionReport("uploaded again the blob of", str(address), (), Cost())
    if posted is not None:
        raise ConfigError("This wallet has posted another place for that commit already.")
    step = Step(
        program.location_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            commit=address,
            location_address=at,
            blob_hash=location.id,
            location=types.BlobLocation(tag=int(location.tag), id=location.id),
        ),
        (accounts.Location.SIZE,),
    )
    sent = await transactions.send(session, [step])
    return sent.report("posted a place for", str(address))
