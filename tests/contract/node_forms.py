"""Accounts, transactions and failures in the JSON of a Solana node."""

import base64
from collections.abc import Callable
from typing import Any

from solders.transaction import VersionedTransaction

from federity.chain import base58
from federity.chain.base import Account, InnerInstruction, TransactionRecord
from federity.chain.failure import Failure

Json = Any


def account(item: Account) -> Json:
    data = [base64.b64encode(item.data).decode(), "base64"]
    return {
        "lamports": item.lamports,
        "owner": str(item.owner),
        "data": data,
        "executable": item.executable,
        "rentEpoch": 0,
        "space": len(item.data),
    }


def error(failure: Failure | None) -> Json:
    if failure is None:
        return None
    if failure.reason == "InsufficientFundsForRent":
        return {"InsufficientFundsForRent": {"account_index": 0}}
    if failure.instruction is None:
        return failure.reason
    return {
        "InstructionError": [
            failure.instruction,
            failure.reason if failure.code is None else {"Custom": failure.code},
        ]
    }


def status(failure: Failure | None) -> Json:
    return {"Ok": None} if failure is None else {"Err": error(failure)}


def simulated(error: Json, logs: Any = (), units: int = 0, inner: Json = None, fee: int = 0) -> Json:
    return {
        "err": error,
        "logs": list(logs),
        "accounts": None,
        "unitsConsumed": units,
        "returnData": None,
        "innerInstructions": inner or [],
        "fee": fee,
        "loadedAccountsDataSize": 0,
    }


def grouped(inner: tuple[InnerInstruction, ...], shape: Callable[[InnerInstruction], Json]) -> Json:
    groups: dict[int, list[Json]] = {}
    for call in inner:
        groups.setdefault(call.index, []).append({**shape(call), "stackHeight": 2})
    return [{"index": index, "instructions": calls} for index, calls in groups.items()]


def parsed(inner: tuple[InnerInstruction, ...]) -> Json:
    return grouped(
        inner,
        lambda call: {
            "programId": str(call.program),
            "accounts": [str(key) for key in call.accounts],
            "data": base58.encode(call.data),
        },
    )


def transaction(record: TransactionRecord) -> Json:
    keys = list(VersionedTransaction.from_bytes(record.transaction).message.account_keys)
    inner = grouped(
        record.inner,
        lambda call: {
            "programIdIndex": keys.index(call.program),
            "accounts": [keys.index(key) for key in call.accounts],
            "data": base58.encode(call.data),
        },
    )
    meta = {
        "err": error(record.failure),
        "status": status(record.failure),
        "fee": record.fee,
        "preBalances": [],
        "postBalances": [],
        "innerInstructions": inner,
        "logMessages": list(record.logs),
        "preTokenBalances": [],
        "postTokenBalances": [],
        "rewards": [],
        "loadedAddresses": {"writable": [], "readonly": []},
        "computeUnitsConsumed": record.compute_units,
    }
    data = [base64.b64encode(record.transaction).decode(), "base64"]
    return {"slot": record.slot, "blockTime": record.time, "transaction": data, "meta": meta, "version": 0}
