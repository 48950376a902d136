"""Reading the values of a node's JSON, with their types and ranges checked. All raise what Python raises."""

import base64
from dataclasses import dataclass
from typing import Any

from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.signature import Signature

from federity.chain.base import Account

__all__ = [
    "Latest",
    "Status",
    "account",
    "binary",
    "contents",
    "in_context",
    "latest",
    "maybe_accounts",
    "maybe_time",
    "program_accounts",
    "recent_fees",
    "signature",
    "signatures",
    "statuses",
    "u64",
]

LEVELS = ("processed", "confirmed", "finalized")


def u64(value: Any) -> int:
    """A whole number of 64 bits."""
    if type(value) is not int or not 0 <= value < 1 << 64:
        raise ValueError("no number of 64 bits")
    return value


def maybe_time(value: Any) -> int | None:
    """A Unix second that a calendar has; None when the node does not know it."""
    if value is None:
        return None
    if type(value) is not int or not 0 <= value < 1 << 36:
        raise ValueError("no moment in time")
    return value


def contents(result: Any) -> Any:
    """What an answer with a context says."""
    return in_context(result)[1]


def in_context(result: Any) -> tuple[int, Any]:
    """The slot of an answer's context, and what it says."""
    return u64(result["context"]["slot"]), result["value"]


def binary(value: Any) -> bytes:
    """Bytes that the node was asked for as base64."""
    text, encoding = value
    if encoding != "base64":
        raise ValueError("another encoding than was asked for")
    return base64.b64decode(text, validate=True)


def account(value: Any) -> Account:
    """An account."""
    executable = value["executable"]
    if not isinstance(executable, bool):
        raise TypeError("no truth value")
    return Account(
        u64(value["lamports"]), Pubkey.from_string(value["owner"]), binary(value["data"]), executable
    )


def maybe_accounts(value: Any, count: int) -> list[Account | None]:
    """That many accounts, None for those that are not there."""
    if not isinstance(value, list) or len(value) != count:
        raise ValueError("another number of accounts than was asked for")
    return [None if item is None else account(item) for item in value]


def program_accounts(value: Any) -> list[tuple[Pubkey, bytes]]:
    """Addresses and data, by address."""
    found = [(Pubkey.from_string(item["pubkey"]), binary(item["account"]["data"])) for item in value]
    return sorted(found, key=lambda item: bytes(item[0]))


def signature(value: Any) -> Signature:
    """A transaction's signature."""
    return Signature.from_string(value)


def signatures(value: Any) -> list[Signature]:
    """The signatures of an address's history."""
    return [Signature.from_string(item["signature"]) for item in value]


@dataclass(frozen=True, slots=True)
class Latest:
    """A recent blockhash, the slot it was read in, and the last block height at which it can be used."""

    blockhash: Hash
    slot: int
    last_valid: int


def latest(result: Any) -> Latest:
    """The answer to getLatestBlockhash."""
    slot, value = in_context(result)
    return Latest(Hash.from_string(value["blockhash"]), slot, u64(value["lastValidBlockHeight"]))


@dataclass(frozen=True, slots=True)
class Status:
    """How far a transaction has come: an index of `LEVELS`, -1 when the node has not seen it."""

    level: int
    slot: int


def statuses(result: Any, count: int) -> tuple[int, list[Status]]:
    """The answer to getSignatureStatuses: the slot it was read in, and a status each."""
    slot, value = in_context(result)
    if not isinstance(value, list) or len(value) != count:
        raise ValueError("another number of statuses than was asked for")
    return slot, [
        Status(-1, 0)
        if item is None
        else Status(LEVELS.index(item.get("confirmationStatus") or "finalized"), u64(item["slot"]))
        for item in value
    ]


def recent_fees(value: Any) -> list[int]:
    """The answer to getRecentPrioritizationFees: micro-lamports a compute unit, one a slot."""
    return [u64(item["prioritizationFee"]) for item in value]
