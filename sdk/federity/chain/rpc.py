"""A Solana cluster behind the port, through its RPC node."""

import asyncio
import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TypeVar

from solders.compute_budget import ID as COMPUTE_BUDGET
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import Instruction
from solders.pubkey import Pubkey
from solders.signature import Signature

from federity._generated.program import program_id
from federity.chain import base58, rpc_values
from federity.chain.adapter import Adapter
from federity.chain.base import Account, Filter, Prepared, Receipt, Signer, TransactionRecord
from federity.chain.fees import Fees, lamports
from federity.chain.identity import Expected
from federity.chain.record import Outcome
from federity.chain.rpc_history import History
from federity.chain.rpc_records import simulated
from federity.chain.rpc_sender import Sender
from federity.chain.rpc_transport import RpcNode
from federity.chain.transaction import MAXIMUM_UNITS, compile_message, fits, unsigned, with_units
from federity.errors import TransactionRefused, WrongCluster
from federity.masking import shown_url
from federity.network.clock import Clock, SystemClock
from federity.network.patience import Trouble, Why
from federity.network.throttle import Throttle, rates_for

__all__ = ["RpcChain", "RpcSettings"]

T = TypeVar("T")

_BULK = 100
_BUDGET_UNITS = 300
"""What setting a limit and a price takes itself."""


@dataclass(frozen=True, slots=True)
class RpcSettings:
    """How a node is talked to.

    `commitment` is `processed`, `confirmed` or `finalized`; `rate_limit` requests a second (0: what public
    clusters allow there, no limit elsewhere); `priority_fee_cap` lamports a transaction may pay beside its
    base fee. With a `program`, nothing is signed and no account is believed before it was compared.
    """

    commitment: str = "confirmed"
    rate_limit: float = 0.0
    priority_fee_cap: int = 0
    program: Expected | None = None


