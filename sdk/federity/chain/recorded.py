"""A chain as it was: the accounts that were read of it at one slot, and nothing that has to be asked.

It stands behind the port so that whatever reads a history reads it the same way without a network. What only
the chain itself can say or do is refused by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.signature import Signature

from federity._generated.program import program_id
from federity.chain.adapter import Adapter
from federity.chain.base import Account, ChainClient, Filter, Prepared, Receipt, TransactionRecord
from federity.errors import ChainUnavailable

__all__ = ["RecordedChain", "Recording", "plain_account"]

# What an account of some bytes must hold at least: Solana's rent for two years, its 128 bytes of overhead
# included. What it did hold is not recorded.
_OVERHEAD, _LAMPORTS_A_BYTE = 128, 6960

_Asked = tuple[bytes, tuple[tuple[int, int], ...]]

HINT = "Try again when the chain can be reached; what was fetched is read without it."


@dataclass(frozen=True)
class Recording:
    """What was read of one repository's accounts, all as of `slot` or, being unchangeable, earlier.

    `genesis` is the chain's, 32 bytes, empty for a chain of which nothing is known; `accounts` are their data
    by address; `times` the Unix seconds of slots.
    """

    genesis: bytes
    slot: int
    accounts: Mapping[Pubkey, bytes] = field(repr=False)
    times: Mapping[int, int] = field(default_factory=dict, repr=False)


def plain_account(data: bytes) -> Account:
    """An account of the program's with this data, and the lamports that it must hold at least."""
    return Account((_OVERHEAD + len(data)) * _LAMPORTS_A_BYTE, program_id(), data)


class RecordedChain(Adapter):
    """A `ChainClient` that answers from a recording. With `beyond`, a chain that can be reached, kinds of
    accounts that the recording does not hold are asked there.
    """

    def __init__(
        self, recording: Recording, beyond: ChainClient | None = None, kinds: Iterable[bytes] = ()
    ) -> None:
        """`kinds` are the discriminators of the kinds of accounts that the recording holds."""
        self.recording = recording
        self._beyond = beyond
        self._kinds = frozenset(kinds)
        self._indices: dict[_Asked, dict[tuple[bytes, ...], list[tuple[Pubkey, bytes]]]] = {}

    def become(self, recording: Recording) -> None:
        """Answer from another recording from now on."""
        self.recording = recording
        self._indices.clear()

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """See `ChainClient.accounts`."""
        return [self._account(address) for address in addresses]

    def _account(self, address: Pubkey) -> Account | None:
        data = self.recording.accounts.get(address)
        return None if data is None else plain_account(data)

    async def program_accounts(
        self, discriminator: bytes, filters: Sequence[Filter] = (), *, program: Pubkey | None = None
    ) -> list[tuple[Pubkey, bytes]]:
        """See `ChainClient.program_accounts`."""
        if self._beyond is not None and discriminator not in self._kinds:
            return await self._beyond.program_accounts(discriminator, filters, program=program)
        index = self._index(discriminator, tuple((one.offset, len(one.value)) for one in filters))
        return list(index.get(tuple(one.value for one in filters), ()))

    def _index(
        self, discriminator: bytes, places: tuple[tuple[int, int], ...]
    ) -> dict[tuple[bytes, ...], list[tuple[Pubkey, bytes]]]:
        """The accounts of a kind, in the order of their addresses, by what they have at some places: a walk
        down a history asks the same of each commit.
        """
        if (discriminator, places) not in self._indices:
            index: dict[tuple[bytes, ...], list[tuple[Pubkey, bytes]]] = {}
            for address, data in sorted(self.recording.accounts.items(), key=lambda item: bytes(item[0])):
                if data.startswith(discriminator):
                    values = tuple(data[offset : offset + length] for offset, length in places)
                    index.setdefault(values, []).append((address, data))
            self._indices[discriminator, places] = index
        return self._indices[discriminator, places]

    async def block_times(self, slots: Sequence[int]) -> list[int | None]:
        """See `ChainClient.block_times`."""
        return [self.recording.times.get(slot) for slot in slots]

    async def slot(self) -> int:
        """The slot of the recording."""
        return self.recording.slot

    async def final_slot(self) -> int:
        """See `ChainClient.final_slot`: a recording tells nothing otherwise later."""
        return self.recording.slot

    async def genesis_hash(self) -> bytes:
        """See `ChainClient.genesis_hash`."""
        return self.recording.genesis

    async def blockhash(self) -> Hash:
        """Refused."""
        self._refuse("to send something")

    async def submit(self, prepared: Prepared) -> Receipt:
        """Refused."""
        self._refuse("to send something")

    async def simulate(self, instructions: Sequence[Instruction], payer: Pubkey) -> Receipt:
        """Refused."""
        self._refuse("to send something, or to say what that costs")

    async def priority_fee(self, instructions: Sequence[Instruction], payer: Pubkey, units: int) -> int:
        """Refused."""
        self._refuse("to say what sending costs")

    async def transaction(self, signature: Signature) -> TransactionRecord | None:
        """Refused."""
        self._refuse("to read transactions")

    async def history(
        self, address: Pubkey, before: Signature | None = None, limit: int | None = None
    ) -> list[TransactionRecord]:
        """Refused."""
        self._refuse("to read transactions")

    async def balance(self, address: Pubkey) -> int:
        """Refused."""
        self._refuse("to say what a wallet has")

    async def rent(self, data_bytes: int) -> int:
        """Refused."""
        self._refuse("to say what an account costs")

    async def airdrop(self, address: Pubkey, lamports: int) -> Receipt:
        """Refused."""
        self._refuse("for an airdrop")

    async def close(self) -> None:
        """Nothing is open."""

    def _refuse(self, what: str) -> NoReturn:
        raise ChainUnavailable(
            f"The chain is needed {what}, and here is only what was fetched of it as of slot "
            f"{self.recording.slot}.",
            hint=HINT,
        )
