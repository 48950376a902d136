"""`repost`: put a head's blob back for everybody, rebuilt from what it is the sum of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from federity._generated import accounts, types
from federity._generated import instructions as program
from federity.chain import pda
from federity.errors import ConfigError
from federity.objects import accumulator_parts
from federity.repository.ledger import heads, query
from federity.repository.ledger.references import resolve
from federity.repository.reports import TransactionReport
from federity.repository.steps import transactions, uploading
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.objects import Place
    from federity.repository.working_copy.workspace import Workspace
    from federity.session import Session


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
    if posted is not None and bytes(posted.blob_hash) == place.sha256:
        return TransactionReport("uploaded again the blob of", str(address), (), cost)
    if posted is not None:
        raise ConfigError("This wallet has posted another place for that commit already.")
    sent = await transactions.send(session, [location_step(session, address, place)])
    done = sent.report("posted a place for", str(address))
    return replace(done, cost=done.cost + cost)


def location_step(session: Session, commit: Pubkey, place: Place) -> Step:
    """Post another place for a commit's blob."""
    location = place.location
    return Step(
        program.location_create(
            payer=session.payer.pubkey,
            authority=session.wallet.pubkey,
            commit=commit,
            location_address=pda.location(commit, session.wallet.pubkey),
            blob_hash=place.sha256,
            location=types.BlobLocation(tag=int(location.tag), id=location.id),
        ),
        (accounts.Location.SIZE,),
    )
