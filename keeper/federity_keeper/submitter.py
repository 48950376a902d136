"""Sends for the keeper, so that a crash between signing and confirmation neither loses nor doubles a
transaction.

It is the chain port with one verb changed: `send` writes the signed bytes to disk, then sends them. After a
crash the same bytes are sent again; a chain runs them at most once, and after about a minute never. Every
verb of the SDK works through it unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solders.instruction import Instruction

from federity.chain.base import ChainClient, Prepared, Receipt, Signer
from federity.errors import ChainUnavailable, FederityError
from federity_keeper.journal import Journal

__all__ = ["Submitter"]


class Submitter:
    """A `ChainClient` that journals what it sends."""

    def __init__(self, chain: ChainClient, journal: Journal) -> None:
        """Take the chain and the journal."""
        self._chain = chain
        self._journal = journal
        # Whether the chain fell silent on a transaction of this process: `recover` finds what became of it.
        self.unknown = False

    async def send(
        self, instructions: Sequence[Instruction], *, payer: Signer, signers: Sequence[Signer] = ()
    ) -> Receipt:
        """Simulate, sign, write down, send. Raises what `ChainClient.send` raises."""
        prepared = await self._chain.prepare(instructions, payer=payer, signers=signers)
        self._journal.record(prepared)
        return await self._submit(prepared)

    async def recover(self) -> list[tuple[Prepared, str]]:
        """Send what was signed before a crash or an outage once more; returns each with what became of it.

        Raises ChainUnavailable: then nothing is known and everything stays in the journal.
        """
        outcomes = []
        for prepared in self._journal.unsettled():
            try:
                await self._submit(prepared)
                outcomes.append((prepared, "ran now"))
            except ChainUnavailable:
                raise
            except FederityError as error:
                # It ran before the crash, has expired, or the chain has moved past it: the next plan knows.
                outcomes.append((prepared, error.sentence))
        self.unknown = False
        return outcomes

    async def _submit(self, prepared: Prepared) -> Receipt:
        try:
            receipt = await self._chain.submit(prepared)
        except ChainUnavailable:
            self.unknown = True
            raise
        except FederityError:
            self._journal.settle(prepared.signature)
            raise
        self._journal.settle(prepared.signature)
        return receipt

    def __getattr__(self, name: str) -> Any:
        """Everything else is the chain's own."""
        return getattr(self._chain, name)
