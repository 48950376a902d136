"""A chain as it was read, that goes on here: what the program would make of the recorded accounts.

The packaged program runs on them in this process, so nothing that it decides is written a second time. Nobody
signs, nothing is paid and nothing leaves this machine; what was changed is a forecast, for whoever sends the
same to a chain that has not moved on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM_PROGRAM

from federity._generated.program import program_id
from federity.chain.base import Account, ChainClient, Receipt, Signer
from federity.chain.program import packaged_program
from federity.chain.record import Outcome
from federity.chain.recorded import RecordedChain, Recording
from federity.chain.slots import SlotHasher, SlotState
from federity.chain.svm import Machine, default_rent
from federity.chain.transaction import MAXIMUM_UNITS, compile_message, fits, unsigned, with_units, writable

__all__ = ["ForeseenChain"]

# What whoever pays is taken to have: what a verb costs is asked of the chain when it is sent.
_PLENTY = 10**15


class ForeseenChain(RecordedChain):
    """A `ChainClient` on a recording, to which what is sent happens, here alone.

    `changed` are the program's accounts that are not as they were recorded, by address: their data, empty
    for one that is gone.
    """

    def __init__(
        self, recording: Recording, beyond: ChainClient | None = None, kinds: Iterable[bytes] = ()
    ) -> None:
        """See `RecordedChain`. The machine is made when something is first sent."""
        super().__init__(recording, beyond, kinds)
        self.changed: dict[Pubkey, bytes] = {}
        self._versions: dict[Pubkey, int] = {}
        self._payer: Pubkey | None = None
        self._made: Machine | None = None

    # --- what the machine is told of (`federity.chain.svm.Known`)

    def version(self, address: Pubkey) -> int:
        """See `Known.version`."""
        known = address in self.recording.accounts or address == self._payer
        return self._versions.get(address, int(known))

    def account_now(self, address: Pubkey) -> Account | None:
        """An account of the program, or what pays."""
        if address == self._payer:
            return Account(_PLENTY, SYSTEM_PROGRAM, b"")
        return self._account(address)

    # --- what a verb asks for

    async def send(
        self, instructions: Sequence[Instruction], *, payer: Signer, signers: Sequence[Signer] = ()
    ) -> Receipt:
        """Let it happen here, in a slot of its own. Raises as `ChainClient.send` what the program refuses."""
        outcome, size, written = self._try(instructions, payer.pubkey, self.recording.slot + 1)
        receipt = outcome.receipt(None, self.recording.slot + 1, size)
        priority = await self.priority_fee(instructions, payer.pubkey, receipt.compute_units)
        after = {at: account.data for at, account in outcome.after if account.owner == program_id()}
        accounts = dict(self.recording.accounts)
        for address in written:
            data = after.get(address, b"")
            if data == accounts.get(address, b""):
                continue
            self.changed[address] = data
            self._versions[address] = self.version(address) + 1
            accounts[address] = data
            if not data:
                del accounts[address]
        self.become(replace(self.recording, slot=self.recording.slot + 1, accounts=accounts))
        return replace(receipt, fee=receipt.fee + priority)

    def taken(self) -> dict[Pubkey, bytes]:
        """What has changed since this was last asked, by address; empty where an account is gone."""
        changed, self.changed = self.changed, {}
        return changed

    async def simulate(self, instructions: Sequence[Instruction], payer: Pubkey) -> Receipt:
        """See `ChainClient.simulate`."""
        outcome, size, _ = self._try(instructions, payer, self.recording.slot)
        return outcome.receipt(None, self.recording.slot, size)

    async def priority_fee(self, instructions: Sequence[Instruction], payer: Pubkey, units: int) -> int:
        """See `ChainClient.priority_fee`: nothing, where no chain can be asked."""
        return 0 if self._beyond is None else await self._beyond.priority_fee(instructions, payer, units)

    async def rent(self, data_bytes: int) -> int:
        """See `ChainClient.rent`: by the rule that new chains have."""
        return self._machine.rent(data_bytes)

    def _try(
        self, instructions: Sequence[Instruction], payer: Pubkey, slot: int
    ) -> tuple[Outcome, int, list[Pubkey]]:
        """What a transaction would do, its size, and what it may write of the program's."""
        if self._payer != payer:
            self._payer = payer
        message = compile_message(with_units(instructions, MAXIMUM_UNITS), payer, Hash.default())
        if not fits(unsigned(message)):
            message = compile_message(instructions, payer, Hash.default())
        attempt = unsigned(message)
        machine = self._machine
        machine.set_time(SlotState(slot, 0, 0), SlotHasher(self.recording.genesis).sysvar(slot))
        machine.load(_Told(self), message.account_keys)
        outcome = machine.try_out_whole(attempt)
        return outcome, len(bytes(attempt)), [at for at in writable(message) if at != payer]

    @property
    def _machine(self) -> Machine:
        if self._made is None:
            self._made = Machine(default_rent())
        return self._made


class _Told:
    """What is told to the machine: the accounts as they are by now, and the program."""

    def __init__(self, chain: ForeseenChain) -> None:
        self._chain = chain

    def version(self, address: Pubkey) -> int:
        return self._chain.version(address)

    def account(self, address: Pubkey) -> Account | None:
        return self._chain.account_now(address)

    def program_version(self, address: Pubkey) -> int:
        return int(address == program_id())

    def program_code(self, address: Pubkey) -> bytes | None:
        return packaged_program()
