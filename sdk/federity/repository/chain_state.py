"""Reading the program's accounts: typed, in bulk, by address or by field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, Self, TypeVar

from solders.pubkey import Pubkey

from federity.chain.base import Filter
from federity.errors import NotFound

if TYPE_CHECKING:
    from federity.session import Session

# A cluster reads at most this many accounts at once.
BULK = 100
NOBODY = Pubkey.default()


class Decodable(Protocol):
    """A generated account class."""

    DISCRIMINATOR: ClassVar[bytes]
    OFFSETS: ClassVar[dict[str, int]]

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the account from its bytes. Raises ValueError."""


A = TypeVar("A", bound=Decodable)


async def find(session: Session, address: Pubkey, kind: type[A]) -> A | None:
    """The account at an address, None when there is none of this kind."""
    return (await find_many(session, [address], kind))[0]


async def load(session: Session, address: Pubkey, kind: type[A], what: str) -> A:
    """The account at an address. Raises NotFound, which calls it `what`."""
    found = await find(session, address, kind)
    if found is None:
        raise NotFound(f"There is no {what} at {address}.")
    return found


async def find_many(session: Session, addresses: Sequence[Pubkey], kind: type[A]) -> list[A | None]:
    """The accounts at many addresses, in their order."""
    found: list[A | None] = []
    for start in range(0, len(addresses), BULK):
        for account in await session.chain.accounts(addresses[start : start + BULK]):
            ours = account is not None and account.data[:8] == kind.DISCRIMINATOR
            found.append(kind.decode(account.data) if account is not None and ours else None)
    return found


async def search(session: Session, kind: type[A], **fields: Pubkey | bytes) -> list[tuple[Pubkey, A]]:
    """All accounts of a kind whose `fields` have these values, ordered by address."""
    filters = [Filter(kind.OFFSETS[name], bytes(value)) for name, value in fields.items()]
    rows = await session.chain.program_accounts(kind.DISCRIMINATOR, filters)
    return [(address, kind.decode(data)) for address, data in rows]
