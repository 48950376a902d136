"""Getting a signed transaction into a cluster's blocks: the same bytes again until it ran or expired."""

import asyncio
import time

from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solana.rpc.jsonrpc import JsonRpcRequest
from solana.rpc.models import TxOpts
from solders.signature import Signature
from solders.transaction import VersionedTransaction
from solders.transaction_status import TransactionConfirmationStatus

from federity.chain.base import Prepared, TransactionRecord
from federity.chain.failure import Failure
from federity.chain.rpc_records import fetch_record, simulated
from federity.chain.rpc_transport import answering
from federity.errors import ChainUnavailable

__all__ = ["Sender"]

_POLL_SECONDS = 0.2
_RESEND_SECONDS = 2.0
_PATIENCE_SECONDS = 120.0
"""Longer than any blockhash lives; reached only when the cluster stands still."""


class Sender:
    """Sends transactions through one node."""

    def __init__(self, client: AsyncClient, url: str) -> None:
        """Take the node."""
        self._client = client
        self._url = url

    async def run(self, prepared: Prepared) -> TransactionRecord:
        """Send until it is confirmed. Raises TransactionRefused, InsufficientFunds, ChainUnavailable."""
        if await self._status(prepared.signature, anywhere=True):
            Failure("AlreadyProcessed").throw(signature=str(prepared.signature))
        await self._precheck(prepared)
        started = time.monotonic()
        sent = -_RESEND_SECONDS
        while time.monotonic() - started < _PATIENCE_SECONDS:
            alive = await self._is_alive(prepared.blockhash)
            if await self._status(prepared.signature):
                return await self.wait(prepared.signature)
            if not alive:
                Failure("BlockhashNotFound").throw(signature=str(prepared.signature))
            if time.monotonic() - sent >= _RESEND_SECONDS:
                with answering(self._url):
                    options = TxOpts(skip_preflight=True, max_retries=0)
                    await self._client.send_raw_transaction(prepared.transaction, options)
                sent = time.monotonic()
            await asyncio.sleep(_POLL_SECONDS)
        raise ChainUnavailable(f"The chain at {self._url} neither ran nor refused {prepared.signature}.")

    async def wait(self, signature: Signature) -> TransactionRecord:
        """Wait for a transaction that is under way. Raises ChainUnavailable after two minutes."""
        started = time.monotonic()
        while time.monotonic() - started < _PATIENCE_SECONDS:
            if await self._status(signature):
                with answering(self._url):
                    record = await fetch_record(self._client, signature)
                if record is not None:
                    return record
            await asyncio.sleep(_POLL_SECONDS)
        raise ChainUnavailable(f"The chain at {self._url} did not confirm {signature}.")

    async def _precheck(self, prepared: Prepared) -> None:
        """Say at once what would make the cluster drop it in silence; a program's refusal may land."""
        transaction = VersionedTransaction.from_bytes(prepared.transaction)
        with answering(self._url):
            answer = await self._client.simulate_transaction(
                transaction, sig_verify=True, commitment=Confirmed
            )
        outcome = simulated(answer.value, transaction)
        if outcome.failure is not None and outcome.failure.instruction is None:
            outcome.failure.throw(outcome.logs, str(prepared.signature))

    async def _status(self, signature: Signature, anywhere: bool = False) -> bool:
        """Whether a transaction is confirmed; `anywhere` looks beyond the latest blocks too."""
        with answering(self._url):
            answer = await self._client.get_signature_statuses(
                [signature], search_transaction_history=anywhere
            )
        status = answer.value[0]
        return status is not None and status.confirmation_status in (
            TransactionConfirmationStatus.Confirmed,
            TransactionConfirmationStatus.Finalized,
        )

    async def _is_alive(self, blockhash: str) -> bool:
        """Whether transactions with this blockhash may still run."""
        request = JsonRpcRequest(method="isBlockhashValid", params=[blockhash, {"commitment": "confirmed"}])
        with answering(self._url):
            answer = await self._client.send_rpc_request(request, dict)
        return bool(answer["value"])
