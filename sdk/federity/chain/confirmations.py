"""ONE poller that follows every transaction under way: until it is confirmed, or can never run any more.

It asks the node at most twice a second, however many transactions there are. A transaction has expired when
the confirmed block height is well past the last one at which its blockhash can be used, and a node that has
come at least as far has not seen it: a lagging node's "not seen" decides nothing.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

from solders.signature import Signature

from federity.chain import rpc_values
from federity.chain.rpc_transport import RpcNode
from federity.chain.rpc_values import LEVELS, Status
from federity.errors import ChainUnavailable, FederityError
from federity.network.clock import Clock

__all__ = ["Confirmations", "Outlook"]

POLL_SECONDS = 0.5
RESEND_SECONDS = 2.0
_RESEND_LONGEST = 16.0
_HEIGHT_SECONDS = 5.0
_AT_ONCE = 256
_BLOCKHASH_LIFE = 150
"""Blocks for which a blockhash can be used: `lastValidBlockHeight` is that far ahead of the block height."""
_FORK_BLOCKS = 32
"""Blocks past the end of a blockhash's life after which no fork that a node may sit on can still differ."""
_PATIENCE_SECONDS = 180.0
"""Longer than any blockhash lives; reached only when the cluster stands still."""


class Outlook(Enum):
    """What became of a transaction."""

    CONFIRMED = auto()
    EXPIRED = auto()


@dataclass(eq=False)
class _Waiting:
    signature: Signature
    last_valid: int
    resend: Callable[[], Awaitable[None]] | None
    result: asyncio.Future[Outlook]
    since: float
    sent: float
    pause: float = RESEND_SECONDS
    sending: bool = False
    past: int = 0
    """A slot by which it had expired if it is not in a block; 0 while it may still run."""


class Confirmations:
    """Follows transactions through one node, to one of `LEVELS`."""

    def __init__(self, node: RpcNode, level: str, clock: Clock) -> None:
        """Ask nothing yet."""
        self._node = node
        self._level = LEVELS.index(level)
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self._asked = -POLL_SECONDS
        self._turn = itertools.count()
        self._resends: set[asyncio.Task[None]] = set()

    async def reached(self, signature: Signature) -> bool:
        """Whether a transaction has come so far, looked up once in all of the history."""
        _, found = await self._statuses([signature], history=True)
        return found[0].level >= self._level

    async def wait(
        self,
        signature: Signature,
        last_valid: int,
        resend: Callable[[], Awaitable[None]] | None = None,
    ) -> Outlook:
        """Wait for a transaction that was just sent; `resend` sends the same bytes again.

        `last_valid` is the last block height at which it may run. Raises ChainUnavailable.
        """
        now = self._clock.now()
        future: asyncio.Future[Outlook] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(signature, last_valid, resend, future, now, now)
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())
        try:
            return await future
        finally:
            self._waiting.remove(waiting)

    async def close(self) -> None:
        """Stop asking."""
        tasks = [*self._resends, *([] if self._task is None else [self._task])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for waiting in self._waiting:
            _fail(waiting, ChainUnavailable(f"The connection to {self._node.name} was closed."))

    async def _follow(self) -> None:
        height_at = self._clock.now() + _HEIGHT_SECONDS
        while open_ := [waiting for waiting in self._waiting if not waiting.result.done()]:
            try:
                await self._look(open_)
                if self._clock.now() >= height_at:
                    await self._measure(open_)
                    height_at = self._clock.now() + _HEIGHT_SECONDS
                self._resend(open_)
            except Exception as error:
                # Whatever it is, nobody waits for ever.
                for waiting in open_:
                    _fail(waiting, error)

    async def _look(self, open_: list[_Waiting]) -> None:
        """Ask for the statuses of as many as one request takes, in turn; settle what is settled."""
        groups = [open_[start : start + _AT_ONCE] for start in range(0, len(open_), _AT_ONCE)]
        group = groups[next(self._turn) % len(groups)]
        overdue = any(waiting.past for waiting in group)
        slot, found = await self._statuses([waiting.signature for waiting in group], history=overdue)
        for waiting, status in zip(group, found, strict=True):
            if waiting.result.done():
                continue
            if status.level >= self._level:
                waiting.result.set_result(Outlook.CONFIRMED)
            elif waiting.past and status.level < 0 and slot >= waiting.past:
                waiting.result.set_result(Outlook.EXPIRED)
            elif self._clock.now() - waiting.since > _PATIENCE_SECONDS:
                sentence = f"The chain at {self._node.name} neither ran nor refused {waiting.signature}."
                _fail(waiting, ChainUnavailable(sentence))

    async def _measure(self, open_: list[_Waiting]) -> None:
        """Note which transactions cannot run any more, unless they did."""
        await self._pace()
        config = {"commitment": "confirmed"}
        latest = await self._node.call("getLatestBlockhash", [config], rpc_values.latest)
        for waiting in open_:
            if latest.last_valid - _BLOCKHASH_LIFE > waiting.last_valid + _FORK_BLOCKS:
                waiting.past = waiting.past or latest.slot

    def _resend(self, open_: list[_Waiting]) -> None:
        """Send what is still open again, beside the polling."""
        now = self._clock.now()
        for waiting in open_:
            settled = waiting.result.done() or waiting.past or waiting.sending
            if waiting.resend is not None and not settled and now - waiting.sent >= waiting.pause:
                waiting.sent, waiting.pause = now, min(2 * waiting.pause, _RESEND_LONGEST)
                waiting.sending = True
                task = asyncio.create_task(_again(waiting, waiting.resend))
                self._resends.add(task)
                task.add_done_callback(self._resends.discard)

    async def _statuses(self, signatures: list[Signature], history: bool) -> tuple[int, list[Status]]:
        await self._pace()
        params = [[str(item) for item in signatures], {"searchTransactionHistory": history}]
        return await self._node.call(
            "getSignatureStatuses", params, lambda result: rpc_values.statuses(result, len(signatures))
        )

    async def _pace(self) -> None:
        """Wait until half a second after the last request."""
        while (wait := self._asked + POLL_SECONDS - self._clock.now()) > 0:
            await self._clock.sleep(wait)
        self._asked = self._clock.now()


async def _again(waiting: _Waiting, resend: Callable[[], Awaitable[None]]) -> None:
    """A failure to send is no verdict: it may be in a block already."""
    try:
        with suppress(FederityError):
            await resend()
    finally:
        waiting.sending = False


def _fail(waiting: _Waiting, error: Exception) -> None:
    if not waiting.result.done():
        waiting.result.set_exception(error)
