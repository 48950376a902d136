"""Posting another place where a commit's blob is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from federity._generated import accounts, types
from federity._generated import instructions as program
from federity.chain import pda
from federity.repository.steps.transactions import Step

if TYPE_CHECKING:
    from solders.pubkey import Pubkey

    from federity.objects import Place
    from federity.session import Session


def location_steps(
    session: Session, commit: Pubkey, place: Place, posted: accounts.Location | None
) -> list[Step]:
    """Post a place, in place of the one that this wallet has `posted` before: each wallet names one."""
    at, location = pda.location(commit, session.wallet.pubkey), place.location
    steps = []
    if posted is not None:
        close = program.record_close(
            authority=session.wallet.pubkey, subject=commit, payer=posted.payer, location=at
        )
        steps.append(Step(close, (), 10_000))
    create = program.location_create(
        payer=session.payer.pubkey,
        authority=session.wallet.pubkey,
        commit=commit,
        location_address=at,
        blob_hash=place.sha256,
        location=types.BlobLocation(tag=int(location.tag), id=location.id),
    )
    return [*steps, Step(create, (accounts.Location.SIZE,))]
