"""The explorer's two tasks beside answering: following the chain, and fetching strangers' words."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from federity.errors import FederityError
from federity_explorer.index.follower import Follower
from federity_explorer.words import Words

__all__ = ["follow", "listen"]

_log = logging.getLogger("federity.explorer")


async def follow(follower: Follower, interval: float, on_trouble: Callable[[str], None]) -> None:
    """Keep the index at the chain's newest slot, for ever. `on_trouble` hears why not, or nothing."""
    while True:
        try:
            await follower.catch_up()
        except FederityError as error:
            _log.warning("%s", error)
            on_trouble("The index does not follow the chain now.")
        else:
            on_trouble("")
        await asyncio.sleep(interval)


async def listen(words: Words, interval: float) -> None:
    """Fetch words that are missing, for ever."""
    while True:
        try:
            busy = await words.fetch()
        except FederityError as error:
            _log.warning("%s", error)
            busy = 0
        if not busy:
            await asyncio.sleep(interval)
