"""What a repository is called, OWNER/NAME, and which one is meant by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solders.pubkey import Pubkey

from federity._generated import accounts
from federity.chain import pda
from federity.errors import NotFound

if TYPE_CHECKING:
    from federity.session import Session


def spec_of(repository: accounts.Repository) -> str:
    """OWNER/NAME, what `clone` takes: the wallet that made it, whoever owns it now, and its name."""
    return f"{repository.creator}/{pda.plain_name(bytes(repository.name))}"


def address_of(session: Session, spec: str | Pubkey) -> Pubkey:
    """A repository's address from OWNER/NAME or from the address itself. Raises NotFound, ConfigError."""
    if isinstance(spec, Pubkey):
        return spec
    owner, slash, name = spec.partition("/")
    if slash and (known := session.contacts.address(owner)) is not None:
        return pda.repository(known, name)
    try:
        key = Pubkey.from_string(owner)
    except ValueError as error:
        raise NotFound(
            f"{spec!r} names no repository: {owner!r} is no wallet's address and no contact's name.",
            hint="Give OWNER/NAME; OWNER is what `federity address` tells the owner.",
        ) from error
    return pda.repository(key, name) if slash else key
