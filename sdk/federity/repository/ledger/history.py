"""The line of commits that a commit stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts

if TYPE_CHECKING:
    from federity.repository.ledger.reader import Reader


async def ancestors(reader: Reader, start: Pubkey) -> AsyncIterator[tuple[Pubkey, accounts.Commit]]:
    """A commit and all it stands on, across bases that were made from others, down to the first genesis."""
    address = start
    while True:
        commit = await reader.commit(address)
        yield address, commit
        if commit.parent == Pubkey.default():
            return
        address = commit.parent
