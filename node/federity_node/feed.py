"""ONE look at the chain, ten times a second, for all who subscribed; none while nobody has.

Other processes may write to the same file, so the file is looked at, and not this process's writes alone.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from federity_node.chain import Chain, View
from federity_node.errors import RpcError
from federity_node.topics import News, Topic

__all__ = ["Feed", "Subscription"]

_LOOK_SECONDS = 0.1
_AT_ONCE = 200

_log = logging.getLogger("federity.node")


@dataclass(eq=False)
class Subscription:
    """A topic, and where what it hears is said; `say` is called in the event loop."""

    number: int
    topic: Topic
    say: Callable[["Subscription", Any], None]
    over: bool = False


class Feed:
    """Follows the chain for subscribers."""

    def __init__(self, chain: Chain) -> None:
        """Look at nothing yet."""
        self._chain = chain
        self._subscriptions: dict[int, Subscription] = {}
        self._numbers = itertools.count(1)
        self._task: asyncio.Task[None] | None = None
        self._position = 0
        self._slot = 0
        self._starting = asyncio.Lock()

    async def add(self, topic: Topic, say: Callable[[Subscription, Any], None]) -> Subscription:
        """Subscribe: whatever happens from now on is heard. Raises RpcError."""
        subscription = Subscription(next(self._numbers), topic, say)
        async with self._starting:
            if self._task is None or self._task.done():
                self._position, self._slot = await self._chain.read(
                    lambda view: (view.all.count(), view.slot)
                )
                self._subscriptions[subscription.number] = subscription
                self._task = asyncio.create_task(self._follow())
            else:
                self._subscriptions[subscription.number] = subscription
        return subscription

    async def catch_up(self, subscription: Subscription) -> None:
        """Say what was so already when the subscriber came. Raises RpcError."""
        results = await self._chain.read(subscription.topic.before)
        self._deliver(subscription, results)

    def drop(self, number: int) -> bool:
        """End a subscription; False when it is none."""
        found = self._subscriptions.pop(number, None)
        if found is not None:
            found.over = True
        return found is not None

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        while self._subscriptions:
            try:
                await self._look()
            except RpcError as error:
                # The chain cannot be read now: what was missed is found at the next look.
                _log.warning("subscribers wait: %s", error.message)
            if not self._chain.changed.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._chain.changed.wait(), _LOOK_SECONDS)
            self._chain.changed.clear()

    async def _look(self) -> None:
        subscriptions = list(self._subscriptions.values())
        position, slot = self._position, self._slot

        def look(view: View) -> tuple[int, int, list[list[Any]]]:
            entries = view.all.since(position, _AT_ONCE)
            news = News(view, entries, view.slot != slot)
            last = entries[-1].position if entries else position
            if not entries and not news.moved:
                return last, view.slot, []
            return last, view.slot, [subscription.topic.hear(news) for subscription in subscriptions]

        self._position, self._slot, heard = await self._chain.read(look)
        if self._position != position:
            self._chain.changed.set()  # there may be more
        for subscription, results in zip(subscriptions, heard, strict=False):
            self._deliver(subscription, results)

    def _deliver(self, subscription: Subscription, results: list[Any]) -> None:
        for result in results:
            if subscription.over:
                return
            if subscription.topic.once:
                self.drop(subscription.number)
            subscription.say(subscription, result)
