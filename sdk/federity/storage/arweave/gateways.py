"""Reading from Arweave: several gateways are asked, and the first bytes with the right hash win.

A gateway may know nothing yet, be busy, be slow, be cut off in the middle, or lie. None of it matters while
another one answers: nothing is believed that does not hash to what the chain names. A large blob comes by
parts from all of them at once.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from ...errors import BadBlob, BlobError, BlobMismatch, BlobMissing, FileUnavailable, StorageUnavailable
from ...network.clock import Clock
from ...network.patience import Trouble, Why
from ...network.web import Host, status_of
from ...objects.location import Location, LocationKind
from ...progress import tell
from ..directory import DirectoryStorage, Incoming
from .encoding import to_base64
from .parts import LARGE_BYTES, arrived_by_parts

__all__ = ["Gateways"]

HEDGE_SECONDS: Final = 4.0
"""When nothing much has come for so long, the next gateway is asked too."""

_SLOW_BYTES: Final = 64 * 1024
"""Fewer new bytes than these in `HEDGE_SECONDS` are not much."""

_PENDING: Final = 202


class _NotThere(Exception):
    """A gateway does not have the blob, or not yet."""


class _TooLarge(Exception):
    """A gateway has more bytes for the blob than its reader can use."""


class _Large(Exception):
    """A gateway says that the blob has so many bytes that it should come by parts."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.total = total


@dataclass
class _Wanted:
    """What is read: where it is, the hash that it must have, the most bytes that it may have, and whether it
    may come by parts if it is large.
    """

    location: Location
    sha256: bytes
    limit: int | None
    by_parts: bool
    received: int = 0


class Gateways:
    """Gateways in the order in which they are asked."""

    def __init__(self, hosts: Sequence[Host], clock: Clock) -> None:
        """Take at least one host."""
        self.hosts = tuple(hosts)
        self._clock = clock

    async def fetch(
        self, location: Location, sha256: bytes, limit: int | None, store: DirectoryStorage
    ) -> None:
        """Bring a blob into `store`, where it lies under its sha256.

        Raises BlobMissing (nobody has it yet), BlobMismatch and BadBlob (whoever has something has something
        else, or something larger), StorageUnavailable when that cannot be found out now, FileUnavailable.
        """
        wanted = _Wanted(location, sha256, limit, by_parts=len(self.hosts) > 1)
        try:
            await self._race(wanted, store)
        except _Large as large:
            if not await self._together(wanted, large.total, store):
                wanted.by_parts = False
                await self._race(wanted, store)

    async def _together(self, wanted: _Wanted, total: int, store: DirectoryStorage) -> bool:
        """Bring a large blob by parts from all; False when that cannot be, or what came is not the blob."""
        with store.receiving() as incoming:
            if not await arrived_by_parts(self.hosts, _path(wanted.location), total, incoming):
                return False
            try:
                await asyncio.to_thread(incoming.keep, wanted.sha256)
            except BlobMismatch:
                return False  # one of them serves something else: asked alone, it is found out
        return True

    async def _race(self, wanted: _Wanted, store: DirectoryStorage) -> None:
        """Bring the whole blob from whoever has it first. Raises what `fetch` does, and _Large."""
        waiting = list(self.hosts)
        running: dict[asyncio.Task[None], Host] = {}
        failures: list[tuple[Host, BaseException]] = []
        timer, seen = asyncio.create_task(asyncio.sleep(0)), -_SLOW_BYTES
        try:
            while waiting or running:
                if waiting and (not running or (timer.done() and wanted.received < seen + _SLOW_BYTES)):
                    host = waiting.pop(0)
                    running[asyncio.create_task(self._fetch(host, wanted, store))] = host
                if timer.done():
                    seen = wanted.received
                    timer = asyncio.create_task(self._clock.sleep(HEDGE_SECONDS))
                waits = [*running, timer] if waiting else [*running]
                done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for task in done & running.keys():
                    host, error = running.pop(task), task.exception()
                    if error is None:
                        return
                    if not isinstance(error, (Trouble, _NotThere, _TooLarge, BlobError)):
                        raise error
                    failures.append((host, error))
        finally:
            for task in (*running, timer):
                task.cancel()
            await asyncio.gather(*running, timer, return_exceptions=True)
        raise _verdict(wanted, failures)

    async def has(self, location: Location) -> bool:
        """Whether a gateway serves something at a location. Raises StorageUnavailable."""
        failures: list[tuple[Host, BaseException]] = []
        for host in self.hosts:
            try:
                status = await host.ask("HEAD", _path(location), lambda answer: answer.status)
            except Trouble as trouble:
                failures.append((host, trouble))
                continue
            if status == HTTPStatus.OK:
                return True
        if failures:
            raise _silent(location, failures)
        return False

    async def _fetch(self, host: Host, wanted: _Wanted, store: DirectoryStorage) -> None:
        """Bring the blob from one gateway, going on with a range where a connection was cut."""
        with store.receiving() as incoming:
            await host.patiently("GET", lambda: _stream(host, wanted, incoming), lambda: incoming.size)
            await asyncio.to_thread(incoming.keep, wanted.sha256)


