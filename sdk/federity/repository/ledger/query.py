"""Typed reads of the program's accounts, through any chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol, Self, TypeVar

from solders.pubkey import Pubkey

from federity._generated.constants import ACCOUNT_VERSION
from federity._generated.program import program_id
from federity.chain.base import Account, ChainClient, Filter
from federity.errors import WrongProgram

# A cluster reads at most this many accounts at one moment.
BULK = 100


class Record(Protocol):
    """A generated account class."""

    DISCRIMINATOR: ClassVar[bytes]
    OFFSETS: ClassVar[dict[str, int]]

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The account from its bytes."""


R = TypeVar("R", bound=Record)


async def load(chain: ChainClient, kind: type[R], address: Pubkey) -> R | None:
    """The account of that kind at an address; None when there is none, or one of another kind or program."""
    return (await load_many(chain, kind, [address]))[0]


async def load_many(chain: ChainClient, kind: type[R], addresses: Sequence[Pubkey]) -> list[R | None]:
    """`load` for many addresses, in their order."""
    found: list[R | None] = []
    for start in range(0, len(addresses), BULK):
        accounts = await chain.accounts(addresses[start : start + BULK])
        found += [decoded(kind, account) for account in accounts]
    return found


def decoded(kind: type[R], account: Account | None) -> R | None:
    """An account as one of that kind; None when there is none, or one of another kind or program."""
    if account is None or account.owner != program_id() or account.data[:8] != kind.DISCRIMINATOR:
        return None
    return _read(kind, account.data)


async def find(chain: ChainClient, kind: type[R], /, **fields: bytes | Pubkey) -> list[tuple[Pubkey, R]]:
    """All accounts of a kind whose named fields have these bytes, ordered by address."""
    filters = [Filter(kind.OFFSETS[name], bytes(value)) for name, value in fields.items()]
    rows = await chain.program_accounts(kind.DISCRIMINATOR, filters)
    return [(address, _read(kind, data)) for address, data in rows]


def _read(kind: type[R], data: bytes) -> R:
    """An account of a kind. Raises WrongProgram for one of another version, whose fields may mean something
    else.
    """
    version = data[kind.OFFSETS["version"]]
    if version != ACCOUNT_VERSION:
        raise WrongProgram(
            f"An account on the chain ({kind.__name__}) is of version {version}, "
            f"and this version of Federity reads version {ACCOUNT_VERSION}.",
            hint="The program there is a newer one, or an older: use the Federity that belongs to it.",
        )
    return kind.decode(data)
