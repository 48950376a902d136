"""What a cluster remembers: transactions, the history of an address, and the times of blocks."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from solders.pubkey import Pubkey
from solders.signature import Signature

from federity.chain import rpc_values
from federity.chain.base import TransactionRecord
from federity.chain.rpc_records import landed, read_record, transaction_params
from federity.chain.rpc_transport import RpcNode
from federity.errors import ChainUnavailable
from federity.network.patience import Trouble, Why

__all__ = ["History"]

_PAGE = 1000
_TIMES = 20


class History:
    """Reads the past through one node, in batches. A transaction that is listed and not shown is no end."""

    def __init__(self, node: RpcNode, commitment: str) -> None:
        """Ask nothing yet."""
        self._node = node
        self._commitment = commitment

    async def transaction(self, signature: Signature) -> TransactionRecord | None:
        """A transaction, None when the node does not have it. Raises ChainUnavailable."""
        params = transaction_params(signature, self._commitment)
        return await self._node.call("getTransaction", params, partial(read_record, signature=signature))

    async def of(
        self, address: Pubkey, before: Signature | None, limit: int | None, since: int
    ) -> list[TransactionRecord]:
        """The transactions that named an address, newest first, by a node that has come to slot `since`.

        Raises ChainUnavailable, also when the node lists what it cannot show.
        """
        found: list[TransactionRecord] = []
        while limit is None or len(found) < limit:
            page = _PAGE if limit is None else min(_PAGE, limit - len(found))
            config: dict[str, Any] = {"commitment": landed(self._commitment), "limit": page}
            if since:
                config["minContextSlot"] = since
            if before is not None:
                config["before"] = str(before)
            listed = await self._node.call(
                "getSignaturesForAddress", [str(address), config], rpc_values.signatures
            )
            found += await self._records(listed)
            if len(listed) < page:
                break
            before = listed[-1]
        return found

    async def _records(self, listed: Sequence[Signature]) -> list[TransactionRecord]:
        many = [
            (transaction_params(signature, self._commitment), partial(_there, signature=signature))
            for signature in listed
        ]
        return await self._node.call_many("getTransaction", many)

    async def times(self, slots: Sequence[int]) -> list[int | None]:
        """Unix seconds of blocks, None where the node tells none. After a refusal no more are asked for."""
        found: list[int | None] = []
        for start in range(0, len(slots), _TIMES):
            part = slots[start : start + _TIMES]
            try:
                many = [([slot], rpc_values.maybe_time) for slot in part]
                found += await self._node.call_many("getBlockTime", many)
            except ChainUnavailable:
                found += await self._times_until_refused(part)
                break
        return [*found, *[None] * (len(slots) - len(found))]

    async def _times_until_refused(self, slots: Sequence[int]) -> list[int | None]:
        """Those of a batch that the node tells before one that it does not."""
        found: list[int | None] = []
        with suppress(ChainUnavailable):
            for slot in slots:
                found.append(await self._node.call("getBlockTime", [slot], rpc_values.maybe_time))
        return found


def _there(result: Any, signature: Signature) -> TransactionRecord:
    record = read_record(result, signature)
    if record is None:
        raise Trouble(Why.BEHIND, "a listed transaction is not there")
    return record
