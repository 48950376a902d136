"""Time as those who wait for others on a network see it, so that a test can let an hour go by at once."""

import asyncio
import time
from typing import Protocol

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """Seconds that only grow, the calendar's seconds, and waiting."""

    def now(self) -> float:
        """Seconds since some moment, never fewer than before."""

    def calendar(self) -> float:
        """Unix seconds."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """See `Clock.now`."""
        return time.monotonic()

    def calendar(self) -> float:
        """See `Clock.calendar`."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)
