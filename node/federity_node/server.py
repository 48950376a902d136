"""Listening: at the node's port, and at the next one, where Solana's tools look for subscriptions."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from federity.errors import ConfigError
from federity.storage.directory import DirectoryStorage
from federity_node.app import Node
from federity_node.chain import Chain
from federity_node.limits import Limits

__all__ = ["Served", "Server", "listening", "serving", "until_stopped"]

_THREADS = 48
"""For blobs: each upload draws from one."""

_GRACE_SECONDS = 5
_IDLE_SECONDS = 75
"""Longer than clients keep a connection that nobody uses: who closes first must not be in doubt."""

_BACKLOG = 2048


@dataclass(frozen=True)
class Served:
    """What is served; the task ends when the server does."""

    chain: Chain
    task: asyncio.Task[None]


class Server(uvicorn.Server):
    """A server that leaves signals to who runs it, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Not ready yet."""
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


def listening(host: str, port: int) -> list[socket.socket]:
    """Two sockets: `port` and the one after it (0: any two). Raises ConfigError when one cannot be had."""
    opened: list[socket.socket] = []
    try:
        for wanted in (port, port + 1 if port else 0):
            found = socket.getaddrinfo(host, wanted, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            family, kind, protocol, _, address = found[0]
            made = socket.socket(family, kind, protocol)
            opened.append(made)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        for made in opened:
            made.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"The node cannot listen at {host}, ports {port} and {port + 1}: {reason}.",
            hint="Name others with --host and --port.",
        ) from error
    return opened


@asynccontextmanager
async def serving(
    folder: Path,
    store: Path,
    sockets: list[socket.socket],
    limits: Limits | None = None,
    token: str | None = None,
) -> AsyncIterator[Served]:
    """Serve the chain and the store in two folders.

    At the end of the block it stops: requests under way are answered, within seconds. Raises ChainDamaged,
    ChainUnavailable, StorageFull.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "node-blob"))
    limits = limits or Limits()
    chain = await Chain.open(folder)
    try:
        node = Node(chain, DirectoryStorage(store), limits, token)
        server = Server(
            uvicorn.Config(
                node.app(),
                http="h11",
                ws="websockets-sansio",
                ws_max_size=limits.body,
                limit_concurrency=limits.connections,
                timeout_keep_alive=_IDLE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                access_log=False,
                log_config=None,
                server_header=False,
                lifespan="on",
            )
        )
        task = asyncio.create_task(server.serve(sockets=sockets))
        try:
            ready = asyncio.create_task(server.ready.wait())
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            yield Served(chain, task)
        finally:
            server.should_exit = True
            await task
    finally:
        await asyncio.to_thread(chain.close)


@asynccontextmanager
async def until_stopped() -> AsyncIterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
