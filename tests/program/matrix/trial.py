"""What becomes of a call, without its becoming anything: the machine simulates, nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable

from solders.compute_budget import set_compute_unit_limit
from solders.instruction import Instruction
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

from program.world import error_of, wallet

__all__ = ["Trial"]

_UNITS = set_compute_unit_limit(1_400_000)


class Trial:
    """A machine on which whoever a call names has signed, and somebody who pays fees and is nobody else."""

    def __init__(self, svm: LiteSVM, wallets: Iterable[Pubkey]) -> None:
        self.svm = svm.with_sigverify(False)
        self.payer = wallet("fees").pubkey()
        # So that nothing is refused because somebody is poor.
        for address in (self.payer, *wallets):
            self.svm.airdrop(address, 10**12)
        self.blockhash = self.svm.latest_blockhash()

    def refusal(self, call: Instruction) -> str | None:
        """The name of the error, or None when the call goes through."""
        message = Message.new_with_blockhash([_UNITS, call], self.payer, self.blockhash)
        result = self.svm.simulate_transaction(Transaction.new_unsigned(message))
        return error_of(result)[0] if isinstance(result, FailedTransactionMetadata) else None
