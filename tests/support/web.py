"""A small HTTP server on a local port, for doubles of services: it answers, or breaks off, as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer; of its body only the first `cut` bytes are sent, if that is given, and then nothing more."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


def as_json(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


Handler = Callable[[Request], Reply | Awaitable[Reply]]

# A browser's page or another origin may ask, as arweave.js does there.
_ALWAYS = {"Access-Control-Allow-Origin": "*", "Connection": "keep-alive"}


@asynccontextmanager
async def served(handle: Handler, port: int = 0) -> AsyncIterator[str]:
    """Serve until the end of the context; yields the URL."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
            while (request := await _request(reader)) is not None:
                found = handle(request)
                reply = found if isinstance(found, Reply) else await found
                lines = {**_ALWAYS, "Content-Length": str(len(reply.body)), **reply.headers}
                head = f"HTTP/1.1 {reply.status} {_words(reply.status)}\r\n"
                writer.write((head + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n").encode())
                if request.method != "HEAD":
                    writer.write(reply.body if reply.cut is None else reply.body[: reply.cut])
                await writer.drain()
                if reply.cut is not None:
                    break

    connections: set[asyncio.Task[None]] = set()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(talk(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", port)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tuple(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)


def _words(status: int) -> str:
    return {200: "OK", 202: "Accepted", 404: "Not Found", 429: "Too Many Requests"}.get(status, "Status")


async def _request(reader: asyncio.StreamReader) -> Request | None:
    line = (await reader.readline()).decode().split()
    if len(line) != 3:
        return None
    headers: dict[str, str] = {}
    while (header := (await reader.readline()).decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while (size := int((await reader.readline()).split(b";")[0], 16)) > 0:
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(line[1])
    return Request(line[0], parts.path, dict(parse_qsl(parts.query)), headers, body)
