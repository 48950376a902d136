"""Putting the program on a chain: what would be done, then doing it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from federity.chain import loader
from federity.chain.base import ChainClient, Signer
from federity.chain.embedded import EmbeddedChain
from federity.errors import ChainError

__all__ = ["Deployer", "EmbeddedDeployer", "LoaderDeployer", "send_each"]

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

    async def left_to(self, program: Pubkey) -> Pubkey | None:
        """Who alone may upgrade a program that is there, where that is somebody else; None: we may."""

    async def holder(self, program: Pubkey) -> Pubkey | None:
        """Who may upgrade a program, or will once it is there; None: nobody. Raises ChainError."""

    async def offer(self, program: Pubkey, code: bytes) -> Pubkey:
        """Write code into a buffer from which the one it is left to can upgrade; its address."""

    async def offered(self, program: Pubkey, code: bytes) -> Pubkey | None:
        """The buffer that `offer` would make, when it is there whole and in the right hands."""

    async def hand_over(self, program: Pubkey, to: Pubkey | None) -> None:
        """Let somebody else upgrade the program from now on, or nobody. Raises ChainError."""


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

    async def left_to(self, program: Pubkey) -> Pubkey | None:
        """See `Deployer.left_to`: whoever can write the chain's file."""
        return None

    async def holder(self, program: Pubkey) -> Pubkey | None:
        """See `Deployer.holder`."""
        raise ChainError("The embedded chain has no upgrade authority.")

    async def offer(self, program: Pubkey, code: bytes) -> Pubkey:
        """See `Deployer.offer`."""
        raise ChainError("The embedded chain has no upgrade authority.")

    async def offered(self, program: Pubkey, code: bytes) -> Pubkey | None:
        """See `Deployer.offered`."""
        return None

    async def hand_over(self, program: Pubkey, to: Pubkey | None) -> None:
        """See `Deployer.hand_over`."""
        raise ChainError("The embedded chain has no upgrade authority.")


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
        """See `Deployer.deploy`. Stopped half-way, it leaves a buffer, with which the next run goes on."""
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
        await self._extend(program, len(code) - len(current.code))
        await self.chain.send(steps, payer=self.authority)

    async def left_to(self, program: Pubkey) -> Pubkey | None:
        """See `Deployer.left_to`. Raises ChainError when nobody may upgrade."""
        found = await self.holder(program)
        if found is None:
            raise ChainError(f"Nobody may upgrade the program {program}.")
        return None if found == self.authority.pubkey else found

    async def holder(self, program: Pubkey) -> Pubkey | None:
        """See `Deployer.holder`."""
        (data,) = await self.chain.accounts([loader.programdata_address(program)])
        return self.authority.pubkey if data is None else loader.read_programdata(data.data).authority

    async def offer(self, program: Pubkey, code: bytes) -> Pubkey:
        """See `Deployer.offer`."""
        buffer, to = await self._buffer(code), await self.left_to(program)
        (data,) = await self.chain.accounts([loader.programdata_address(program)])
        if to is not None and data is not None:
            await self._extend(program, len(code) - len(loader.read_programdata(data.data).code))
            step = loader.set_authority(place=buffer, authority=self.authority.pubkey, to=to)
            await self.chain.send([step], payer=self.authority)
        return buffer

    async def offered(self, program: Pubkey, code: bytes) -> Pubkey | None:
        """See `Deployer.offered`."""
        buffer, to = loader.buffer_address(self.authority.pubkey, code), await self.left_to(program)
        (found,) = await self.chain.accounts([buffer])
        whole = found is not None and loader.read_buffer(found.data) == (to, code)
        return buffer if whole else None

    async def hand_over(self, program: Pubkey, to: Pubkey | None) -> None:
        """See `Deployer.hand_over`."""
        me, place = self.authority.pubkey, loader.programdata_address(program)
        step = loader.set_authority(place=place, authority=me, to=to)
        await self.chain.send([step], payer=self.authority)

    async def _extend(self, program: Pubkey, additional: int) -> None:
        """Give a program more room, if it needs any: whoever pays may."""
        if additional <= 0:
            return
        more = loader.extend(program=program, payer=self.authority.pubkey, additional=additional)
        extended = await self.chain.send([more], payer=self.authority)
        # The loader changes a program at most once in a slot.
        while await self.chain.slot() <= extended.slot:  # noqa: ASYNC110 - the cluster has no event for it
            await asyncio.sleep(_SLOT_SECONDS)

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
        """Write the code into its buffer, or what is missing there. Raises ChainError."""
        me = self.authority.pubkey
        buffer = loader.buffer_address(me, code)
        (found,) = await self.chain.accounts([buffer])
        if found is None:
            lamports = await self.chain.rent(loader.BUFFER_HEADER + len(code))
            await self.chain.send(
                loader.create_buffer(authority=me, code=code, lamports=lamports), payer=self.authority
            )
            written = bytes(len(code))
        else:
            owner, written = loader.read_buffer(found.data)
            if owner != me and written == code:
                return buffer  # offered before
            if owner != me:
                raise ChainError(f"The buffer {buffer} is {owner}'s and has other code.")
        missing = (
            loader.write(buffer=buffer, authority=me, offset=offset, piece=piece)
            for offset, piece in loader.chunks(code)
            if written[offset : offset + len(piece)] != piece
        )
        await send_each(self.chain, self.authority, missing)
        return buffer


async def send_each(chain: ChainClient, payer: Signer, steps: Iterable[Instruction]) -> None:
    """Send each step in a transaction of its own, several at a time, in any order.

    Raises ExceptionGroup of ChainError.
    """
    gate = asyncio.Semaphore(_AT_ONCE)

    async def send(step: Instruction) -> None:
        async with gate:
            await chain.send([step], payer=payer)

    async with asyncio.TaskGroup() as group:
        for step in steps:
            group.create_task(send(step))
