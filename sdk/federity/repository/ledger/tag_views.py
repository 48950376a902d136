"""Tags in words, as far as the chain, the store and the block times tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.repository.ledger import notes, query
from federity.repository.ledger.references import name_at
from federity.repository.reports import TagView

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


async def tags_at(reader: Reader, commit: Pubkey) -> list[TagView]:
    """The tags that name a commit."""
    chain = reader.session.chain
    found = await query.find(chain, accounts.Tag, repository=reader.repository, commit=commit)
    return await of(reader, found)


async def of(reader: Reader, found: Sequence[tuple[Pubkey, accounts.Tag]]) -> list[TagView]:
    """Tags in words, by their names, with the dates on which they were set."""
    views = [await _view(reader, at, tag) for at, tag in found]
    slots = sorted({one.slot for one in views})
    times = dict(zip(slots, await reader.session.chain.block_times(slots), strict=True))
    return [replace(one, time=times[one.slot]) for one in sorted(views, key=lambda one: one.name)]


async def _view(reader: Reader, at: Pubkey, tag: accounts.Tag) -> TagView:
    """One tag with its words."""
    message, problem = await notes.read(reader, bytes(tag.note_hash))
    return TagView(
        name=pda.plain_name(bytes(tag.name)),
        address=str(at),
        commit=str(tag.commit),
        id=await name_at(reader, tag.commit),
        tagger=str(tag.tagger),
        slot=tag.slot,
        moves=tag.moves,
        message=message,
        problem=problem,
    )
