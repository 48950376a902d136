"""Keys that a repository has pinned: read off its accounts, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity._generated.constants import RELATION_UPDATE, UPDATE_WIDTH
from federity.chain import pda
from federity.prover.keys import DEVELOPMENT_KEYS
from federity.repository.ledger import query

if TYPE_CHECKING:
    from federity.chain.base import ChainClient
    from federity.repository.ledger.reader import Reader


RELATIONS = {RELATION_UPDATE: "update"}


def is_development(key: Pubkey) -> bool:
    """Whether it is a key that everybody can make: none that only its maker knows the secret of."""
    return any(key == pda.key_of(known) for known in DEVELOPMENT_KEYS.values())


def origin(key: Pubkey) -> str:
    """Who can know a key's secret, and with it prove anything: everybody, or nobody can say who."""
    if is_development(key):
        return "the public development key: anyone can forge proofs with it"
    return "a key of the owner's: whoever made it may have kept what forges proofs"


async def pins(reader: Reader) -> list[tuple[Pubkey, accounts.KeyPin]]:
    """The pins of the repository, for the relations that this version knows."""
    return await pins_of(reader.session.chain, reader.repository)


async def pins_of(chain: ChainClient, repository: Pubkey) -> list[tuple[Pubkey, accounts.KeyPin]]:
    """The pins of any repository, for the relations that this version knows."""
    found = await query.find(chain, accounts.KeyPin, repository=repository)
    return [(a, pin) for a, pin in found if pin.relation == RELATION_UPDATE and pin.width == UPDATE_WIDTH]
