"""A world that keeps the books: no lamport appears or vanishes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from program.world import Refused, Sent, World

SIGNATURE_FEE = 5_000


class Ledger(World):
    """A world that knows every account it has touched and every fee it has paid."""

    def __init__(self, program: bytes) -> None:
        super().__init__(program)
        self.touched: set[Pubkey] = {self.payer.pubkey()}
        self.fees = 0
        self._decoded: dict[bytes, Any] = {}
        self.total = self.lamports()

    def account(self, address: Pubkey) -> Any:
        """A decoded account; what has the same bytes is decoded once."""
        data = self.data(address)
        if data not in self._decoded or data is None:
            found = super().account(address)
            assert data is not None
            self._decoded[data] = found
        return self._decoded[data]

    def lamports(self) -> int:
        """All lamports in the accounts that were ever touched."""
        return sum(self.svm.get_balance(address) or 0 for address in self.touched)

    def send(self, *calls: Instruction, signers: Sequence[Keypair] = ()) -> Sent:
        self.touched |= {meta.pubkey for call in calls for meta in call.accounts if meta.is_writable}
        before = self.svm.get_balance(self.payer.pubkey())
        try:
            sent = super().send(*calls, signers=signers)
        except Refused:
            # A refusal may cost its fee, and moves nothing else.
            self.fees += (before or 0) - (self.svm.get_balance(self.payer.pubkey()) or 0)
            raise
        self.fees += SIGNATURE_FEE * (1 + len(signers))
        return sent
