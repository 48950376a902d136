"""Transactions as an RPC node tells them, in the form that every adapter returns."""

from typing import Any

from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from federity.chain import base58
from federity.chain.base import InnerInstruction, TransactionRecord
from federity.chain.events import decode_events
from federity.chain.failure import told_failure
from federity.chain.record import Outcome
from federity.chain.rpc_values import binary, u64

__all__ = ["landed", "read_record", "simulated", "transaction_params"]


def landed(commitment: str) -> str:
    """The commitment at which history is read: nodes tell none of what is merely `processed`."""
    return "finalized" if commitment == "finalized" else "confirmed"


def transaction_params(signature: Signature, commitment: str) -> list[Any]:
    """What getTransaction is asked with."""
    config = {"encoding": "base64", "commitment": landed(commitment), "maxSupportedTransactionVersion": 0}
    return [str(signature), config]


def read_record(found: Any, signature: Signature) -> TransactionRecord | None:
    """The answer to getTransaction, None when the node does not have it (yet)."""
    if found is None:
        return None
    data = binary(found["transaction"])
    transaction = VersionedTransaction.from_bytes(data)
    if transaction.signatures[0] != signature:
        raise ValueError("another transaction than was asked for")
    meta = found["meta"]
    keys = list(transaction.message.account_keys)
    loaded = meta.get("loadedAddresses") or {}
    for kind in ("writable", "readonly"):
        keys += [Pubkey.from_string(text) for text in loaded.get(kind) or ()]
    inner = _inner(meta.get("innerInstructions") or (), keys)
    error, time = meta["err"], found["blockTime"]
    failure = None if error is None else told_failure(error, transaction)
    return TransactionRecord(
        signature=signature,
        slot=u64(found["slot"]),
        time=None if time is None else u64(time),
        fee=u64(meta["fee"]),
        compute_units=u64(meta.get("computeUnitsConsumed") or 0),
        failure=failure,
        logs=tuple(str(line) for line in meta.get("logMessages") or ()),
        inner=inner,
        events=() if failure else decode_events(inner),
        transaction=data,
    )


def simulated(value: Any, transaction: VersionedTransaction) -> Outcome:
    """What a simulation gave."""
    error = value["err"]
    return Outcome(
        failure=None if error is None else told_failure(error, transaction),
        fee=u64(value.get("fee") or 0),
        compute_units=u64(value.get("unitsConsumed") or 0),
        logs=tuple(str(line) for line in value.get("logs") or ()),
        inner=_inner(value.get("innerInstructions") or (), list(transaction.message.account_keys)),
    )


def _inner(groups: Any, keys: list[Pubkey]) -> tuple[InnerInstruction, ...]:
    """Inner instructions in order, without those of well-known programs that the node rewrote as prose."""
    found = []
    for group in groups:
        index = u64(group["index"])
        for call in group["instructions"]:
            if "programIdIndex" in call:
                program = keys[u64(call["programIdIndex"])]
                accounts = tuple(keys[u64(number)] for number in call["accounts"])
            elif "data" in call:
                program = Pubkey.from_string(call["programId"])
                accounts = tuple(Pubkey.from_string(text) for text in call["accounts"])
            else:
                continue
            found.append(InnerInstruction(index, program, accounts, base58.decode(call["data"])))
    return tuple(found)
