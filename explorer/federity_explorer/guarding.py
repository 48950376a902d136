"""What stands before every page: limits of requests, and headers that keep strangers' texts harmless."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from federity_node.limits import Rates

__all__ = ["POLICY", "Guard", "Limits"]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""No script, nothing from elsewhere. The one page with a script says so itself."""

_LONGEST_URL = 2048
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True)
class Limits:
    """Bounds of one explorer: requests a second from one address, in bursts of ten seconds' worth (0: any
    number); connections at once; bytes of a blob that is fetched for its words; values of a model whose
    commits are compared.
    """

    rate: float = 20.0
    connections: int = 512
    blob: int = 256 << 20
    elements: int = 20_000_000


class Guard:
    """Lets requests through to an application."""

    def __init__(self, app: ASGIApp, limits: Limits, cost: Callable[[str], int]) -> None:
        """`cost` is what a path counts for, in requests."""
        self._app = app
        self._rates = Rates(limits.rate)
        self._cost = cost

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", POLICY)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > _LONGEST_URL:
            return PlainTextResponse("The URL is too long.\n", 414)
        client = scope.get("client")
        wait = self._rates.admit(client[0] if client else "", self._cost(scope["path"]))
        if wait:
            return PlainTextResponse("Too many requests.\n", 429, {"Retry-After": str(math.ceil(wait))})
        return None
