"""A WebSocket: a client subscribes, hears, and unsubscribes."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from federity_node import rpc
from federity_node.errors import INTERNAL, INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, RpcError
from federity_node.feed import Feed, Subscription
from federity_node.limits import Limits, Rates
from federity_node.params import Params, whole
from federity_node.topics import TOPICS

__all__ = ["Session"]

_WAITING = 1000
"""Notifications that a slow client may leave unread."""

_TOO_SLOW = 1013

_log = logging.getLogger("federity.node")


class Session:
    """One client's WebSocket."""

    def __init__(self, socket: WebSocket, feed: Feed, limits: Limits, rates: Rates) -> None:
        """Take an accepted socket."""
        self._socket = socket
        self._feed = feed
        self._limits = limits
        self._rates = rates
        self._client = "" if socket.client is None else socket.client.host
        self._outbox: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        self._mine: dict[int, Subscription] = {}

    async def run(self) -> None:
        """Serve until the client goes, or is too slow to hear what it asked for."""
        sending = asyncio.create_task(self._send())
        receiving = asyncio.create_task(self._receive())
        try:
            await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for number in list(self._mine):
                self._feed.drop(number)
            for task in (sending, receiving):
                task.cancel()
            await asyncio.gather(sending, receiving, return_exceptions=True)
            if self._socket.application_state is WebSocketState.CONNECTED:
                with suppress(WebSocketDisconnect, RuntimeError):
                    await self._socket.close(_TOO_SLOW)

    async def _send(self) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while (message := await self._outbox.get()) is not None:
                await self._socket.send_text(message.decode())

    async def _receive(self) -> None:
        with suppress(WebSocketDisconnect):
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                body = text.encode(errors="replace") if text is not None else message.get("bytes") or b""
                await self._answer(body)

    async def _answer(self, body: bytes) -> None:
        id_: rpc.Id = None
        added: Subscription | None = None
        try:
            item = rpc.parsed(body)
            if isinstance(item, dict) and rpc.is_id(item.get("id")):
                id_ = item.get("id")
            _, method, values, _ = rpc.read_request(item)
            wait = self._rates.admit(self._client, 1)
            if wait:
                await asyncio.sleep(wait)
            result = await self._call(method, Params(values))
            if isinstance(result, Subscription):
                added = result
            answer = rpc.succeeded(id_, added.number if added is not None else result)
        except RpcError as error:
            answer = rpc.failed(id_, error)
        except Exception:
            _log.exception("a subscription failed")
            answer = rpc.failed(id_, RpcError(INTERNAL, "Internal error"))
        await self._outbox.put(rpc.encoded(answer))
        if added is not None:
            with suppress(RpcError):
                await self._feed.catch_up(added)

    async def _call(self, method: str, params: Params) -> Any:
        """A new subscription, or whether one was ended. Raises RpcError."""
        if method.endswith("Unsubscribe") and method.removesuffix("Unsubscribe") in TOPICS:
            number = params.one("subscription", whole)
            if self._mine.pop(number, None) is None:
                raise RpcError(INVALID_PARAMS, "Invalid subscription id.")
            self._feed.drop(number)
            return True
        topic = TOPICS.get(method.removesuffix("Subscribe")) if method.endswith("Subscribe") else None
        if topic is None:
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        if len(self._mine) >= self._limits.subscriptions:
            raise RpcError(
                INVALID_REQUEST, f"one connection has at most {self._limits.subscriptions} subscriptions"
            )
        added = await self._feed.add(topic(params), self._say)
        self._mine[added.number] = added
        return added

    def _say(self, subscription: Subscription, result: Any) -> None:
        """Put a notification into the outbox, behind the answer that names its subscription."""
        if subscription.topic.once:
            self._mine.pop(subscription.number, None)
        message = rpc.encoded(
            {
                "jsonrpc": "2.0",
                "method": f"{subscription.topic.name}Notification",
                "params": {"result": result, "subscription": subscription.number},
            }
        )
        try:
            self._outbox.put_nowait(message)
        except asyncio.QueueFull:
            self._outbox.get_nowait()
            self._outbox.put_nowait(None)  # the end: it would hear of some things and not of others
