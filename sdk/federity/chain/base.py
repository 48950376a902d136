"""The port through which everything in Federity reaches a chain.

Two adapters stand behind it, `embedded.py` (in this process, kept on disk) and `rpc.py` (a cluster). One
contract suite, `tests/contract/test_chain.py`, runs on both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.signature import Signature

if TYPE_CHECKING:
    from federity._generated.events import Event
    from federity.chain.failure import Failure

__all__ = [
    "Account",
    "ChainClient",
    "Filter",
    "InnerInstruction",
    "Prepared",
    "Receipt",
    "Signer",
    "TransactionRecord",
]

PACKET_BYTES = 1232
"""The largest transaction a cluster takes: an IPv6 packet less its headers."""


class Signer(Protocol):
    """Somebody who can sign: a keypair file, a hardware wallet, a test's key."""

    @property
    def pubkey(self) -> Pubkey:
        """The address that the signatures verify against."""

    def sign(self, message: bytes) -> Signature:
        """Sign the serialised message of a transaction."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the chain holds it; `lamports` is never 0."""

    lamports: int
    owner: Pubkey
    data: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps accounts whose data has `value` (at most 128 bytes) at `offset` bytes from its start."""

    offset: int
    value: bytes


@dataclass(frozen=True, slots=True)
class InnerInstruction:
    """An instruction that a program called; `index` is the instruction of the transaction that led to it."""

    index: int
    program: Pubkey
    accounts: tuple[Pubkey, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """A signed transaction that may be kept on disk and sent, even twice: it runs at most once.

    `blockhash` ties it to one chain and to about a minute; after that it can never run.
    """

    signature: Signature
    transaction: bytes
    blockhash: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a transaction did, or in a simulation would do.

    `signature` is None in a simulation; `fee` is in lamports; `events` are the program's, decoded, in order;
    `transaction_bytes` is the transaction's size.
    """

    signature: Signature | None
    slot: int
    compute_units: int
    fee: int
    events: tuple[Event, ...]
    logs: tuple[str, ...]
    transaction_bytes: int


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """A transaction in the chain's history. `failure` is None if it succeeded; `time` is in Unix seconds."""

    signature: Signature
    slot: int
    time: int | None
    fee: int
    compute_units: int
    failure: Failure | None
    logs: tuple[str, ...]
    inner: tuple[InnerInstruction, ...]
    events: tuple[Event, ...]
    transaction: bytes


class ChainClient(Protocol):
    """A chain.

    Every method raises `ChainUnavailable` when the chain gives no answer and `ChainDamaged` when its file is
    broken. Amounts are lamports.
    """

    async def send(
        self, instructions: Sequence[Instruction], *, payer: Signer, signers: Sequence[Signer] = ()
    ) -> Receipt:
        """Simulate, sign, send, and wait until it is confirmed.

        `payer` pays the fee and signs; `signers` are the others whose signatures the instructions ask for. A
        compute unit limit is added when the simulated need exceeds the default.
        Raises ProgramError (the program refused), InsufficientFunds, TransactionRefused (the chain's own
        rules).
        """

    async def prepare(
        self,
        instructions: Sequence[Instruction],
        *,
        payer: Signer,
        signers: Sequence[Signer] = (),
        preflight: bool = True,
    ) -> Prepared:
        """Simulate and sign, as `send` does, without sending.

        Without `preflight` nothing is simulated, so a transaction that the program will refuse can be sent
        too: it lands as a failure, with its fee paid.
        """

    async def submit(self, prepared: Prepared) -> Receipt:
        """Send what `prepare` signed. Raises as `send`; one that has run already is `AlreadyProcessed`."""

    async def simulate(self, instructions: Sequence[Instruction], payer: Pubkey) -> Receipt:
        """Run without signatures and without effect. Raises as `send`."""

    async def priority_fee(self, instructions: Sequence[Instruction], payer: Pubkey, units: int) -> int:
        """The lamports that `send` would pay beside the base fee to be included, for that many compute units.

        On a cluster from the recent fees on the accounts written, up to the configured cap; else 0.
        """

    async def account(self, address: Pubkey) -> Account | None:
        """The account at an address, or None."""

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """The accounts at many addresses, in their order, all read at one moment (up to 100 on a cluster)."""

    async def program_accounts(
        self, discriminator: bytes, filters: Sequence[Filter] = (), *, program: Pubkey | None = None
    ) -> list[tuple[Pubkey, bytes]]:
        """Addresses and data of a program's (by default Federity's) accounts of a kind, by address."""

    async def transaction(self, signature: Signature) -> TransactionRecord | None:
        """A transaction by its signature, or None if the chain has not run it."""

    async def history(
        self, address: Pubkey, before: Signature | None = None, limit: int | None = None
    ) -> list[TransactionRecord]:
        """The transactions that named an address, newest first, with failed ones; `before` one of them."""

    async def block_times(self, slots: Sequence[int]) -> list[int | None]:
        """When transactions of these slots ran, in Unix seconds; None where the chain does not say.

        A date is beside the matter, so an answer that fails is no error here.
        """

    async def slot(self) -> int:
        """The current slot."""

    async def final_slot(self) -> int:
        """The newest slot whose transactions no fork can undo any more."""

    async def genesis_hash(self) -> bytes:
        """32 bytes that differ from chain to chain."""

    async def balance(self, address: Pubkey) -> int:
        """An address's lamports; 0 when there is no account."""

    async def rent(self, data_bytes: int) -> int:
        """The lamports an account of that much data must hold."""

    async def airdrop(self, address: Pubkey, lamports: int) -> Receipt:
        """Free lamports, where the chain gives them (not on mainnet)."""

    async def close(self) -> None:
        """Let go of connections and files."""

    async def __aenter__(self) -> Self:
        """The chain, to be closed at the end of the block."""

    async def __aexit__(self, *exception: object) -> None:
        """Close."""
