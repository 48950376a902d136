"""A Solana cluster behind the port, through its RPC node at commitment `confirmed`."""

from collections.abc import Sequence
from typing import Self

from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.signature import Signature

from federity._generated.program import PROGRAM_ID
from federity.chain.adapter import Adapter
from federity.chain.base import Account, Filter, Prepared, Receipt, TransactionRecord
from federity.chain.record import Outcome
from federity.chain.rpc_records import fetch_record, simulated
from federity.chain.rpc_sender import Sender
from federity.chain.rpc_transport import answering, memcmp
from federity.chain.transaction import MAXIMUM_UNITS, compile_message, fits, unsigned, with_units
from federity.errors import TransactionRefused, WrongCluster

__all__ = ["RpcChain"]

_BULK = 100
_PAGE = 1000


class RpcChain(Adapter):
    """A `ChainClient` on a cluster. Open it with `await RpcChain.open(url)`."""

    def __init__(self, client: AsyncClient, url: str, genesis: bytes) -> None:
        """Used by `open`."""
        self._client = client
        self._url = url
        self._genesis = genesis
        self._sender = Sender(client, url)

    @classmethod
    async def open(cls, url: str, genesis: bytes | None = None) -> Self:
        """Connect to the node at a URL. With `genesis` given, it must be that chain.

        Raises ChainUnavailable, WrongCluster.
        """
        client = AsyncClient(url, commitment=Confirmed, timeout=30)
        try:
            with answering(url):
                found = bytes((await client.get_genesis_hash()).value)
            if genesis is not None and found != genesis:
                raise WrongCluster(f"The chain at {url} is another one than expected.")
        except BaseException:
            await client.close()
            raise
        return cls(client, url, found)

    async def blockhash(self) -> Hash:
        """See `Adapter.blockhash`."""
        with answering(self._url):
            return (await self._client.get_latest_blockhash()).value.blockhash

    async def submit(self, prepared: Prepared) -> Receipt:
        """See `ChainClient.submit`."""
        record = await self._sender.run(prepared)
        outcome = Outcome(record.failure, record.fee, record.compute_units, record.logs, record.inner)
        return outcome.receipt(record.signature, record.slot, len(record.transaction))

    async def simulate(self, instructions: Sequence[Instruction], payer: Pubkey) -> Receipt:
        """See `ChainClient.simulate`."""
        blockhash = await self.blockhash()
        attempt = unsigned(compile_message(with_units(instructions, MAXIMUM_UNITS), payer, blockhash))
        if not fits(attempt):
            attempt = unsigned(compile_message(instructions, payer, blockhash))
        size = len(bytes(attempt))
        if not fits(attempt):
            raise TransactionRefused(
                "TooLarge", f"The transaction has {size} bytes, more than a cluster takes."
            )
        with answering(self._url):
            answer = await self._client.simulate_transaction(
                attempt, commitment=Confirmed, replace_recent_blockhash=True, inner_instructions=True
            )
        return simulated(answer.value, attempt).receipt(None, answer.context.slot, size)

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """See `ChainClient.accounts`; more than a hundred are read a hundred at a time."""
        found: list[Account | None] = []
        for start in range(0, len(addresses), _BULK):
            with answering(self._url):
                answer = await self._client.get_multiple_accounts(list(addresses[start : start + _BULK]))
            found += [
                Account(item.lamports, item.owner, bytes(item.data), item.executable) if item else None
                for item in answer.value
            ]
        return found

    async def program_accounts(
        self, discriminator: bytes, filters: Sequence[Filter] = (), *, program: Pubkey | None = None
    ) -> list[tuple[Pubkey, bytes]]:
        """See `ChainClient.program_accounts`."""
        wanted = [Filter(0, discriminator), *filters] if discriminator else list(filters)
        with answering(self._url):
            answer = await self._client.get_program_accounts(
                program or PROGRAM_ID, encoding="base64", filters=[memcmp(item) for item in wanted]
            )
        return sorted(
            ((item.pubkey, bytes(item.account.data)) for item in answer.value), key=lambda i: bytes(i[0])
        )

    async def transaction(self, signature: Signature) -> TransactionRecord | None:
        """See `ChainClient.transaction`."""
        with answering(self._url):
            return await fetch_record(self._client, signature)

    async def history(
        self, address: Pubkey, before: Signature | None = None, limit: int | None = None
    ) -> list[TransactionRecord]:
        """See `ChainClient.history`."""
        found: list[TransactionRecord] = []
        while limit is None or len(found) < limit:
            page = _PAGE if limit is None else min(_PAGE, limit - len(found))
            with answering(self._url):
                answer = await self._client.get_signatures_for_address(address, before=before, limit=page)
                for status in answer.value:
                    record = await fetch_record(self._client, status.signature)
                    if record is not None:
                        found.append(record)
            if len(answer.value) < page:
                break
            before = answer.value[-1].signature
        return found

    async def slot(self) -> int:
        """See `ChainClient.slot`."""
        with answering(self._url):
            return (await self._client.get_slot()).value

    async def genesis_hash(self) -> bytes:
        """See `ChainClient.genesis_hash`."""
        return self._genesis

    async def balance(self, address: Pubkey) -> int:
        """See `ChainClient.balance`."""
        with answering(self._url):
            return (await self._client.get_balance(address)).value

    async def rent(self, data_bytes: int) -> int:
        """See `ChainClient.rent`."""
        with answering(self._url):
            return (await self._client.get_minimum_balance_for_rent_exemption(data_bytes)).value

    async def airdrop(self, address: Pubkey, lamports: int) -> Receipt:
        """See `ChainClient.airdrop`."""
        with answering(self._url):
            signature = (await self._client.request_airdrop(address, lamports)).value
        record = await self._sender.wait(signature)
        outcome = Outcome(record.failure, record.fee, record.compute_units, record.logs, record.inner)
        return outcome.receipt(record.signature, record.slot, len(record.transaction))

    async def close(self) -> None:
        """See `ChainClient.close`."""
        await self._client.close()
