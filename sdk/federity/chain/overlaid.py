"""A chain with accounts that it does not hold yet: what was foreseen, to be read beside what is there."""

from collections.abc import Mapping, Sequence
from typing import Any

from solders.pubkey import Pubkey

from federity._generated.program import program_id
from federity.chain.base import Account, ChainClient, Filter
from federity.chain.recorded import plain_account

__all__ = ["OverlaidChain"]


class OverlaidChain:
    """A `ChainClient` that answers for some of the program's accounts itself, and asks another for the rest.

    What is sent through it is sent to the other.
    """

    def __init__(
        self, chain: ChainClient, accounts: Mapping[Pubkey, bytes], times: Mapping[int, int]
    ) -> None:
        """`accounts` are data by address, empty for one that is gone; `times` the Unix seconds of slots."""
        self._chain, self._accounts, self._times = chain, accounts, times

    def __getattr__(self, name: str) -> Any:
        """All that is not about accounts."""
        return getattr(self._chain, name)

    async def account(self, address: Pubkey) -> Account | None:
        """See `ChainClient.account`."""
        return (await self.accounts([address]))[0]

    async def accounts(self, addresses: Sequence[Pubkey]) -> list[Account | None]:
        """See `ChainClient.accounts`."""
        rest = [address for address in addresses if address not in self._accounts]
        found = dict(zip(rest, await self._chain.accounts(rest) if rest else [], strict=True))
        for address in addresses:
            if data := self._accounts.get(address):
                found[address] = plain_account(data)
        return [found.get(address) for address in addresses]

    async def program_accounts(
        self, discriminator: bytes, filters: Sequence[Filter] = (), *, program: Pubkey | None = None
    ) -> list[tuple[Pubkey, bytes]]:
        """See `ChainClient.program_accounts`."""
        there = await self._chain.program_accounts(discriminator, filters, program=program)
        if program not in (None, program_id()):
            return there
        rows = {at: data for at, data in there if at not in self._accounts}
        for at, data in self._accounts.items():
            holds = all(data[one.offset : one.offset + len(one.value)] == one.value for one in filters)
            if data and data.startswith(discriminator) and holds:
                rows[at] = data
        return sorted(rows.items(), key=lambda row: bytes(row[0]))

    async def block_times(self, slots: Sequence[int]) -> list[int | None]:
        """See `ChainClient.block_times`."""
        rest = [slot for slot in slots if slot not in self._times]
        known = dict(zip(rest, await self._chain.block_times(rest) if rest else [], strict=True))
        return [self._times[slot] if slot in self._times else known[slot] for slot in slots]