class RpcChain(Adapter):
    """A `ChainClient` on a cluster. Open it with `await RpcChain.open(url)`."""

    def __init__(self, node: RpcNode, settings: RpcSettings, clock: Clock) -> None:
        """Used by `open`."""
        self._node = node
        self._commitment = settings.commitment
        self._sender = Sender(node, settings.commitment, clock)
        self._history = History(node, settings.commitment)
        self._fees = Fees(node, clock, settings.priority_fee_cap)
        self._genesis = b""
        self._written = 0
        self._expected = settings.program
        self._checking = asyncio.Lock()

    @classmethod
    async def open(
        cls,
        url: str,
        genesis: bytes | None = None,
        settings: RpcSettings | None = None,
        clock: Clock | None = None,
    ) -> Self:
        """Connect to the node at a URL. With `genesis` given, it must be that chain.

        Raises ChainUnavailable, WrongCluster.
        """
        settings, clock = settings or RpcSettings(), clock or SystemClock()
        throttle = Throttle(rates_for(url, settings.rate_limit), clock)
        name = shown_url(url)
        chain = cls(RpcNode(url, name, throttle, clock), settings, clock)
        try:
            chain._genesis = await chain._node.call(
                "getGenesisHash", [], lambda text: bytes(Hash.from_string(text))
            )
            if genesis is not None and chain._genesis != genesis:
                raise WrongCluster(f"The chain at {name} is another one than expected.")
        except BaseException:
            await chain.close()
            raise
        return chain

    def _config(self, **more: object) -> dict[str, Any]:
        """What a read is asked with: never a state older than what this client wrote."""
        config: dict[str, Any] = {"commitment": self._commitment, **more}
        if self._written:
            config["minContextSlot"] = self._written
        return config

    async def _state(self, method: str, params: Sequence[Any], read: Callable[[Any], T]) -> T:
        """Read state that comes with its slot, which an older node may tell although it was asked not to."""

        def checked(result: Any) -> T:
            slot, value = rpc_values.in_context(result)
            if slot < self._written:
                raise Trouble(Why.BEHIND, f"slot {slot} is before {self._written}")
            return read(value)

        return await self._node.call(method, params, checked)

    async def _check_program(self) -> None:
        """Compare the program with what is expected, once. Raises WrongProgram."""
        async with self._checking:
            if self._expected is not None:
                await self._expected.check(self._read_accounts, self._genesis)
                self._expected = None

    async def blockhash(self) -> Hash:
        """See `Adapter.blockhash`."""
        return (await self._sender.latest(self._config())).blockhash

    async def prepare(
        self,
        instructions: Sequence[Instruction],
        *,
        payer: Signer,
        signers: Sequence[Signer] = (),
        preflight: bool = True,
    ) -> Prepared:
        """See `ChainClient.prepare`. Raises WrongProgram."""
        await self._check_program()
        prepared = await super().prepare(instructions, payer=payer, signers=signers, preflight=preflight)
        if preflight:
            self._sender.vouch(prepared)
        return prepared

    async def budget(
        self, instructions: Sequence[Instruction], payer: Pubkey, used: int | None
    ) -> list[Instruction]:
        """See `Adapter.budget`; with a price for each unit where others pay one, if it fits."""
        plain = await super().budget(instructions, payer, used)
        if any(instruction.program_id == COMPUTE_BUDGET for instruction in instructions):
            return plain
        units = MAXIMUM_UNITS if used is None else min(used + used // 10 + _BUDGET_UNITS, MAXIMUM_UNITS)
        price = await self._fees.price(instructions, payer, units)
        if price == 0:
            return plain
        priced = [set_compute_unit_limit(units), set_compute_unit_price(price), *instructions]
        return priced if fits(unsigned(compile_message(priced, payer, Hash.default()))) else plain

    async def priority_fee(self, instructions: Sequence[Instruction], payer: Pubkey, units: int) -> int:
        """See `ChainClient.priority_fee`."""
        return lamports(await self._fees.price(instructions, payer, units), units)

    async def submit(self, prepared: Prepared) -> Receipt:
        """See `ChainClient.submit`."""
        return self._receipt(await self._sender.run(prepared))

    def _receipt(self, record: TransactionRecord) -> Receipt:
        self._written = max(self._written, record.slot)
        outcome = Outcome(record.failure, record.fee, record.compute_units, record.logs, record.inner)
        return outcome.receipt(record.signature, record.slot, len(record.transaction))

    async def simulate(self, instructions: Sequence[Instruction], payer: Pubkey) -> Receipt:
        """See `ChainClient.simulate`. Raises WrongProgram."""
        await self._check_program()
        # The node puts a blockhash of its own in.
        attempt = unsigned(compile_message(with_units(instructions, MAXIMUM_UNITS), payer, Hash.default()))
        if not fits(attempt):
            attempt = unsigned(compile_message(instructions, payer, Hash.default()))
        size = len(bytes(attempt))
        if not fits(attempt):
            raise TransactionRefused(
                "TooLarge", f"The transaction has {size} bytes, more than a cluster takes."
            )
        config = self._config(encoding="base64", replaceRecentBlockhash=True, innerInstructions=True)

        def read(result: Any) -> tuple[int, Outcome]:
            slot, value = rpc_values.in_context(result)
            outcome = simulated(value, attempt)
            if outcome.failure is not None and outcome.failure.reason == "BlockhashNotFound":
                # It is the node's own blockhash: its bank lags behind itself.
                raise Trouble(Why.BEHIND, "a blockhash of its own is not known to it")
            return slot, outcome

        data = base64.b64encode(bytes(attempt)).decode()
        slot, outcome = await self._node.call("simulateTransaction", [data, config], read)
        return outcome.receipt(None, slot, size)

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """See `ChainClient.accounts`; more than a hundred are read a hundred at a time.

        Raises WrongProgram.
        """
        await self._check_program()
        return await self._read_accounts(addresses)

    async def _read_accounts(
        self, addresses: Sequence[Pubkey], length: int | None = None
    ) -> list[Account | None]:
        """Accounts, with only the first `length` bytes of their data if that is given."""
        slices = {} if length is None else {"dataSlice": {"offset": 0, "length": length}}
        found: list[Account | None] = []
        for start in range(0, len(addresses), _BULK):
            part = [str(address) for address in addresses[start : start + _BULK]]
            found += await self._state(
                "getMultipleAccounts",
                [part, self._config(encoding="base64", **slices)],
                partial(rpc_values.maybe_accounts, count=len(part)),
            )
        return found

    async def program_accounts(
        self, discriminator: bytes, filters: Sequence[Filter] = (), *, program: Pubkey | None = None
    ) -> list[tuple[Pubkey, bytes]]:
        """See `ChainClient.program_accounts`. Raises WrongProgram."""
        if program is None or program == program_id():
            await self._check_program()
        wanted = [Filter(0, discriminator), *filters] if discriminator else list(filters)
        memcmp = [{"memcmp": {"offset": item.offset, "bytes": base58.encode(item.value)}} for item in wanted]
        config = self._config(encoding="base64", filters=memcmp, withContext=True)
        return await self._state(
            "getProgramAccounts", [str(program or program_id()), config], rpc_values.program_accounts
        )

    async def transaction(self, signature: Signature) -> TransactionRecord | None:
        """See `ChainClient.transaction`."""
        return await self._history.transaction(signature)

    async def history(
        self, address: Pubkey, before: Signature | None = None, limit: int | None = None
    ) -> list[TransactionRecord]:
        """See `ChainClient.history`. Raises ChainUnavailable when the node lists what it cannot show."""
        return await self._history.of(address, before, limit, self._written)

    async def block_times(self, slots: Sequence[int]) -> list[int | None]:
        """See `ChainClient.block_times`. After one that the node refuses, no more are asked for."""
        return await self._history.times(slots)

    async def slot(self) -> int:
        """See `ChainClient.slot`."""
        return await self._node.call("getSlot", [self._config()], rpc_values.u64)

    async def final_slot(self) -> int:
        """See `ChainClient.final_slot`."""
        return await self._node.call("getSlot", [{"commitment": "finalized"}], rpc_values.u64)

    async def genesis_hash(self) -> bytes:
        """See `ChainClient.genesis_hash`."""
        return self._genesis

    async def balance(self, address: Pubkey) -> int:
        """See `ChainClient.balance`."""
        return await self._state("getBalance", [str(address), self._config()], rpc_values.u64)

    async def rent(self, data_bytes: int) -> int:
        """See `ChainClient.rent`."""
        return await self._node.call("getMinimumBalanceForRentExemption", [data_bytes], rpc_values.u64)

    async def airdrop(self, address: Pubkey, lamports: int) -> Receipt:
        """See `ChainClient.airdrop`."""
        signature = await self._node.call(
            "requestAirdrop", [str(address), lamports], rpc_values.signature, repeatable=False
        )
        return self._receipt(await self._sender.wait(signature))

    async def close(self) -> None:
        """See `ChainClient.close`."""
        await self._sender.close()
        await self._node.__aexit__()
