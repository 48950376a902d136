"""A keeper that is killed at its Nth dangerous moment: `mortal.py CONFIG N`.

A transaction has three: signed but not yet written down, written down but not yet sent, sent but not yet
known to be.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from solders.instruction import Instruction

import federity
from federity.chain.base import ChainClient, Prepared, Receipt, Signer
from federity_keeper.config import Config
from federity_keeper.events import Log
from federity_keeper.service import open_keeper


class Mortal:
    """A chain whose user dies."""

    def __init__(self, chain: ChainClient, moments: int) -> None:
        self._chain = chain
        self._moments = moments

    def _moment(self) -> None:
        self._moments -= 1
        if self._moments == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    async def prepare(
        self, instructions: Sequence[Instruction], *, payer: Signer, signers: Sequence[Signer] = ()
    ) -> Prepared:
        prepared = await self._chain.prepare(instructions, payer=payer, signers=signers)
        self._moment()
        return prepared

    async def submit(self, prepared: Prepared) -> Receipt:
        self._moment()
        receipt = await self._chain.submit(prepared)
        self._moment()
        return receipt

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chain, name)


async def main(config: Config, moments: int) -> None:
    async with federity.connect(keypair=config.keypair) as session:
        chain: Any = Mortal(session.chain, moments)
        async with open_keeper(config, Log(json=True), chain) as keeper:
            await keeper.once()


if __name__ == "__main__":
    asyncio.run(main(Config.read(Path(sys.argv[1])), int(sys.argv[2])))
