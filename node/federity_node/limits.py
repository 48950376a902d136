"""What one client may ask of a node that others use too."""

import hmac
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

__all__ = ["Limits", "Rates", "is_loopback", "may_write"]


@dataclass(frozen=True)
class Limits:
    """Bounds of one node.

    `body` and `blob` are bytes of one request and of one blob; `connections` how many at once; `rate`
    requests a second from one address, in bursts of ten seconds' worth (0: any number); `subscriptions` of
    one WebSocket; `uploads` blobs that are received at once; `patience` seconds that a client may be silent
    in the middle of a request.
    """

    body: int = 1 << 20
    blob: int = 8 << 30
    connections: int = 2048
    rate: float = 0.0
    subscriptions: int = 128
    uploads: int = 16
    patience: float = 30.0


@dataclass
class Rates:
    """A bucket for each address that has asked lately: it holds ten seconds' worth, and refills."""

    rate: float
    now: Callable[[], float] = time.monotonic
    buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    _KEPT = 10_000

    def admit(self, client: str, count: int) -> float:
        """0 when `count` requests may go now, and they are counted; else the seconds to wait.

        More than a bucket holds is let through by a full one, so that whatever is allowed at once has its
        turn.
        """
        if self.rate <= 0:
            return 0.0
        now, most = self.now(), 10 * self.rate
        left, since = self.buckets.pop(client, (most, now))
        left = min(most, left + (now - since) * self.rate)
        need = min(count, most)
        wait = 0.0 if left >= need else (need - left) / self.rate
        self.buckets[client] = (left if wait else left - count, now)
        while len(self.buckets) > self._KEPT:
            self.buckets.popitem(last=False)
        return wait


def is_loopback(host: str) -> bool:
    """Whether an address or a name is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False


def may_write(token: str | None, given: list[str], origin: str | None) -> bool:
    """Whether a request may change anything: it has the node's token or, where there is none, does not come
    from a page of a stranger that a browser on this machine has open.
    """
    if token is not None:
        return any(hmac.compare_digest(token.encode(), item.encode()) for item in given)
    if origin is None:
        return True
    try:
        host = urlsplit(origin).hostname
    except ValueError:
        return False
    return host is not None and is_loopback(host)
