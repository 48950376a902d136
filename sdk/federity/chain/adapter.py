"""What every adapter does alike, on top of what each does in its own way."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from federity.chain.base import Account, Prepared, Receipt, Signer
from federity.chain.transaction import MAXIMUM_UNITS, budgeted, compile_message, sign, with_units

__all__ = ["Adapter"]


class Adapter(ABC):
    """The part of a `ChainClient` that does not know where its chain is."""

    @abstractmethod
    async def blockhash(self) -> Hash:
        """A recent blockhash, which new transactions name."""

    @abstractmethod
    async def submit(self, prepared: Prepared) -> Receipt:
        """See `ChainClient.submit`."""

    @abstractmethod
    async def simulate(self, instructions: Sequence[Instruction], payer: Pubkey) -> Receipt:
        """See `ChainClient.simulate`."""

    @abstractmethod
    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """See `ChainClient.accounts`."""

    @abstractmethod
    async def close(self) -> None:
        """See `ChainClient.close`."""

    async def send(
        self, instructions: Sequence[Instruction], *, payer: Signer, signers: Sequence[Signer] = ()
    ) -> Receipt:
        """See `ChainClient.send`."""
        return await self.submit(await self.prepare(instructions, payer=payer, signers=signers))

    async def prepare(
        self,
        instructions: Sequence[Instruction],
        *,
        payer: Signer,
        signers: Sequence[Signer] = (),
        preflight: bool = True,
    ) -> Prepared:
        """See `ChainClient.prepare`."""
        used = (await self.simulate(instructions, payer.pubkey)).compute_units if preflight else None
        whole = await self.budget(instructions, payer.pubkey, used)
        return sign(compile_message(whole, payer.pubkey, await self.blockhash()), payer, signers)

    async def budget(
        self, instructions: Sequence[Instruction], payer: Pubkey, used: int | None
    ) -> list[Instruction]:
        """Add what asks for enough compute units; `used` is what a simulation took, None without one."""
        return with_units(instructions, MAXIMUM_UNITS) if used is None else budgeted(instructions, used)

    async def account(self, address: Pubkey) -> Account | None:
        """See `ChainClient.account`."""
        return (await self.accounts([address]))[0]

    async def __aenter__(self) -> Self:
        """The chain itself."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close it."""
        await self.close()
