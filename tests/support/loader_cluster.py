"""The part of a chain that deploying uses: on the runtime alone, which has the upgradeable loader, or on a
real validator.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from solders.clock import Clock
from solders.hash import Hash
from solders.instruction import Instruction
from solders.litesvm import LiteSVM
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from federity.chain import loader
from federity.chain.base import Account, Receipt
from federity.chain.rpc import RpcChain
from federity.wallet import Wallet

PROGRAMS = Path(__file__).parent / "programs"
METADATA = Pubkey.from_string("ProgM6JCCvbYkfKqJYHePx4xxSUSqJp7rh8Lyv7nk7S")
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
ATA = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")


class Cluster:
    """A chain with an owner who has money."""

    def __init__(self) -> None:
        self.svm = LiteSVM().with_blockhash_check(False).with_transaction_history(0)
        self.owner = Wallet.generate()
        self.svm.airdrop(self.owner.pubkey, 10**12)
        self.svm.add_program(METADATA, metadata_program())

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        found = [self.svm.get_account(address) for address in addresses]
        return [
            item and Account(item.lamports, item.owner, bytes(item.data), item.executable) for item in found
        ]

    async def rent(self, data_bytes: int) -> int:
        return self.svm.minimum_balance_for_rent_exemption(data_bytes)

    async def send(
        self, instructions: Sequence[Instruction], *, payer: Wallet, signers: Sequence[Wallet] = ()
    ) -> Receipt:
        message = MessageV0.try_compile(payer.pubkey, list(instructions), [], Hash.new_unique())
        transaction = VersionedTransaction(message, [payer.keypair, *(signer.keypair for signer in signers)])
        assert len(bytes(transaction)) <= 1232
        result = self.svm.send_transaction(transaction)
        assert not isinstance(result, FailedTransactionMetadata), result.meta().logs()
        return Receipt(None, self.svm.get_clock().slot, 0, 0, (), (), 0)

    async def fund(self, wallet: Wallet) -> None:
        """Give a wallet something to pay with."""
        self.svm.airdrop(wallet.pubkey, 10**9)

    async def slot(self) -> int:
        """A slot goes by whenever somebody looks."""
        clock = self.svm.get_clock()
        self.svm.set_clock(Clock(clock.slot + 1, 0, clock.epoch, clock.leader_schedule_epoch, 0))
        return clock.slot

    def code(self, address: Pubkey) -> bytes:
        """The code of a program that the runtime brings along."""
        return code_of(self.svm, address)


class RealCluster:
    """The same on a validator."""

    def __init__(self, chain: RpcChain, owner: Wallet) -> None:
        self._chain, self.owner = chain, owner
        self.accounts, self.rent, self.send = chain.accounts, chain.rent, chain.send

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator["RealCluster"]:
        async with await RpcChain.open(url) as chain:
            owner = Wallet.generate()
            await chain.airdrop(owner.pubkey, 10**11)
            yield cls(chain, owner)

    async def fund(self, wallet: Wallet) -> None:
        await self._chain.airdrop(wallet.pubkey, 10**9)

    async def slot(self) -> int:
        """Wait for the next slot: the loader changes a program at most once in one."""
        first = await self._chain.slot()
        while await self._chain.slot() == first:  # noqa: ASYNC110 - the cluster has no event for it
            await asyncio.sleep(0.2)
        return first

    def code(self, address: Pubkey) -> bytes:
        return code_of(LiteSVM(), address)


AnyCluster: TypeAlias = Cluster | RealCluster


def code_of(svm: LiteSVM, address: Pubkey) -> bytes:
    account = svm.get_account(address)
    assert account is not None
    if bytes(account.data[:4]) == b"\x7fELF":
        return bytes(account.data)
    data = svm.get_account(loader.programdata_address(address))
    assert data is not None
    return loader.read_programdata(bytes(data.data)).code


def metadata_program() -> bytes:
    """Solana's program for IDLs, as `programs/README.md` says."""
    return (PROGRAMS / "program_metadata.so").read_bytes()
