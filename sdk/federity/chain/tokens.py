"""Accounts of the two token programs: mints, and somebody's tokens of one."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from solders.pubkey import Pubkey

from federity.chain.base import Account

__all__ = [
    "ACCOUNT_BYTES",
    "STATES",
    "TOKEN",
    "TOKEN_2022",
    "Holding",
    "Mint",
    "Token",
    "holdings",
    "mint_of",
    "token_of",
]

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022 = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
NATIVE = Pubkey.from_string("So11111111111111111111111111111111111111112")
"""The mint of lamports as tokens, which need not be there."""
NATIVE_DECIMALS = 9

MINT_BYTES = 82
ACCOUNT_BYTES = 165
"""Of a token account without extensions; a mint that has some is as long, before them."""
_MINT, _ACCOUNT = 1, 2
STATES = ("uninitialized", "initialized", "frozen")


@dataclass(frozen=True, slots=True)
class Mint:
    """A kind of token. Amounts are in units of 10^-`decimals`."""

    authority: Pubkey | None
    supply: int
    decimals: int
    initialized: bool
    freeze_authority: Pubkey | None


@dataclass(frozen=True, slots=True)
class Token:
    """Somebody's tokens of one mint."""

    mint: Pubkey
    owner: Pubkey
    amount: int
    delegate: Pubkey | None
    state: str
    native: int | None
    delegated: int
    close_authority: Pubkey | None


@dataclass(frozen=True, slots=True)
class Holding:
    """The tokens in one of a transaction's accounts, which `index` names, at one moment."""

    index: int
    mint: str
    owner: str
    program: str
    amount: int
    decimals: int

    def to_json(self) -> list[Any]:
        """As the history keeps it."""
        return [self.index, self.mint, self.owner, self.program, self.amount, self.decimals]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> Self:
        """What `to_json` gave."""
        return cls(*values)


def holdings(
    addresses: Sequence[Pubkey], called: frozenset[int], look: Callable[[Pubkey], Account | None]
) -> tuple[Holding, ...]:
    """The tokens in a transaction's accounts, but for those that it calls as programs.

    As agave: nobody looks unless it names a token program, for without one no tokens move.
    """
    if TOKEN not in addresses and TOKEN_2022 not in addresses:
        return ()
    found = []
    for index, address in enumerate(addresses):
        account = None if index in called or address in (TOKEN, TOKEN_2022) else look(address)
        token = None if account is None else token_of(account)
        if account is None or token is None or token.state == STATES[0]:
            continue
        place = look(token.mint)
        mint = None if place is None else mint_of(place)
        decimals = NATIVE_DECIMALS if token.mint == NATIVE else None if mint is None else mint.decimals
        if decimals is not None:
            names = (str(token.mint), str(token.owner), str(account.owner))
            found.append(Holding(index, *names, token.amount, decimals))
    return tuple(found)


def mint_of(account: Account) -> Mint | None:
    """A mint's account read, None for any other."""
    data = account.data
    if account.owner not in (TOKEN, TOKEN_2022) or not _is(account, _MINT, MINT_BYTES):
        return None
    supply, decimals, initialized = struct.unpack_from("<QBB", data, 36)
    return Mint(_option(data, 0), supply, decimals, initialized == 1, _option(data, 46))


def token_of(account: Account) -> Token | None:
    """A token account read, None for any other."""
    data = account.data
    if account.owner not in (TOKEN, TOKEN_2022) or not _is(account, _ACCOUNT, ACCOUNT_BYTES):
        return None
    (held,), state = struct.unpack_from("<Q", data, 64), data[108]
    is_native, native, delegated = struct.unpack_from("<IQQ", data, 109)
    if state >= len(STATES):
        return None
    return Token(
        Pubkey.from_bytes(data[:32]),
        Pubkey.from_bytes(data[32:64]),
        held,
        _option(data, 72),
        STATES[state],
        native if is_native else None,
        delegated,
        _option(data, 129),
    )


def _is(account: Account, kind: int, size: int) -> bool:
    """Whether an account is of a kind: by its size alone, or by the byte that longer ones have."""
    data = account.data
    return len(data) == size or (
        account.owner == TOKEN_2022 and len(data) > ACCOUNT_BYTES and data[ACCOUNT_BYTES] == kind
    )


def _option(data: bytes, start: int) -> Pubkey | None:
    (there,) = struct.unpack_from("<I", data, start)
    return Pubkey.from_bytes(data[start + 4 : start + 36]) if there else None
