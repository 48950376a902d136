"""What the embedded chain does with a transaction: check, run, write down what it changed; all or nothing."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from federity.chain import loader
from federity.chain.base import Account, Filter, Receipt, TransactionRecord
from federity.chain.failure import Failure
from federity.chain.ledger import Ledger
from federity.chain.ledger_views import LedgerViews
from federity.chain.record import Outcome, read_record
from federity.chain.slots import SlotHasher, SlotState
from federity.chain.svm import Machine, default_rent
from federity.chain.tokens import Holding, holdings
from federity.chain.transaction import (
    MAXIMUM_UNITS,
    compile_message,
    fits,
    unsigned,
    with_units,
    writable,
)
from federity.text import LAMPORTS

__all__ = ["Bank"]

SYSVARS = Pubkey.from_string("Sysvar1111111111111111111111111111111111111")

FAUCET_LAMPORTS = 500_000_000 * LAMPORTS
"""What a new chain's faucet holds."""


class Bank:
    """The embedded chain without its asyncio surface: every method blocks, for one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """Open the chain in a folder, or make one. Raises ChainDamaged, ChainUnavailable, StorageFull."""
        self.ledger = Ledger(folder, default_rent, FAUCET_LAMPORTS)
        self.views = LedgerViews(self.ledger)
        self._hasher = SlotHasher(self.ledger.secret)
        self._machine: Machine | None = None

    def submit(self, data: bytes) -> Receipt:
        """Run a signed transaction for good. Raises as `ChainClient.submit`; a failure that lands is kept."""
        with self._writing():
            outcome, slot, signature = self._run(data)
        return outcome.receipt(signature, slot, len(data))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the chain alone. Whatever keeps the ledger from taking over what is done inside, its commit
        included, also takes the machine, which may be ahead of it: the next one is made from the ledger.
        """
        try:
            with self.ledger.writing():
                yield
        except BaseException:
            self._machine = None
            raise

    def airdrop(self, address: Pubkey, lamports: int) -> Receipt:
        """Pay from the faucet."""
        faucet = self.ledger.faucet
        pay = transfer(TransferParams(from_pubkey=faucet.pubkey(), to_pubkey=address, lamports=lamports))
        with self._writing():
            # Inside the lock: two processes asking for the same at once must not sign the same transaction.
            blockhash = self._hasher.hash(self.ledger.slots().now().slot)
            message = compile_message([pay], faucet.pubkey(), blockhash)
            data = bytes(VersionedTransaction(message, [faucet]))
            outcome, slot, signature = self._run(data)
        return outcome.receipt(signature, slot, len(data))

    def simulate(self, instructions: Sequence[Instruction], payer: Pubkey) -> Receipt:
        """Run without effect."""
        with self.ledger.reading():
            state = self.ledger.slots().now()
            blockhash = self._hasher.hash(state.slot)
            attempt = unsigned(compile_message(with_units(instructions, MAXIMUM_UNITS), payer, blockhash))
            if not fits(attempt):
                attempt = unsigned(compile_message(instructions, payer, blockhash))
            outcome = self._machine_for(attempt, state).try_out(attempt)
        return outcome.receipt(None, state.slot, len(bytes(attempt)))

    def try_out(self, transaction: VersionedTransaction, *, whole: bool = False) -> tuple[int, Outcome]:
        """Run a transaction as it is without effect, whatever its signatures and blockhash; the slot.

        With `whole` the outcome has the accounts as they would be.
        """
        with self.ledger.reading():
            state = self.ledger.slots().now()
            machine = self._machine_for(transaction, state)
            return state.slot, (machine.try_out_whole if whole else machine.try_out)(transaction)

    def _run(self, data: bytes) -> tuple[Outcome, int, Signature]:
        """Check, run, record. The caller holds the chain and commits."""
        try:
            transaction = VersionedTransaction.from_bytes(data)
            signature = transaction.signatures[0]
        except (ValueError, IndexError):
            Failure("SanitizeFailure").throw()
        message = transaction.message
        looks_up = isinstance(message, MessageV0) and message.address_table_lookups
        if looks_up or not isinstance(message, Message | MessageV0):
            Failure("UnsupportedVersion").throw(signature=str(signature))
        state = self._check(transaction, self.ledger.slots())
        machine = self._machine_for(transaction, state)
        payer = message.account_keys[0]
        before, earlier = machine.account(payer), self._held(machine, message)
        outcome = machine.run(transaction)
        later = self._held(machine, message)
        outcome = replace(outcome, balances=(earlier[0], later[0]), tokens=(earlier[1], later[1]))
        if outcome.failure and machine.account(payer) == before:
            outcome.failure.throw(outcome.logs, str(signature))  # dropped by the runtime: no fee, no trace
        self._write(machine, message)
        self._record(transaction, outcome, state)
        return outcome, state.slot, signature

    def _held(
        self, machine: Machine, message: Message | MessageV0
    ) -> tuple[tuple[int, ...], tuple[Holding, ...]]:
        """The lamports and the tokens in a transaction's accounts, as the machine has them."""

        def look(address: Pubkey) -> Account | None:
            # A mint that the transaction does not name.
            machine.load(self.ledger, [address])
            return machine.account(address)

        addresses = message.account_keys
        called = frozenset(call.program_id_index for call in message.instructions)
        return machine.balances(addresses), holdings(addresses, called, look)

    def _check(self, transaction: VersionedTransaction, latest: SlotState) -> SlotState:
        """What a cluster checks before it runs anything; the slot the transaction may run in."""
        signature = str(transaction.signatures[0])
        if self.ledger.transaction(bytes(transaction.signatures[0])):
            Failure("AlreadyProcessed").throw(signature=signature)
        made = self._hasher.slot_of(transaction.message.recent_blockhash, latest.now().slot)
        if made is None:
            Failure("BlockhashNotFound").throw(signature=signature)
        if not fits(transaction):
            Failure("TooLarge").throw(signature=signature)
        return latest.after(made)

    def _write(self, machine: Machine, message: Message | MessageV0) -> None:
        """Take over what the run changed."""
        version = self.ledger.next_version()
        for address in writable(message):
            account = machine.account(address)
            if account is not None and account.executable:
                continue
            if account != self.ledger.account(address):
                self.ledger.put_account(address, account, version)
                machine.wrote(address, version)

    def _record(self, transaction: VersionedTransaction, outcome: Outcome, state: SlotState) -> None:
        """Append the run to the history, and let its slot be the latest."""
        self.ledger.put_transaction(
            bytes(transaction.signatures[0]),
            state.slot,
            json.dumps(outcome.to_json(state.clock() // 1000), separators=(",", ":")),
            bytes(transaction),
            transaction.message.account_keys,
        )
        self.ledger.set_slots(state)

    def _machine_for(self, transaction: VersionedTransaction, state: SlotState) -> Machine:
        """The machine, knowing the time and all that a transaction names."""
        machine = self._runtime()
        machine.set_time(state, self._hasher.sysvar(state.slot))
        machine.load(self.ledger, transaction.message.account_keys)
        return machine

    def _runtime(self) -> Machine:
        if self._machine is None:
            with self.ledger.decoding():
                self._machine = Machine(self.ledger.rent)
        return self._machine

    def program(self, address: Pubkey) -> bytes | None:
        """The code of a deployed program."""
        with self.ledger.reading():
            return self.ledger.program_code(address)

    def deploy(self, program: Pubkey, code: bytes) -> bool:
        """Put a program's code at an address; False when that very code is there already."""
        if self.program(program) == code:
            return False
        with self._writing():
            latest = self.ledger.slots()
            state = latest.after(latest.slot)
            self.ledger.put_program(program, code, state.slot, self.ledger.next_version())
            self.ledger.set_slots(state)
        return True

    def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """Accounts as they are at one moment."""
        with self.ledger.reading():
            return [self.look(address) for address in addresses]

    def look(self, address: Pubkey) -> Account | None:
        """An account, for who reads the ledger already (`ledger.reading`)."""
        if self.ledger.version(address):
            return self.ledger.account(address)
        machine = self._runtime()
        places = {
            loader.programdata_address(program): (program, at) for program, at in self.ledger.programs()
        }
        program, at = places.get(address, (address, None))
        machine.load(self.ledger, [program])
        found = machine.account(address)
        if found is not None and found.owner == SYSVARS:
            state = self.ledger.slots().now()
            machine.set_time(state, self._hasher.sysvar(state.slot))
            return machine.account(address)
        if found is not None and at is not None:
            return replace(found, data=loader.deployed_in(found.data, at))
        return found

    def program_accounts(
        self, program: Pubkey, discriminator: bytes, filters: Sequence[Filter]
    ) -> list[tuple[Pubkey, bytes]]:
        """Accounts of a program, ordered by address."""
        with self.ledger.reading():
            return self.ledger.program_accounts(program, discriminator, filters)

    def transaction(self, signature: Signature) -> TransactionRecord | None:
        """A transaction of the history."""
        with self.ledger.reading():
            row = self.ledger.transaction(bytes(signature))
        with self.ledger.decoding():
            return read_record(bytes(signature), row[0], json.loads(row[1]), row[2]) if row else None

    def has_run(self, signature: Signature) -> bool:
        """Whether a transaction is in the history."""
        with self.ledger.reading():
            return self.ledger.transaction(bytes(signature)) is not None

    def history(
        self, address: Pubkey, before: Signature | None, limit: int | None
    ) -> list[TransactionRecord]:
        """The transactions that named an address, newest first."""
        with self.ledger.reading():
            rows = self.ledger.history(address, bytes(before) if before else None, limit)
        with self.ledger.decoding():
            return [read_record(key, slot, json.loads(record), data) for key, slot, record, data in rows]

    def block_times(self, slots: Sequence[int]) -> list[int | None]:
        """The Unix second in which the transactions of each slot ran; None for a slot without any."""
        with self.ledger.reading():
            records = self.views.records(set(slots))
        return [json.loads(records[slot])["time"] if slot in records else None for slot in slots]

    def slots(self) -> SlotState:
        """The current slot."""
        with self.ledger.reading():
            return self.ledger.slots().now()

    def hash_of(self, slot: int) -> Hash:
        """The blockhash of a slot, of one without transactions too."""
        return self._hasher.hash(slot)

    def slot_of(self, blockhash: Hash, slot: int) -> int | None:
        """Which of the latest slots, seen from `slot`, has this blockhash; None when old or foreign."""
        return self._hasher.slot_of(blockhash, slot)

    def blockhash(self) -> Hash:
        """A hash that lets a transaction run during the next 150 slots."""
        return self._hasher.hash(self.slots().slot)

    def advance(self, slots: int) -> int:
        """Let slots go by at once; the slot then."""
        with self._writing():
            state = self.ledger.slots().advanced(slots)
            self.ledger.set_slots(state)
        return state.slot

    def rent(self, data_bytes: int) -> int:
        """The lamports an account of that much data must hold."""
        return self._runtime().rent(data_bytes)
