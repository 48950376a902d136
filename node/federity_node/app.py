"""The node as an ASGI application: JSON-RPC at `/`, WebSockets there too, blobs at `/blobs/HASH`."""

import base64
import binascii
import contextlib
import math
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from federity.storage.directory import DirectoryStorage
from federity_node import rpc
from federity_node.blobs import Blobs
from federity_node.bodies import Gone, Silent, TooLarge, body_of
from federity_node.chain import Chain
from federity_node.errors import INVALID_REQUEST, TOO_MANY, RpcError
from federity_node.feed import Feed
from federity_node.limits import Limits, Rates, may_write
from federity_node.subscribing import Session

__all__ = ["Node"]

_JSON = "application/json"


class Node:
    """One chain and one store, served. `token` is what a writer must have; None where all may write."""

    def __init__(
        self, chain: Chain, store: DirectoryStorage, limits: Limits | None = None, token: str | None = None
    ) -> None:
        """Take the open chain."""
        self.limits = limits or Limits()
        self.feed = Feed(chain)
        self._chain = chain
        self._blobs = Blobs(store, self.limits)
        self._rates = Rates(self.limits.rate)
        self._token = token

    def app(self) -> Starlette:
        """The application. Pages of browsers may read everything; CORS does not let them PUT."""
        return Starlette(
            routes=[
                Route("/", self._rpc, methods=["POST"]),
                Route("/health", self._health, methods=["GET"]),
                Route("/blobs/{name}", self._blob, methods=["GET", "HEAD", "PUT"]),
                WebSocketRoute("/", self._subscribe),
            ],
            middleware=[
                Middleware(
                    CORSMiddleware,
                    allow_origins=["*"],
                    allow_methods=["GET", "HEAD", "POST"],
                    allow_headers=["*"],
                    allow_private_network=True,
                    max_age=86_400,
                )
            ],
            lifespan=self._life,
        )

    @contextlib.asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.feed.close()

    async def _health(self, _: Request) -> Response:
        try:
            await self._chain.read(lambda view: view.slot)
        except RpcError:
            return PlainTextResponse("unhealthy", 503)
        return PlainTextResponse("ok")

    async def _rpc(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            return PlainTextResponse(f"A request has Content-Type: {_JSON}.\n", 415)
        try:
            body = await body_of(request, self.limits.body, self.limits.patience)
        except TooLarge:
            error = RpcError(INVALID_REQUEST, f"a request has at most {self.limits.body} bytes here")
            return self._told(error, 413)
        except Silent:
            return Response(status_code=408)
        except Gone:
            return Response(status_code=400)
        try:
            document = rpc.parsed(body)
        except RpcError as error:
            return self._told(error, 200)
        count = max(1, len(document)) if isinstance(document, list) else 1
        wait = self._rates.admit(_client(request), count)
        if wait:
            return self._told(RpcError(TOO_MANY, "Too many requests"), 429, wait)
        answer = await rpc.answer(self._chain, document, self._may_write(request))
        return Response(answer, media_type=_JSON) if answer else Response(status_code=204)

    def _told(self, error: RpcError, status: int, wait: float = 0.0) -> Response:
        headers = {"Retry-After": str(math.ceil(wait))} if wait else None
        return Response(rpc.encoded(rpc.failed(None, error)), status, headers, _JSON)

    async def _blob(self, request: Request) -> Response:
        location = self._blobs.location(request.path_params["name"])
        if location is None:
            return PlainTextResponse("A blob is named by its sha256, 64 hexadecimal digits.\n", 404)
        wait = self._rates.admit(_client(request), 1)
        if wait:
            return PlainTextResponse("Too many requests\n", 429, {"Retry-After": str(math.ceil(wait))})
        if request.method != "PUT":
            return await self._blobs.get(request, location)
        if not self._may_write(request):
            return PlainTextResponse("Writing needs this node's token.\n", 403)
        return await self._blobs.put(request, location)

    async def _subscribe(self, socket: WebSocket) -> None:
        await socket.accept()
        await Session(socket, self.feed, self.limits, self._rates).run()

    def _may_write(self, request: Request) -> bool:
        return may_write(self._token, _tokens(request), request.headers.get("origin"))


def _client(connection: HTTPConnection) -> str:
    return "" if connection.client is None else connection.client.host


def _tokens(connection: HTTPConnection) -> list[str]:
    """What a client says that could be the token: as bearer, as user or password, or in the URL."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    given = parse_qs(connection.url.query, errors="replace").get("token", [])
    if scheme.lower() == "bearer":
        given.append(value.strip())
    elif scheme.lower() == "basic":
        with contextlib.suppress(binascii.Error):
            given += base64.b64decode(value.strip(), validate=True).decode(errors="replace").split(":", 1)
    return given
