"""What a client may be told of: each topic looks at what is new and says what its subscriber hears."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import ID as SYSTEM_PROGRAM
from solders.transaction import VersionedTransaction

from federity.chain import base58
from federity.chain.base import Account
from federity.chain.ledger_views import Entry
from federity.chain.record import read_failure
from federity_node.chain import View
from federity_node.errors import invalid
from federity_node.forms import failures
from federity_node.forms.accounts import Encoding, encoding_of
from federity_node.methods.accounts import Kept, filters_of
from federity_node.params import Options, Params, address, signature, truth

__all__ = ["TOPICS", "News", "Topic"]

_GONE = Account(0, SYSTEM_PROGRAM, b"")


@dataclass(frozen=True)
class News:
    """What happened since the last look: transactions in their order, and the slot if it is a later one."""

    view: View
    entries: Sequence[Entry]
    moved: bool
    touched: Mapping[Pubkey, None] = field(init=False)

    def __post_init__(self) -> None:
        """Find the addresses that were named, once for all topics."""
        found: dict[Pubkey, None] = {}
        for entry in self.entries:
            found.update(dict.fromkeys(keys_of(entry)))
        object.__setattr__(self, "touched", found)


def keys_of(entry: Entry) -> list[Pubkey]:
    """The addresses that a transaction names."""
    return list(VersionedTransaction.from_bytes(entry.transaction).message.account_keys)


class Topic(ABC):
    """One subscription's interest. `name` is what notifications are called; `once` if the first is all."""

    name: ClassVar[str]
    once: ClassVar[bool] = False

    def before(self, view: View) -> list[Any]:
        """What the subscriber hears at once, of what is so already."""
        return []

    @abstractmethod
    def hear(self, news: News) -> list[Any]:
        """The results that the subscriber hears."""


def _in_context(view: View, value: Any) -> Any:
    return {"context": {"slot": view.slot}, "value": value}


@dataclass(frozen=True)
class AccountTopic(Topic):
    """Changes of one account."""

    name = "account"

    place: Pubkey
    encoding: Encoding

    def hear(self, news: News) -> list[Any]:
        """The account, once however often it was written; one that is gone holds nothing."""
        if self.place not in news.touched:
            return []
        account = news.view.account(self.place) or _GONE
        return [_in_context(news.view, self.encoding.account(account, news.view.account))]


@dataclass(frozen=True)
class ProgramTopic(Topic):
    """Changes of a program's accounts."""

    name = "program"

    program: Pubkey
    encoding: Encoding
    kept: Kept

    def hear(self, news: News) -> list[Any]:
        """Each account that was named and is the program's."""
        view = news.view
        found = ((place, view.account(place)) for place in news.touched)
        return [
            _in_context(view, {"pubkey": str(place), "account": self.encoding.account(account, view.account)})
            for place, account in found
            if account is not None and account.owner == self.program and self.kept.keeps(account)
        ]


@dataclass(frozen=True)
class LogsTopic(Topic):
    """Logs of all transactions, or of those that name an address."""

    name = "logs"

    mentioned: Pubkey | None

    def hear(self, news: News) -> list[Any]:
        """Each transaction's."""
        return [
            _in_context(news.view, self._told(entry))
            for entry in news.entries
            if self.mentioned is None or self.mentioned in keys_of(entry)
        ]

    def _told(self, entry: Entry) -> Any:
        record = json.loads(entry.record)
        return {
            "signature": base58.encode(entry.signature),
            "err": failures.error(read_failure(record)),
            "logs": record["logs"],
        }


@dataclass(frozen=True)
class SignatureTopic(Topic):
    """The end of one transaction."""

    name = "signature"
    once = True

    signature: Signature

    def before(self, view: View) -> list[Any]:
        """It may have run before anybody subscribed."""
        found = view.ledger.transaction(bytes(self.signature))
        return [] if found is None else [self._told(view, found[1])]

    def hear(self, news: News) -> list[Any]:
        """That it ran, and whether it failed."""
        wanted = bytes(self.signature)
        return [self._told(news.view, entry.record) for entry in news.entries if entry.signature == wanted]

    def _told(self, view: View, record: str) -> Any:
        return _in_context(view, {"err": failures.error(read_failure(json.loads(record)))})


class SlotTopic(Topic):
    """The slot, as it moves."""

    name = "slot"

    def hear(self, news: News) -> list[Any]:
        """The slot, if it is another."""
        slot = news.view.slot
        return [{"slot": slot, "parent": slot - 1, "root": slot - 1}] if news.moved else []


class RootTopic(Topic):
    """The latest final slot, as it moves."""

    name = "root"

    def hear(self, news: News) -> list[Any]:
        """Its number, if it is another."""
        return [news.view.slot - 1] if news.moved else []


def _account(params: Params) -> Topic:
    place, options = params.one("pubkey", address), params.options()
    return AccountTopic(place, encoding_of(options))


def _program(params: Params) -> Topic:
    program, options = params.one("program id", address), params.options()
    return ProgramTopic(program, encoding_of(options), filters_of(options))


def _logs(params: Params) -> Topic:
    chosen = params.one("filter", lambda value: value)
    params.options()
    if chosen in ("all", "allWithVotes"):
        return LogsTopic(None)
    if not isinstance(chosen, dict):
        raise invalid("filter is all, allWithVotes or an object with mentions")
    mentioned = Options(chosen).list("mentions", address, 1)
    if not mentioned:
        raise invalid("mentions names one address")
    return LogsTopic(mentioned[0])


def _signature(params: Params) -> Topic:
    wanted, options = params.one("signature", signature), params.options()
    options.get("enableReceivedNotification", truth, False)
    return SignatureTopic(wanted)


def _slot(params: Params) -> Topic:
    params.end()
    return SlotTopic()


def _root(params: Params) -> Topic:
    params.end()
    return RootTopic()


TOPICS: Mapping[str, Callable[[Params], Topic]] = {
    "account": _account,
    "logs": _logs,
    "program": _program,
    "root": _root,
    "signature": _signature,
    "slot": _slot,
}
"""By the name that `Subscribe` and `Unsubscribe` follow."""
