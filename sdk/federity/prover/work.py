"""Long native work beside the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from federity.errors import ProvingCancelled
from federity.prover.base import OnProgress

__all__ = ["run"]

T = TypeVar("T")


async def run(work: Callable[[Callable[[float], None]], T], on_progress: OnProgress | None = None) -> T:
    """Run `work` in a thread and hand it a function that takes the share done and raises to stop it.

    `on_progress` is called on the loop's thread; an exception it raises stops the work and is raised here.
    When the task is cancelled the thread is stopped and awaited first, so that no work outlives its caller.
    """
    loop = asyncio.get_running_loop()
    stop = threading.Event()
    raised: list[BaseException] = []

    def tell(share: float) -> None:
        if on_progress is None or stop.is_set():
            return
        try:
            on_progress(share)
        except BaseException as error:
            raised.append(error)
            stop.set()

    def report(share: float) -> None:
        if stop.is_set():
            raise ProvingCancelled("The proof was stopped.")
        loop.call_soon_threadsafe(tell, share)

    working = asyncio.ensure_future(asyncio.to_thread(work, report))
    try:
        await asyncio.wait([working])
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([working])
        working.exception()
        raise
    if raised:
        working.exception()
        raise raised[0]
    return working.result()
