"""How fast a node may be asked: counts of requests in sliding windows, and a pause when it says so."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from federity.network.clock import Clock

__all__ = ["PUBLIC", "Rate", "Throttle", "rates_for"]


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` requests in any `seconds`; of each method alone, or of all together."""

    count: int
    seconds: float
    each_method: bool = False


PUBLIC = (Rate(40, 10.0, each_method=True), Rate(100, 10.0))
"""What Solana's public clusters allow one address: https://solana.com/docs/references/clusters."""

_PUBLIC_HOSTS = (".solana.com",)


def rates_for(url: str, rate_limit: float) -> tuple[Rate, ...]:
    """The rates for a node: `rate_limit` requests a second if it is not 0; else what a public cluster
    allows, and no limit elsewhere.
    """
    if rate_limit > 0:
        return (Rate(1, 1 / rate_limit),) if rate_limit < 1 else (Rate(int(rate_limit), 1.0),)
    host = urlsplit(url).hostname or ""
    return PUBLIC if host.endswith(_PUBLIC_HOSTS) else ()


@dataclass
class Throttle:
    """Lets requests through in time. One for each node, shared by everything that asks it."""

    rates: Sequence[Rate]
    clock: Clock
    _passed: dict[tuple[Rate, str], deque[float]] = field(default_factory=dict)
    _closed_until: float = 0.0

    def most_at_once(self) -> int:
        """The most requests that one batch may hold."""
        return min((rate.count for rate in self.rates), default=100)

    def pause(self, seconds: float) -> None:
        """Let nothing through for that long: the node said it has had enough."""
        self._closed_until = max(self._closed_until, self.clock.now() + seconds)

    async def admit(self, method: str, count: int = 1) -> None:
        """Wait until `count` requests of this method may go, and count them."""
        while (wait := self._wait(method, count)) > 0:
            await self.clock.sleep(wait)
        now = self.clock.now()
        for rate in self.rates:
            self._window(rate, method).extend([now] * count)

    def _wait(self, method: str, count: int) -> float:
        now = self.clock.now()
        waits = [self._closed_until - now]
        for rate in self.rates:
            window = self._window(rate, method)
            while window and window[0] <= now - rate.seconds:
                window.popleft()
            excess = len(window) + count - rate.count
            if excess > 0:
                # Never less than a sliver, so that rounding cannot make this spin.
                waits.append(max(window[excess - 1] + rate.seconds - now, 1e-3))
        return max(waits)

    def _window(self, rate: Rate, method: str) -> deque[float]:
        return self._passed.setdefault((rate, method if rate.each_method else ""), deque())
