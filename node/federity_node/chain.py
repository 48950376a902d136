"""The embedded chain for many at once: readers side by side, one writer.

The chain is a SQLite database that is written through a log: whoever reads sees one moment, and neither waits
for a writer nor makes it wait. So each thread that reads has a connection (and, once it simulates, a virtual
machine) of its own, and everything that writes goes through one thread in turn.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain.bank import Bank
from federity.chain.base import Account
from federity.chain.embedded import EmbeddedChain
from federity.errors import ChainDamaged, ChainUnavailable, FederityError, StorageFull
from federity_node.errors import INTERNAL, UNHEALTHY, RpcError

__all__ = ["Chain", "View"]

T = TypeVar("T")

READERS = 4

_log = logging.getLogger("federity.node")


class View:
    """The chain at one moment, for one request."""

    def __init__(self, bank: Bank) -> None:
        """Inside `bank.ledger.reading`."""
        self.bank = bank
        self.ledger = bank.ledger
        self.all = bank.views
        self.slot = bank.ledger.slots().now().slot

    def account(self, address: Pubkey) -> Account | None:
        """The account at an address."""
        return self.bank.look(address)

    @property
    def identity(self) -> Pubkey:
        """Who this node is: it has no key of its own, and goes by its faucet's address."""
        return self.ledger.faucet.pubkey()


class Chain:
    """Opens the chain in a folder for as many threads as read it, and for the one that writes."""

    def __init__(self, folder: Path, program: Pubkey) -> None:
        """Used by `open`."""
        self.program = program
        self._folder = folder
        self._local = threading.local()
        self._banks: list[Bank] = []
        self.changed = asyncio.Event()
        """Set by every write, for who follows the chain."""
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="node-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="node-write")

    @classmethod
    async def open(cls, folder: Path) -> Self:
        """Open or make the chain, with the packaged program on it.

        Raises ChainDamaged, ChainUnavailable, StorageFull.
        """
        await (await EmbeddedChain.open(folder)).close()
        return cls(folder, PROGRAM_ID)

    def _bank(self) -> Bank:
        """This thread's own."""
        bank: Bank | None = getattr(self._local, "bank", None)
        if bank is None:
            bank = self._local.bank = Bank(self._folder)
            self._banks.append(bank)
        return bank

    async def read(self, work: Callable[[View], T]) -> T:
        """Answer from one moment of the chain. Raises RpcError."""

        def look() -> T:
            bank = self._bank()
            with bank.ledger.reading():
                return work(View(bank))

        return await self._run(self._readers, look)

    async def simulate(self, work: Callable[[Bank], T]) -> T:
        """Work that opens the chain itself, beside the other readers. Raises RpcError."""
        return await self._run(self._readers, lambda: work(self._bank()))

    async def write(self, work: Callable[[Bank], T]) -> T:
        """Work that changes the chain, one at a time. Raises RpcError, and what the chain refuses with."""
        try:
            return await self._run(self._writer, lambda: work(self._bank()))
        finally:
            self.changed.set()

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, lambda: _guarded(work))

    def close(self) -> None:
        """End the threads, whatever they do to its end, and close the files."""
        self._readers.shutdown()
        self._writer.shutdown()
        for bank in self._banks:
            bank.ledger.close()


def _guarded(work: Callable[[], T]) -> T:
    """A thread's work. What goes wrong with the chain itself is said as a node says that it is unwell."""
    try:
        return work()
    except (ChainDamaged, ChainUnavailable, StorageFull) as error:
        _log.error("%s", error.sentence)
        raise RpcError(UNHEALTHY, f"Node is unhealthy: {error.sentence}") from error
    except (RpcError, FederityError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # Also a panic of solders, which is no Exception and would end the event loop.
        _log.exception("an answer failed")
        raise RpcError(INTERNAL, "Internal error") from error
