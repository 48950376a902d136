"""The store over HTTP: GET, HEAD and PUT of a blob under its sha256."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from federity.errors import BlobError, BlobMismatch, BlobMissing, FileUnavailable, StorageFull
from federity.objects.blob import BlobFile
from federity.objects.location import Location
from federity.storage.directory import DirectoryStorage
from federity_node.bodies import Gone, Silent, TooLarge, pieces_of
from federity_node.limits import Limits

__all__ = ["Blobs"]

_NAME = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"bytes=([0-9]{1,18})-")
_PIECE = 1 << 18


def _said(status: int, sentence: str) -> Response:
    return PlainTextResponse(sentence + "\n", status)


class Blobs:
    """Answers for the blobs of a folder."""

    def __init__(self, store: DirectoryStorage, limits: Limits) -> None:
        """Take the store."""
        self._store = store
        self._limits = limits
        self._uploads = asyncio.Semaphore(limits.uploads)

    def location(self, name: str) -> Location | None:
        """The location that a path names."""
        return Location.local(bytes.fromhex(name)) if _NAME.fullmatch(name) else None

    async def get(self, request: Request, location: Location) -> Response:
        """The blob, or what follows an offset (`Range: bytes=N-`). Whoever reads it compares its hash."""
        try:
            blob = await asyncio.to_thread(BlobFile, self._store.path(location))
        except FileNotFoundError:
            return _said(404, "There is no such blob here.")
        except FileUnavailable:
            return _said(503, "The blob cannot be read now.")
        start = 0
        headers = {"Accept-Ranges": "bytes", "ETag": f'"{location.id.hex()}"', "Cache-Control": "immutable"}
        wanted = _RANGE.fullmatch(request.headers.get("range", ""))
        if wanted and request.method == "GET":
            start = int(wanted[1])
            if start >= len(blob):
                return Response(status_code=416, headers={"Content-Range": f"bytes */{len(blob)}"})
            headers["Content-Range"] = f"bytes {start}-{len(blob) - 1}/{len(blob)}"
        headers["Content-Length"] = str(len(blob) - start)
        status = 206 if "Content-Range" in headers else 200
        kind = "application/octet-stream"
        if request.method == "HEAD":
            return Response(status_code=200, headers=headers, media_type=kind)
        return StreamingResponse(_parts(blob, start), status, headers, kind)

    async def put(self, request: Request, location: Location) -> Response:
        """Keep a blob, if its bytes have the hash that its path says."""
        if await self._holds(location):
            return Response(status_code=204)
        async with self._uploads:
            try:
                await self._store.put(self._received(request, location))
            except TooLarge:
                return _said(413, f"A blob has at most {self._limits.blob} bytes here.")
            except Silent:
                return _said(408, "The rest of the blob did not come.")
            except BlobMismatch:
                return _said(422, "The bytes have another sha256 than the path says.")
            except StorageFull:
                return _said(507, "There is no room for the blob.")
            except FileUnavailable:
                return _said(503, "The blob cannot be written now.")
            except Gone:
                return Response(status_code=400)
        return Response(status_code=201)

    async def _holds(self, location: Location) -> bool:
        """Whether the blob is there and sound: a damaged one is written anew."""
        try:
            await self._store.get(location)
        except (BlobMissing, BlobError, FileUnavailable):
            return False
        return True

    def _received(self, request: Request, location: Location) -> Iterator[bytes]:
        """The body, drawn by the thread that writes it; nothing is kept of one with another hash."""
        loop = asyncio.get_running_loop()
        pieces = pieces_of(request, self._limits.blob, self._limits.patience)

        async def following() -> bytes | None:
            return await anext(pieces, None)

        def parts() -> Iterator[bytes]:
            state = hashlib.sha256()
            while (piece := asyncio.run_coroutine_threadsafe(following(), loop).result()) is not None:
                state.update(piece)
                yield piece
            if state.digest() != location.id:
                raise BlobMismatch("the body has another hash")

        return parts()


async def _parts(blob: BlobFile, start: int) -> AsyncIterator[bytes]:
    for at in range(start, len(blob), _PIECE):
        yield await asyncio.to_thread(blob.__getitem__, slice(at, at + _PIECE))