async def _stream(host: Host, wanted: _Wanted, incoming: Incoming) -> None:
    """Read what is missing of the blob. Raises Trouble, _NotThere, _TooLarge, _Large."""
    # Compressed answers could neither be counted nor gone on with.
    headers = {"Accept-Encoding": "identity"}
    if incoming.size:
        headers["Range"] = f"bytes={incoming.size}-"
    async with host.opened("GET", _path(wanted.location), headers=headers) as response:
        status = response.status_code
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and incoming.size:
            return  # nothing is missing, if it is the blob at all
        if status == HTTPStatus.OK:
            incoming.restart()
        elif status == HTTPStatus.PARTIAL_CONTENT and incoming.size:
            if not response.headers.get("Content-Range", "").startswith(f"bytes {incoming.size}-"):
                incoming.restart()
                raise Trouble(Why.NONSENSE, "another part than was asked for")
        elif status == _PENDING or status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise _NotThere
        else:
            raise Trouble(Why.REFUSED, status_of(response))
        length = response.headers.get("Content-Length", "")
        total = incoming.size + int(length[:18]) if length.isascii() and length.isdecimal() else 0
        if wanted.limit is not None and total > wanted.limit:
            raise _TooLarge(total)
        if wanted.by_parts and not incoming.size and total >= LARGE_BYTES:
            raise _Large(total)
        async for piece in response.aiter_bytes():
            if wanted.limit is not None and incoming.size + len(piece) > wanted.limit:
                raise _TooLarge(incoming.size + len(piece))
            incoming.add(piece)
            wanted.received += len(piece)
            tell("downloading", incoming.size, total, "bytes")


def _path(location: Location) -> str:
    """Where a gateway serves a blob; or a node, which goes by its sha256."""
    if location.tag is LocationKind.LOCAL:
        return f"/blobs/{location.id.hex()}"
    return f"/{to_base64(location.id)}"


def _verdict(wanted: _Wanted, failures: list[tuple[Host, BaseException]]) -> BlobError | FileUnavailable:
    """What is true when no gateway had the blob."""
    location, errors = wanted.location, [error for _, error in failures]
    if all(isinstance(error, _TooLarge) for error in errors):
        return BadBlob(
            f"the blob {location} has {errors[0]} bytes, and what it should be has at most {wanted.limit}"
        )
    if any(isinstance(error, Trouble) for error in errors):
        return _silent(location, failures)
    if any(isinstance(error, (_TooLarge, BlobError)) for error in errors):
        return BlobMismatch(
            f"the gateways serve other bytes for the blob {location} than those whose sha256 is named",
            hint="Name other gateways with `federity config arweave_gateways URL,URL`.",
        )
    return BlobMissing(
        f"no gateway has the blob {location} yet",
        hint="What was uploaded a moment ago may take some minutes: try again later.",
    )


def _silent(location: Location, failures: list[tuple[Host, BaseException]]) -> StorageUnavailable:
    said = "; ".join(
        f"{host.name}: {error.text}" for host, error in failures if isinstance(error, Trouble) and error.text
    )
    return StorageUnavailable(f"No gateway gives the blob {location} now{': ' + said if said else ''}.")
