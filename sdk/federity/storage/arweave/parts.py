"""A large blob by parts, from several gateways at once.

Each brings one part after another; whoever finds none left brings what the slowest is still busy with, and
the first whole part counts. Nothing tells a wrong part from a right one: the blob counts when all of it has
the right hash, and when it has another, the gateways are asked one by one, which says whose it was.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from ...network.patience import Trouble, Why
from ...network.web import Host, status_of
from ...progress import tell
from ..directory import Incoming

__all__ = ["LARGE_BYTES", "arrived_by_parts"]

PART_BYTES: Final = 4 << 20
LARGE_BYTES: Final = 4 * PART_BYTES
"""A blob of so many bytes comes by parts."""

_FEWEST: Final = 2
"""Gateways that must serve parts of the same whole: of one alone, all is asked for in one go."""


async def arrived_by_parts(hosts: Sequence[Host], path: str, total: int, incoming: Incoming) -> bool:
    """Bring `total` bytes from what the hosts serve at a path; False when too few of them serve parts of it.

    Raises OSError when they cannot be written.
    """
    parts = _Parts(path, total, incoming)
    workers = {asyncio.create_task(parts.work(host)) for host in hosts}
    try:
        while workers and not parts.whole and max(len(workers), len(parts.served)) >= _FEWEST:
            done, workers = await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
            for ended in done:
                ended.result()
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return parts.whole


class _Parts:
    """What has arrived, what is under way from whom, and what nobody has begun with, by where parts start."""

    def __init__(self, path: str, total: int, incoming: Incoming) -> None:
        self._path, self._total, self._incoming = path, total, incoming
        self._left = deque(range(0, total, PART_BYTES))
        self._running: dict[int, dict[asyncio.Task[None], bytearray]] = {}
        self._arrived = 0
        self.served: set[Host] = set()

    @property
    def whole(self) -> bool:
        """Whether every part has arrived."""
        return not self._left and not self._running

    async def work(self, host: Host) -> None:
        """Bring part after part, until none is missing or the host does not serve them."""
        while not self.whole:
            # Somebody else's, when all are begun with: the one of which least has come.
            start = self._left.popleft() if self._left else min(self._running, key=self._come)
            data = bytearray()
            task = asyncio.create_task(self._bring(host, start, data))
            self._running.setdefault(start, {})[task] = data
            try:
                await asyncio.wait([task])
                if task.cancelled():
                    continue
                task.result()
                self.served.add(host)
                self._keep(start, data)
            except Trouble:
                return
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                self._drop(start, task)

    def _come(self, start: int) -> int:
        return max(map(len, self._running[start].values()))

    def _keep(self, start: int, data: bytearray) -> None:
        """Write a part that nobody brought before, and end what others still bring of it."""
        if start not in self._running:
            return
        self._incoming.add_at(start, data)
        self._arrived += len(data)
        for task in self._running.pop(start):
            task.cancel()

    def _drop(self, start: int, task: asyncio.Task[None]) -> None:
        """Leave a part; it waits for another host when nobody else brings it."""
        running = self._running.get(start, {})
        if running.pop(task, None) is not None and not running:
            del self._running[start]
            self._left.appendleft(start)

    async def _bring(self, host: Host, start: int, data: bytearray) -> None:
        await host.patiently("GET", lambda: self._read(host, start, data), lambda: len(data))

    async def _read(self, host: Host, start: int, data: bytearray) -> None:
        """Read what is missing of a part. Raises Trouble."""
        first, stop = start + len(data), min(start + PART_BYTES, self._total)
        if first == stop:
            return
        headers = {"Accept-Encoding": "identity", "Range": f"bytes={first}-{stop - 1}"}
        async with host.opened("GET", self._path, headers=headers) as response:
            if response.status_code != HTTPStatus.PARTIAL_CONTENT:
                raise Trouble(Why.REFUSED, status_of(response))
            if response.headers.get("Content-Range") != f"bytes {first}-{stop - 1}/{self._total}":
                raise Trouble(Why.REFUSED, "another part than was asked for")
            async for piece in response.aiter_bytes():
                if len(data) + len(piece) > stop - start:
                    raise Trouble(Why.REFUSED, "more bytes than were asked for")
                data += piece
                come = self._arrived + sum(map(self._come, self._running))
                tell("downloading", min(come, self._total), self._total, "bytes")
        if len(data) < stop - start:
            raise Trouble(Why.SILENT, "fewer bytes than it said")
