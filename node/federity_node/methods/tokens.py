"""Tokens of both token programs."""

from typing import Any

from solders.pubkey import Pubkey

from federity.chain.base import Account, Filter
from federity.chain.tokens import TOKEN, TOKEN_2022, Mint, mint_of, token_of
from federity_node.chain import View
from federity_node.errors import invalid
from federity_node.forms.accounts import encoding_of
from federity_node.forms.tokens import amount
from federity_node.methods.context import at_least, in_context
from federity_node.params import Options, Params, address

__all__ = ["READS"]

_LARGEST = 20
_MINT, _OWNER, _DELEGATE = 0, 32, 72
"""Where a token account keeps them."""


def _mint(view: View, place: Pubkey) -> tuple[Account, Mint]:
    account = view.account(place)
    mint = None if account is None else mint_of(account)
    if account is None or mint is None:
        raise invalid("could not find mint" if account is None else "not a Token mint")
    return account, mint


def get_token_supply(view: View, params: Params) -> Any:
    """How many there are of a mint's tokens."""
    place, _ = params.one("mint", address), params.options()
    mint = _mint(view, place)[1]
    return in_context(view, amount(mint.supply, mint.decimals))


def get_token_account_balance(view: View, params: Params) -> Any:
    """How many tokens are in an account."""
    place, _ = params.one("pubkey", address), params.options()
    account = view.account(place)
    token = None if account is None else token_of(account)
    if token is None:
        raise invalid("could not find account" if account is None else "not a Token account")
    return in_context(view, amount(token.amount, _mint(view, token.mint)[1].decimals))


def get_token_largest_accounts(view: View, params: Params) -> Any:
    """The twenty accounts with the most tokens of a mint."""
    place, _ = params.one("mint", address), params.options()
    account, mint = _mint(view, place)
    held = [
        (token.amount, str(where))
        for where, found in view.all.owned(account.owner, [Filter(_MINT, bytes(place))])
        if (token := token_of(found)) is not None
    ]
    held.sort(key=lambda item: (-item[0], item[1]))
    return in_context(
        view, [{"address": where, **amount(units, mint.decimals)} for units, where in held[:_LARGEST]]
    )


def get_token_accounts_by_owner(view: View, params: Params) -> Any:
    """The token accounts of a wallet, of one mint or of one token program."""
    return _accounts(view, params, "owner", _OWNER)


def get_token_accounts_by_delegate(view: View, params: Params) -> Any:
    """The token accounts that a wallet may spend from."""
    return _accounts(view, params, "delegate", _DELEGATE, b"\1\0\0\0")


def _accounts(view: View, params: Params, name: str, offset: int, before: bytes = b"") -> Any:
    who = params.one(name, address)
    chosen = Options(params.one("filter", _object))
    options = params.options()
    at_least(view.slot, options)
    filters = [Filter(offset, before + bytes(who))]
    if chosen.has("mint"):
        mint = chosen.must("mint", address)
        program = _mint(view, mint)[0].owner
        filters.append(Filter(_MINT, bytes(mint)))
    else:
        program = chosen.must("programId", address)
        if program not in (TOKEN, TOKEN_2022):
            raise invalid("unrecognized Token program id")
    encoding = encoding_of(options)
    found = [
        {"pubkey": str(place), "account": encoding.account(account, view.account)}
        for place, account in view.all.owned(program, filters)
        if token_of(account) is not None
    ]
    return in_context(view, found)


def _object(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("expected an object with mint or programId")
    return value


READS = {
    "getTokenAccountBalance": get_token_account_balance,
    "getTokenAccountsByDelegate": get_token_accounts_by_delegate,
    "getTokenAccountsByOwner": get_token_accounts_by_owner,
    "getTokenLargestAccounts": get_token_largest_accounts,
    "getTokenSupply": get_token_supply,
}
