"""Reading what a client sends: bounded in size, and in how long it may be silent."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

__all__ = ["Gone", "Silent", "TooLarge", "body_of", "pieces_of"]

PIECE = 1 << 20


class TooLarge(Exception):
    """More bytes than are taken."""


class Silent(Exception):
    """Nothing came for too long."""


class Gone(Exception):
    """The client went in the middle."""


async def pieces_of(request: Request, limit: int, patience: float) -> AsyncIterator[bytes]:
    """The body in pieces of about a megabyte. Raises TooLarge, Silent, Gone."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise TooLarge
    stream, size, piece = request.stream(), 0, bytearray()
    while True:
        try:
            async with asyncio.timeout(patience):
                part = await anext(stream, None)
        except TimeoutError as error:
            raise Silent from error
        except ClientDisconnect as error:
            raise Gone from error
        if part is None:
            break
        size += len(part)
        if size > limit:
            raise TooLarge
        piece += part
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


async def body_of(request: Request, limit: int, patience: float) -> bytes:
    """The whole body. Raises TooLarge, Silent, Gone."""
    return b"".join([piece async for piece in pieces_of(request, limit, patience)])
