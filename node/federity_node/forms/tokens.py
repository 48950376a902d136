"""Accounts of the two token programs, decoded as nodes do for `jsonParsed` (agave's `account-decoder`)."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from federity.chain.base import Account
from federity_node.forms.extensions import extensions

__all__ = ["TOKEN", "TOKEN_2022", "Mint", "Token", "amount", "mint_of", "parsed", "token_of"]

TOKEN = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022 = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")

MINT_BYTES = 82
ACCOUNT_BYTES = 165
_MINT, _ACCOUNT = 1, 2
STATES = ("uninitialized", "initialized", "frozen")

Look = Callable[[Pubkey], Account | None]


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


def amount(units: int, decimals: int) -> dict[str, Any]:
    """An amount as clients show it."""
    whole, part = divmod(units, 10**decimals)
    digits = str(part).zfill(decimals).rstrip("0") if decimals and part else ""
    return {
        "amount": str(units),
        "decimals": decimals,
        "uiAmount": units / 10**decimals,
        "uiAmountString": f"{whole}.{digits}" if digits else str(whole),
    }


def parsed(account: Account, look: Look) -> Any:
    """The account decoded; None when it is none of a token program, or its mint is not there."""
    mint = mint_of(account)
    if mint is not None:
        return _told(account, "mint", _mint(mint))
    token = token_of(account)
    if token is None:
        return None
    place = look(token.mint)
    its_mint = None if place is None else mint_of(place)
    return None if its_mint is None else _told(account, "account", _token(token, its_mint.decimals))


def _told(account: Account, kind: str, info: dict[str, Any]) -> Any:
    more = extensions(account.data[ACCOUNT_BYTES + 1 :])
    return {
        "program": "spl-token" if account.owner == TOKEN else "spl-token-2022",
        "parsed": {"type": kind, "info": {**info, "extensions": more} if more else info},
        "space": len(account.data),
    }


def _mint(mint: Mint) -> dict[str, Any]:
    return {
        "mintAuthority": _maybe(mint.authority),
        "supply": str(mint.supply),
        "decimals": mint.decimals,
        "isInitialized": mint.initialized,
        "freezeAuthority": _maybe(mint.freeze_authority),
    }


def _token(token: Token, decimals: int) -> dict[str, Any]:
    info: dict[str, Any] = {
        "mint": str(token.mint),
        "owner": str(token.owner),
        "tokenAmount": amount(token.amount, decimals),
        "state": token.state,
        "isNative": token.native is not None,
    }
    if token.native is not None:
        info["rentExemptReserve"] = amount(token.native, decimals)
    if token.delegate is not None:
        info["delegate"] = str(token.delegate)
        info["delegatedAmount"] = amount(token.delegated, decimals)
    if token.close_authority is not None:
        info["closeAuthority"] = str(token.close_authority)
    return info


def _maybe(address: Pubkey | None) -> str | None:
    return None if address is None else str(address)
