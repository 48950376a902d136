"""Accounts of the two token programs, decoded as nodes do for `jsonParsed` (agave's `account-decoder`)."""

from collections.abc import Callable, Sequence
from typing import Any

from solders.pubkey import Pubkey

from federity.chain.base import Account
from federity.chain.tokens import ACCOUNT_BYTES, TOKEN, Holding, Mint, Token, mint_of, token_of
from federity_node.forms.extensions import extensions

__all__ = ["amount", "held", "parsed"]

Look = Callable[[Pubkey], Account | None]


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


def held(recorded: Sequence[Any]) -> dict[str, Any]:
    """The tokens in one of a transaction's accounts, as the history keeps them."""
    holding = Holding.from_json(recorded)
    return {
        "accountIndex": holding.index,
        "mint": holding.mint,
        "owner": holding.owner,
        "programId": holding.program,
        "uiTokenAmount": amount(holding.amount, holding.decimals),
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
