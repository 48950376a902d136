"""Putting the program on a chain: what would be done, then doing it."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from solders.pubkey import Pubkey

from federity.chain import loader
from federity.chain.base import ChainClient, Signer
from federity.chain.embedded import EmbeddedChain
from federity.errors import ChainError
from federity.wallet import Wallet

__all__ = ["Deployer", "EmbeddedDeployer", "LoaderDeployer"]

_AT_ONCE = 16
_SLOT_SECONDS = 0.4
_ROOM = 2
"""A new program gets room for code that many times as long, so that later versions fit."""


class Deployer(Protocol):
    """A way to put code at an address of one chain."""

    async def deployed(self, program: Pubkey) -> bytes | None:
        """The code that runs there, perhaps with zeroes after it; None when there is no program."""

    async def deploy(self, program: Pubkey, code: bytes) -> None:
        """Put code there, or replace what is there. Raises ChainError when that is not allowed."""


@dataclass(frozen=True, slots=True)
class EmbeddedDeployer:
    """The embedded chain takes code as it is."""

    chain: EmbeddedChain

    async def deployed(self, program: Pubkey) -> bytes | None:
        """See `Deployer.deployed`."""
        return await self.chain.program(program)

    async def deploy(self, program: Pubkey, code: bytes) -> None:
        """See `Deployer.deploy`."""
        await self.chain.deploy(program, code)


@dataclass(frozen=True, slots=True)
class LoaderDeployer:
    """A cluster takes code through its upgradeable loader, piece by piece.

    `authority` may upgrade the program and pays; `program_key` is the key of the program's address, which
    the first deployment needs and no later one.
    """

    chain: ChainClient
    authority: Signer
    program_key: Signer | None = None

    async def deployed(self, program: Pubkey) -> bytes | None:
        """See `Deployer.deployed`. A program of another loader gives its account's bytes."""
        account, data = await self.chain.accounts([program, loader.programdata_address(program)])
        if account is None or not account.executable:
            return None
        return account.data if data is None else loader.read_programdata(data.data).code

    async def deploy(self, program: Pubkey, code: bytes) -> None:
        """See `Deployer.deploy`. Stopped half-way, it leaves a buffer and no change to the program."""
        account, data = await self.chain.accounts([program, loader.programdata_address(program)])
        if account is None:
            if self.program_key is None or self.program_key.pubkey != program:
                raise ChainError(
                    f"The first deployment needs the keypair of the program's address {program}."
                )
            await self._create(self.program_key, await self._buffer(code), len(code))
            return
        if data is None:
            raise ChainError(f"The program {program} was not deployed by the upgradeable loader.")
        current = loader.read_programdata(data.data)
        if current.authority != self.authority.pubkey:
            raise ChainError(f"Only {current.authority} may upgrade the program {program}.")
        buffer = await self._buffer(code)
        me = self.authority.pubkey
        steps = [loader.upgrade(program=program, buffer=buffer, authority=me, spill=me)]
        if len(code) > len(current.code):
            more = loader.extend(program=program, payer=me, additional=len(code) - len(current.code))
            extended = await self.chain.send([more], payer=self.authority)
            # The loader changes a program at most once in a slot.
            while await self.chain.slot() <= extended.slot:  # noqa: ASYNC110 - the cluster has no event for it
                await asyncio.sleep(_SLOT_SECONDS)
        await self.chain.send(steps, payer=self.authority)

    async def _create(self, program_key: Signer, buffer: Pubkey, code_bytes: int) -> None:
        me = self.authority.pubkey
        steps = loader.deploy(
            payer=me,
            program=program_key.pubkey,
            buffer=buffer,
            authority=me,
            room=_ROOM * code_bytes,
            lamports=await self.chain.rent(loader.PROGRAM_BYTES),
        )
        await self.chain.send(steps, payer=self.authority, signers=[program_key])

    async def _buffer(self, code: bytes) -> Pubkey:
        """Write the code into a new buffer."""
        key, me = Wallet.generate(), self.authority.pubkey
        lamports = await self.chain.rent(loader.BUFFER_HEADER + len(code))
        steps = loader.create_buffer(
            payer=me, buffer=key.pubkey, authority=me, code_bytes=len(code), lamports=lamports
        )
        await self.chain.send(steps, payer=self.authority, signers=[key])
        gate = asyncio.Semaphore(_AT_ONCE)

        async def write(offset: int, piece: bytes) -> None:
            async with gate:
                step = loader.write(buffer=key.pubkey, authority=me, offset=offset, piece=piece)
                await self.chain.send([step], payer=self.authority)

        async with asyncio.TaskGroup() as group:
            for offset, piece in loader.chunks(code):
                group.create_task(write(offset, piece))
        return key.pubkey
