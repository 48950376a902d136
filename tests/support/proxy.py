"""A proxy in front of a node that loses what is sent through it."""

import asyncio
import json
from base64 import b64decode
from itertools import count
from types import TracebackType
from typing import Self

import httpx2
from solders.transaction import VersionedTransaction


class LossyProxy:
    """Hands requests on, but for each transaction in so many: `swallowed` (answered, never handed on), `cut`
    (handed on, the answer is lost) or `doubled` (handed on twice).
    """

    def __init__(self, target: str, loss: str, every: int) -> None:
        """Start nothing yet; the first transaction is one of them."""
        self._target, self._loss, self._every = target, loss, every
        self._sent = count()
        self.lost = 0

    async def __aenter__(self) -> Self:
        """Listen on a free local port."""
        self._client = httpx2.AsyncClient(timeout=60)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._server.close()
        await self._client.aclose()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while body := await _body(reader):
                answer = await self._answer(body)
                if answer is None:
                    break
                lines = [
                    "HTTP/1.1 200 OK",
                    "Content-Type: application/json",
                    f"Content-Length: {len(answer)}",
                ]
                writer.write("\r\n".join([*lines, "", ""]).encode() + answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, body: bytes) -> bytes | None:
        asked = json.loads(body)
        sends = isinstance(asked, dict) and asked.get("method") == "sendTransaction"
        if not sends or next(self._sent) % self._every:
            return await self._hand_on(body)
        self.lost += 1
        if self._loss == "swallowed":
            transaction = VersionedTransaction.from_bytes(b64decode(asked["params"][0]))
            result = {"jsonrpc": "2.0", "id": asked["id"], "result": str(transaction.signatures[0])}
            return json.dumps(result).encode()
        answer = await self._hand_on(body)
        if self._loss == "cut":
            return None
        await self._hand_on(body)
        return answer

    async def _hand_on(self, body: bytes) -> bytes:
        answer = await self._client.post(
            self._target, content=body, headers={"Content-Type": "application/json"}
        )
        return answer.content


async def _body(reader: asyncio.StreamReader) -> bytes:
    """The body of the next request; nothing at the end of the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    except asyncio.IncompleteReadError:
        return b""
    length = next(int(line.split(":")[1]) for line in head.splitlines() if line.startswith("content-length"))
    return await reader.readexactly(length)
