"""What a cluster's other users pay to be included, and what we therefore add, up to a cap."""

from collections import OrderedDict
from collections.abc import Sequence

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from federity.chain import rpc_values
from federity.chain.rpc_transport import RpcNode
from federity.errors import ChainUnavailable
from federity.network.clock import Clock

__all__ = ["Fees", "lamports", "price_of"]

_MICRO = 1_000_000
_PERCENT = 75
_AT_MOST = 128
_FRESH_SECONDS = 10.0
_KEPT = 64


def price_of(recent: Sequence[int], units: int, cap: int) -> int:
    """Micro-lamports a compute unit for a transaction of `units`: more than three quarters of the recent
    slots asked, and never more than `cap` lamports in all.
    """
    if not recent or units <= 0:
        return 0
    ordered = sorted(recent)
    usual = ordered[min(len(ordered) - 1, len(ordered) * _PERCENT // 100)]
    return min(usual, cap * _MICRO // units)


def lamports(price: int, units: int) -> int:
    """What a price comes to, rounded up as the runtime does."""
    return -(-price * units // _MICRO)


class Fees:
    """Recent priority fees at one node, remembered for a few seconds. `cap` is lamports a transaction."""

    def __init__(self, node: RpcNode, clock: Clock, cap: int) -> None:
        """Ask nothing yet."""
        self._node = node
        self._clock = clock
        self._cap = cap
        self._known: OrderedDict[tuple[str, ...], tuple[float, list[int]]] = OrderedDict()

    async def price(self, instructions: Sequence[Instruction], payer: Pubkey, units: int) -> int:
        """Micro-lamports a unit for these instructions. Raises ChainUnavailable."""
        if self._cap <= 0:
            return 0
        written = {str(meta.pubkey) for step in instructions for meta in step.accounts if meta.is_writable}
        addresses = tuple(sorted(written | {str(payer)}))[:_AT_MOST]
        return price_of(await self._recent(addresses), units, self._cap)

    async def _recent(self, addresses: tuple[str, ...]) -> list[int]:
        known = self._known.get(addresses)
        if known is not None and self._clock.now() - known[0] < _FRESH_SECONDS:
            return known[1]
        try:
            params = [list(addresses)]
            found = await self._node.call("getRecentPrioritizationFees", params, rpc_values.recent_fees)
        except ChainUnavailable as error:
            if not _unknown_method(error):
                raise
            # A node without a fee market: nobody pays for priority there.
            found = []
        self._known[addresses] = (self._clock.now(), found)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return found


def _unknown_method(error: ChainUnavailable) -> bool:
    return getattr(error.__cause__, "code", None) == -32601
