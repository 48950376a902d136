"""Transactions as an RPC node tells them, in the form that every adapter returns."""

from collections.abc import Sequence

from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solders.pubkey import Pubkey
from solders.rpc.responses import RpcSimulateTransactionResult
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from solders.transaction_status import (
    EncodedConfirmedTransactionWithStatusMeta,
    UiCompiledInstruction,
    UiInnerInstructions,
    UiPartiallyDecodedInstruction,
)

from federity.chain import base58
from federity.chain.base import InnerInstruction, TransactionRecord
from federity.chain.events import decode_events
from federity.chain.failure import failure_of
from federity.chain.record import Outcome

__all__ = ["fetch_record", "simulated"]


async def fetch_record(client: AsyncClient, signature: Signature) -> TransactionRecord | None:
    """A confirmed transaction, or None when the node does not have it (yet)."""
    answer = await client.get_transaction(
        signature, encoding="base64", commitment=Confirmed, max_supported_transaction_version=0
    )
    return None if answer.value is None else _record(answer.value, signature)


def _record(found: EncodedConfirmedTransactionWithStatusMeta, signature: Signature) -> TransactionRecord:
    transaction = found.transaction.transaction
    meta = found.transaction.meta
    if not isinstance(transaction, VersionedTransaction) or meta is None:
        raise ValueError("the node left the transaction's contents out")
    keys = list(transaction.message.account_keys)
    if meta.loaded_addresses is not None:
        keys += [*meta.loaded_addresses.writable, *meta.loaded_addresses.readonly]
    inner = _inner(meta.inner_instructions or [], keys)
    failure = None if meta.err is None else failure_of(meta.err, transaction)
    return TransactionRecord(
        signature=signature,
        slot=found.slot,
        time=found.block_time,
        fee=meta.fee,
        compute_units=meta.compute_units_consumed or 0,
        failure=failure,
        logs=tuple(meta.log_messages or ()),
        inner=inner,
        events=() if failure else decode_events(inner),
        transaction=bytes(transaction),
    )


def simulated(value: RpcSimulateTransactionResult, transaction: VersionedTransaction) -> Outcome:
    """What a simulation gave."""
    return Outcome(
        failure=None if value.err is None else failure_of(value.err, transaction),
        fee=value.fee or 0,
        compute_units=value.units_consumed or 0,
        logs=tuple(value.logs or ()),
        inner=_inner(value.inner_instructions or [], transaction.message.account_keys),
    )


def _inner(groups: Sequence[UiInnerInstructions], keys: Sequence[Pubkey]) -> tuple[InnerInstruction, ...]:
    """Inner instructions in order, without those of well-known programs that the node rewrote as prose."""
    found = []
    for group in groups:
        for call in group.instructions:
            if isinstance(call, UiCompiledInstruction):
                program = keys[call.program_id_index]
                accounts = tuple(keys[index] for index in call.accounts)
            elif isinstance(call, UiPartiallyDecodedInstruction):
                program, accounts = call.program_id, tuple(call.accounts)
            else:
                continue
            found.append(InnerInstruction(group.index, program, accounts, base58.decode(call.data)))
    return tuple(found)
