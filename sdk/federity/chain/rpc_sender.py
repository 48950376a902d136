"""Getting a signed transaction into a cluster's blocks: the same bytes again until it ran or expired."""

import base64
from functools import partial
from typing import Any

from solders.signature import Signature
from solders.transaction import VersionedTransaction

from federity.chain import rpc_values
from federity.chain.base import Prepared, TransactionRecord
from federity.chain.confirmations import Confirmations, Outlook
from federity.chain.failure import Failure
from federity.chain.record import Outcome
from federity.chain.rpc_records import read_record, simulated, transaction_params
from federity.chain.rpc_transport import RpcNode
from federity.errors import ChainUnavailable
from federity.network.clock import Clock
from federity.network.patience import Patience, Trouble, Why

__all__ = ["Sender"]

_KEPT = 512


class Sender:
    """Sends transactions through one node."""

    def __init__(self, node: RpcNode, commitment: str, clock: Clock) -> None:
        """Take the node."""
        self._node = node
        self._commitment = commitment
        self._clock = clock
        self._confirmations = Confirmations(node, commitment, clock)
        self._last_valid: dict[str, int] = {}
        self._fresh: dict[Signature, None] = {}

    async def latest(self, config: dict[str, Any]) -> rpc_values.Latest:
        """A recent blockhash. How long it lives is remembered."""
        latest = await self._node.call("getLatestBlockhash", [config], rpc_values.latest)
        self._last_valid[str(latest.blockhash)] = latest.last_valid
        _trim(self._last_valid)
        return latest

    def vouch(self, prepared: Prepared) -> None:
        """Remember that this transaction was simulated and signed just now and is not sent yet."""
        self._fresh[prepared.signature] = None
        _trim(self._fresh)

    async def run(self, prepared: Prepared) -> TransactionRecord:
        """Send until it is confirmed. Raises TransactionRefused, InsufficientFunds, ChainUnavailable."""
        try:
            transaction = VersionedTransaction.from_bytes(prepared.transaction)
        except ValueError:
            Failure("SanitizeFailure").throw(signature=str(prepared.signature))
        if not all(transaction.verify_with_results()):
            Failure("SignatureFailure").throw(signature=str(prepared.signature))
        fresh = prepared.signature in self._fresh
        self._fresh.pop(prepared.signature, None)
        if not fresh and await self._confirmations.reached(prepared.signature):
            Failure("AlreadyProcessed").throw(signature=str(prepared.signature))
        last_valid = self._last_valid.get(prepared.blockhash)
        if not fresh:
            await self._precheck(transaction, foreign=last_valid is None)
        if last_valid is None:
            # Of an earlier process. Its blockhash is no newer than the newest, so it lives no longer.
            last_valid = (await self.latest({"commitment": "confirmed"})).last_valid

        async def send() -> None:
            options = {"encoding": "base64", "skipPreflight": True, "maxRetries": 0}
            data = base64.b64encode(prepared.transaction).decode()
            await self._node.call("sendTransaction", [data, options], rpc_values.signature)

        await send()
        if await self._confirmations.wait(prepared.signature, last_valid, send) is Outlook.EXPIRED:
            Failure("BlockhashNotFound").throw(signature=str(prepared.signature))
        return await self._record(prepared.signature)

    async def wait(self, signature: Signature) -> TransactionRecord:
        """Wait for a transaction that somebody else sent just now. Raises ChainUnavailable."""
        latest = await self.latest({"commitment": "confirmed"})
        if await self._confirmations.wait(signature, latest.last_valid) is Outlook.EXPIRED:
            raise ChainUnavailable(f"The chain at {self._node.name} did not run {signature}.")
        return await self._record(signature)

    async def close(self) -> None:
        """Stop following what is under way."""
        await self._confirmations.close()

    async def _record(self, signature: Signature) -> TransactionRecord:
        """A confirmed transaction. Right after, a node may not show it yet."""
        patience = Patience()
        while True:
            params = transaction_params(signature, self._commitment)
            read = partial(read_record, signature=signature)
            record = await self._node.call("getTransaction", params, read)
            if record is not None:
                return record
            pause = patience.pause(Trouble(Why.BEHIND, "no such transaction"))
            if pause is None:
                raise ChainUnavailable(
                    f"The chain at {self._node.name} has run {signature} and does not show it."
                )
            await self._clock.sleep(pause)

    async def _precheck(self, transaction: VersionedTransaction, foreign: bool) -> None:
        """Say at once what would make the cluster drop it in silence; a program's refusal may land.

        An unknown blockhash is no reason by itself, because the node may lag behind the one that gave it: of
        our own we know how long it lives, and a `foreign` one is looked for again until no lag explains it.
        """
        signature, patience = transaction.signatures[0], Patience()
        while True:
            outcome = await self._try_out(transaction)
            failure = outcome.failure
            if failure is None or failure.instruction is not None:
                return
            if failure.reason != "BlockhashNotFound":
                failure.throw(outcome.logs, str(signature))
            if not foreign:
                return
            pause = patience.pause(Trouble(Why.BEHIND, failure.reason))
            if pause is None:
                if await self._confirmations.reached(signature):
                    Failure("AlreadyProcessed").throw(signature=str(signature))
                failure.throw(outcome.logs, str(signature))
            await self._clock.sleep(pause)

    async def _try_out(self, transaction: VersionedTransaction) -> Outcome:
        """Simulate the signed bytes."""
        data = base64.b64encode(bytes(transaction)).decode()
        config = {"encoding": "base64", "sigVerify": True, "commitment": self._commitment}

        def read(result: Any) -> Outcome:
            return simulated(rpc_values.contents(result), transaction)

        return await self._node.call("simulateTransaction", [data, config], read)


def _trim(known: dict[Any, Any]) -> None:
    """Forget the oldest: what is asked about is recent."""
    while len(known) > _KEPT:
        del known[next(iter(known))]
