"""The embedded chain: Solana's runtime in this process, its state in one file that all processes share.

Nothing has to be started and nothing is sent anywhere. See docs/adr/0005-embedded-chain.md for what it keeps
and why.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.signature import Signature

from federity._generated.program import PROGRAM_ID, program_id
from federity.chain.adapter import Adapter
from federity.chain.bank import Bank
from federity.chain.base import Account, Filter, Prepared, Receipt, TransactionRecord
from federity.chain.program import packaged_program

__all__ = ["EmbeddedChain"]

T = TypeVar("T")


class EmbeddedChain(Adapter):
    """A `ChainClient` on a folder. Open it with `await EmbeddedChain.open(folder)`.

    All work runs in one thread of its own, so the event loop stays free; methods may be called concurrently.
    """

    def __init__(self, bank: Bank, pool: ThreadPoolExecutor) -> None:
        """Used by `open`."""
        self._bank = bank
        self._pool = pool
        self._closed = False

    @classmethod
    async def open(cls, folder: Path, programs: Mapping[Pubkey, bytes] | None = None) -> Self:
        """Open the chain in a folder, or make one there.

        `programs` maps addresses to the ELF code that shall run there; by default Federity's, as packaged.
        One that is deployed with other code is upgraded. Raises ChainDamaged, ChainUnavailable, StorageFull.
        """
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="federity-chain")
        try:
            bank = await asyncio.get_running_loop().run_in_executor(pool, Bank, folder)
            chain = cls(bank, pool)
            for address, code in ({PROGRAM_ID: packaged_program()} if programs is None else programs).items():
                await chain.deploy(address, code)
        except BaseException:
            pool.shutdown()
            raise
        return chain

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def deploy(self, program: Pubkey, code: bytes) -> bool:
        """Put a program's code at an address; False when that very code is there already."""
        return await self._do(lambda: self._bank.deploy(program, code))

    async def program(self, address: Pubkey) -> bytes | None:
        """The code deployed at an address, None when there is none."""
        return await self._do(lambda: self._bank.program(address))

    async def blockhash(self) -> Hash:
        """See `Adapter.blockhash`."""
        return await self._do(self._bank.blockhash)

    async def submit(self, prepared: Prepared) -> Receipt:
        """See `ChainClient.submit`."""
        return await self._do(lambda: self._bank.submit(prepared.transaction))

    async def simulate(self, instructions: Sequence[Instruction], payer: Pubkey) -> Receipt:
        """See `ChainClient.simulate`."""
        return await self._do(lambda: self._bank.simulate(instructions, payer))

    async def priority_fee(self, instructions: Sequence[Instruction], payer: Pubkey, units: int) -> int:
        """See `ChainClient.priority_fee`: nobody else is in line here."""
        return 0

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """See `ChainClient.accounts`."""
        return await self._do(lambda: self._bank.accounts(addresses))

    async def program_accounts(
        self, discriminator: bytes, filters: Sequence[Filter] = (), *, program: Pubkey | None = None
    ) -> list[tuple[Pubkey, bytes]]:
        """See `ChainClient.program_accounts`."""
        owner = program or program_id()
        return await self._do(lambda: self._bank.program_accounts(owner, discriminator, filters))

    async def transaction(self, signature: Signature) -> TransactionRecord | None:
        """See `ChainClient.transaction`."""
        return await self._do(lambda: self._bank.transaction(signature))

    async def history(
        self, address: Pubkey, before: Signature | None = None, limit: int | None = None
    ) -> list[TransactionRecord]:
        """See `ChainClient.history`."""
        return await self._do(lambda: self._bank.history(address, before, limit))

    async def block_times(self, slots: Sequence[int]) -> list[int | None]:
        """See `ChainClient.block_times`."""
        return await self._do(lambda: self._bank.block_times(slots))

    async def slot(self) -> int:
        """See `ChainClient.slot`."""
        return (await self._do(self._bank.slots)).slot

    async def final_slot(self) -> int:
        """See `ChainClient.final_slot`: there are no forks here."""
        return await self.slot()

    async def genesis_hash(self) -> bytes:
        """See `ChainClient.genesis_hash`."""
        return self._bank.ledger.genesis

    async def balance(self, address: Pubkey) -> int:
        """See `ChainClient.balance`."""
        account = await self.account(address)
        return account.lamports if account else 0

    async def rent(self, data_bytes: int) -> int:
        """See `ChainClient.rent`."""
        return await self._do(lambda: self._bank.rent(data_bytes))

    async def airdrop(self, address: Pubkey, lamports: int) -> Receipt:
        """See `ChainClient.airdrop`."""
        return await self._do(lambda: self._bank.airdrop(address, lamports))

    async def advance(self, slots: int) -> int:
        """Let that many slots go by at once; returns the slot then. Time on chain moves along."""
        return await self._do(lambda: self._bank.advance(slots))

    async def close(self) -> None:
        """See `ChainClient.close`."""
        if self._closed:
            return
        self._closed = True
        await self._do(self._bank.ledger.close)
        self._pool.shutdown()
