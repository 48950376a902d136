"""The virtual machine behind the embedded chain: a LiteSVM that is told what the ledger says."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from solders.account import Account as SvmAccount
from solders.clock import Clock
from solders.hash import Hash
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.rent import Rent
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from federity.chain.base import Account, InnerInstruction
from federity.chain.failure import failure_of
from federity.chain.record import Outcome
from federity.chain.slots import EPOCH_SLOTS, SlotState

__all__ = ["Known", "Machine", "default_rent"]


class Known(Protocol):
    """What a machine is told of: accounts and programs, each under a number that grows when it is written."""

    def version(self, address: Pubkey) -> int:
        """Under which number an account was last written; 0 if never."""

    def account(self, address: Pubkey) -> Account | None:
        """An account; None when it was emptied."""

    def program_version(self, address: Pubkey) -> int:
        """Under which number a program was last written; 0 if it is none."""

    def program_code(self, address: Pubkey) -> bytes | None:
        """The ELF code of a program."""


def default_rent() -> str:
    """The rent of new chains, as JSON."""
    return LiteSVM().get_rent().to_json()


class Machine:
    """Runs transactions. Holds nothing that the ledger does not: thrown away, it is made again from there."""

    def __init__(self, rent: str) -> None:
        """Start with the runtime's own programs only."""
        # Blockhashes and repeated signatures are checked against the ledger, which outlives this process.
        self._svm = LiteSVM().with_blockhash_check(False).with_transaction_history(0).with_sigverify(True)
        self._svm.set_rent(Rent.from_json(rent))
        self._seen: dict[Pubkey, int] = {}

    def set_time(self, state: SlotState, hashes: list[tuple[int, Hash]]) -> None:
        """Set the sysvars that move: clock and slot hashes (newest first)."""
        epoch = state.slot // EPOCH_SLOTS
        self._svm.set_clock(
            Clock(
                slot=state.slot,
                epoch_start_timestamp=0,
                epoch=epoch,
                leader_schedule_epoch=epoch + 1,
                unix_timestamp=state.clock() // 1000,
            )
        )
        self._svm.set_slot_hashes(hashes)

    def load(self, ledger: Known, addresses: Sequence[Pubkey]) -> None:
        """Take over what the ledger has about these addresses, if it changed since the last time."""
        for address in addresses:
            version = ledger.version(address)
            if version > self._seen.get(address, 0):
                self._set_account(address, ledger.account(address))
                self._seen[address] = version
                continue
            version = ledger.program_version(address)
            if version > self._seen.get(address, 0):
                self._svm.add_program(address, ledger.program_code(address) or b"")
                self._seen[address] = version

    def _set_account(self, address: Pubkey, account: Account | None) -> None:
        if account is None:
            self._svm.set_account(address, SvmAccount(0, b"", Pubkey.default()))
        else:
            self._svm.set_account(address, SvmAccount(account.lamports, account.data, account.owner))

    def run(self, transaction: VersionedTransaction) -> Outcome:
        """Run with effect. A failure that is not the runtime's refusal costs the fee."""
        return _outcome(self._svm.send_transaction(transaction), transaction)

    def try_out(self, transaction: VersionedTransaction) -> Outcome:
        """Run without effect and without looking at signatures."""
        return self._try(transaction)[0]

    def try_out_whole(self, transaction: VersionedTransaction) -> Outcome:
        """`try_out`, with the accounts as they would be afterwards."""
        outcome, result = self._try(transaction)
        return outcome if outcome.failure else replace(outcome, after=_after(result))

    def _try(self, transaction: VersionedTransaction) -> tuple[Outcome, Any]:
        self._svm.with_sigverify(False)
        try:
            result = self._svm.simulate_transaction(transaction)
            return _outcome(result, transaction), result
        finally:
            self._svm.with_sigverify(True)

    def account(self, address: Pubkey) -> Account | None:
        """An account as the last run left it, or one that the runtime brings along."""
        return _account(self._svm.get_account(address))

    def balances(self, addresses: Sequence[Pubkey]) -> tuple[int, ...]:
        """The lamports at each address."""
        return tuple(self._svm.get_balance(address) or 0 for address in addresses)

    def rent(self, data_bytes: int) -> int:
        """The lamports an account of that much data must hold."""
        return self._svm.minimum_balance_for_rent_exemption(data_bytes)

    def wrote(self, address: Pubkey, version: int) -> None:
        """The ledger has this account as it is here, under that number."""
        self._seen[address] = version


def _account(found: SvmAccount | None) -> Account | None:
    if found is None or found.lamports == 0:
        return None
    return Account(found.lamports, found.owner, bytes(found.data), found.executable)


def _outcome(result: Any, transaction: VersionedTransaction) -> Outcome:
    failed = isinstance(result, FailedTransactionMetadata)
    meta = result.meta() if not hasattr(result, "logs") else result
    keys = transaction.message.account_keys
    inner = tuple(
        InnerInstruction(
            index,
            keys[call.instruction().program_id_index],
            tuple(keys[i] for i in call.instruction().accounts),
            bytes(call.instruction().data),
        )
        for index, calls in enumerate(meta.inner_instructions())
        for call in calls
    )
    return Outcome(
        failure=failure_of(result.err(), transaction) if failed else None,
        fee=meta.fee(),
        compute_units=meta.compute_units_consumed(),
        logs=tuple(meta.logs()),
        inner=inner,
        returned=(data.program_id, bytes(data.data)) if (data := meta.return_data()).data else None,
    )


def _after(result: Any) -> tuple[tuple[Pubkey, Account], ...]:
    """The accounts that a simulation left, without those that it emptied."""
    found = ((address, _account(account)) for address, account in result.post_accounts())
    return tuple((address, account) for address, account in found if account is not None)
