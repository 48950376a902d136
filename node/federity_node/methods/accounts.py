"""Accounts and lamports."""

from functools import partial
from typing import Any

from federity.chain.base import Filter
from federity.chain.tokens import STATES, token_of
from federity_node.chain import View
from federity_node.errors import invalid
from federity_node.forms.accounts import encoding_of
from federity_node.methods.context import at_least, in_context
from federity_node.params import Options, Params, address, binary, text, truth, whole

__all__ = ["READS", "Kept", "filters_of"]

_MANY = 100
_LARGEST = 20
_FILTERS = 4
_COMPARED = 128
_DATA = 10 << 20


def get_account_info(view: View, params: Params) -> Any:
    """The account at an address, or null."""
    place, options = params.one("pubkey", address), params.options()
    at_least(view.slot, options)
    encoding = encoding_of(options)
    return in_context(view, encoding.account(view.account(place), view.account))


def get_multiple_accounts(view: View, params: Params) -> Any:
    """The accounts at up to a hundred addresses, in their order."""
    places, options = params.many("pubkeys", address, _MANY), params.options()
    at_least(view.slot, options)
    encoding = encoding_of(options, "base64")
    return in_context(view, [encoding.account(view.account(place), view.account) for place in places])


def get_balance(view: View, params: Params) -> Any:
    """Lamports at an address."""
    place, options = params.one("pubkey", address), params.options()
    at_least(view.slot, options)
    account = view.account(place)
    return in_context(view, 0 if account is None else account.lamports)


def get_program_accounts(view: View, params: Params) -> Any:
    """The accounts that a program owns."""
    program, options = params.one("program id", address), params.options()
    at_least(view.slot, options)
    encoding = encoding_of(options)
    kept = filters_of(options)
    found = [
        {"pubkey": str(place), "account": encoding.account(account, view.account)}
        for place, account in view.all.owned(program, kept.compared, kept.size)
        if kept.state is None or _state(account) == kept.state
    ]
    return in_context(view, found) if options.get("withContext", truth, False) else found


class Kept:
    """Which accounts are kept: by bytes, by size, and by the state of a token account."""

    def __init__(self) -> None:
        """Keep all."""
        self.compared: list[Filter] = []
        self.size: int | None = None
        self.state: str | None = None

    def keeps(self, account: Any) -> bool:
        """Whether an account is kept."""
        return (
            (self.size is None or len(account.data) == self.size)
            and (self.state is None or _state(account) == self.state)
            and all(account.data[f.offset : f.offset + len(f.value)] == f.value for f in self.compared)
        )


def filters_of(options: Options) -> Kept:
    """The filters of a request's configuration. Raises RpcError."""
    kept = Kept()
    for item in options.list("filters", _filter, _FILTERS) or []:
        if item == "tokenAccountState":
            kept.state = "initialized"
            continue
        if not isinstance(item, dict) or len(item) != 1:
            raise invalid("a filter is one of memcmp, dataSize, tokenAccountState")
        filter_ = Options(item)
        if filter_.has("dataSize"):
            size = filter_.must("dataSize", whole)
            # One that no account can have finds nothing, as do two that differ.
            kept.size = size if kept.size in (None, size) and size <= _DATA else -1
            continue
        memcmp = filter_.inner("memcmp")
        if memcmp is None:
            raise invalid("a filter is one of memcmp, dataSize, tokenAccountState")
        encoding = memcmp.text("encoding", ("base58", "base64"), "base58")
        value = memcmp.must("bytes", partial(binary, encoding=encoding))
        if len(value) > _COMPARED:
            raise invalid(f"memcmp compares at most {_COMPARED} bytes")
        offset = min(memcmp.must("offset", whole), _DATA)
        if value:
            kept.compared.append(Filter(offset, value))
    return kept


def _filter(value: Any) -> Any:
    if not isinstance(value, str | dict):
        raise ValueError("expected a filter")
    return value


def _state(account: Any) -> str | None:
    token = token_of(account)
    return None if token is None or token.state == STATES[0] else STATES[1]


def get_minimum_balance(view: View, params: Params) -> Any:
    """Lamports that an account of that many bytes must hold."""
    size, _ = params.one("data length", whole), params.options()
    if size > _DATA:
        raise invalid(f"an account has at most {_DATA} bytes")
    return view.bank.rent(size)


def get_largest_accounts(view: View, params: Params) -> Any:
    """The twenty addresses with the most lamports."""
    options = params.options()
    kind = options.get("filter", text, None)
    faucet = view.identity
    found = [
        {"address": str(place), "lamports": lamports}
        for place, lamports in view.all.largest(_LARGEST)
        if kind is None or (kind == "nonCirculating") == (place == faucet)
    ]
    return in_context(view, found)


def get_supply(view: View, params: Params) -> Any:
    """All lamports; what the faucet still holds is not in circulation."""
    options = params.options()
    total = view.all.supply()
    faucet = view.account(view.identity)
    held = 0 if faucet is None else faucet.lamports
    hidden = options.get("excludeNonCirculatingAccountsList", truth, False)
    return in_context(
        view,
        {
            "total": total,
            "circulating": total - held,
            "nonCirculating": held,
            "nonCirculatingAccounts": [] if hidden else [str(view.identity)],
        },
    )


READS = {
    "getAccountInfo": get_account_info,
    "getBalance": get_balance,
    "getLargestAccounts": get_largest_accounts,
    "getMinimumBalanceForRentExemption": get_minimum_balance,
    "getMultipleAccounts": get_multiple_accounts,
    "getProgramAccounts": get_program_accounts,
    "getSupply": get_supply,
}
