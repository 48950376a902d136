"""An explorer that runs: its index, its tasks, and the port it listens at."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from solders.hash import Hash
from starlette.types import ASGIApp

import federity
from federity._generated.program import program_id
from federity.config import EMBEDDED, Config
from federity.errors import ConfigError
from federity.files import private_folder, writing
from federity.masking import shown_url
from federity.session import Session
from federity.storage.directory import DirectoryStorage
from federity_explorer.app import Explorer
from federity_explorer.following import follow, listen
from federity_explorer.guarding import Limits
from federity_explorer.index.follower import Follower
from federity_explorer.index.store import Store
from federity_explorer.read.database import Database
from federity_explorer.read.links import Links
from federity_explorer.site import Site
from federity_explorer.words import Words
from federity_node.app import Node
from federity_node.chain import Chain
from federity_node.limits import Limits as NodeLimits
from federity_node.server import Server

__all__ = ["Running", "Settings", "listening", "running"]

_GRACE_SECONDS = 5
_WORDS_SECONDS = 1.0


@dataclass(frozen=True)
class Settings:
    """How an explorer runs. `index` is where its file is (None: under the user's settings); `public_url` how
    readers reach it; `proxy` whose word on a client's address is believed; `interval` seconds between looks.
    """

    index: Path | None = None
    public_url: str = ""
    proxy: str = ""
    interval: float = 1.0
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Running:
    """An explorer that listens. `caught_up` is set once the index has come to the chain's end."""

    url: str
    index: Path
    task: asyncio.Task[None]
    caught_up: asyncio.Event


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0: any. Raises ConfigError when it cannot be had."""
    made: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(512)
    except (OSError, OverflowError) as error:
        if made is not None:
            made.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            f"The explorer cannot listen at {host}, port {port}: {reason}.",
            hint="Name others with --host and --port.",
        ) from error
    return made


@asynccontextmanager
async def running(
    config: Config, url: str, listener: socket.socket, settings: Settings
) -> AsyncIterator[Running]:
    """Follow the chain at `url` and answer at the socket until the end of the block.

    Raises ConfigError, FileUnavailable, ChainUnavailable, ChainDamaged.
    """
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    own = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else shown}:{port}"  # noqa: S104
    public = settings.public_url or own
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(federity.connect(url, home=config.home))
        genesis = Hash(await session.chain.genesis_hash())
        path = settings.index or _path(config, genesis)
        stack.enter_context(_alone(path))
        store, words = Store(path), Store(path)
        stack.callback(words.close)
        stack.callback(store.close)
        database = Database(path)
        stack.callback(database.close)
        embedded = session.url == EMBEDDED
        rpc = await _rpc(config, settings, stack) if embedded else None
        site = Site(
            database=database,
            links=Links(str(genesis), f"{public}/rpc/" if embedded else _told(session)),
            cluster="the embedded chain" if embedded else shown_url(session.url),
            public_url=public,
            largest=settings.limits.elements,
        )
        explorer = Explorer(site, session, settings.limits, rpc)
        caught_up = asyncio.Event()

        def on_trouble(sentence: str) -> None:
            explorer.trouble = sentence
            if not sentence:
                caught_up.set()

        for work in (
            follow(Follower(session.chain, store), settings.interval, on_trouble),
            listen(Words(words, session.storage, settings.limits.blob), _WORDS_SECONDS),
        ):
            stack.push_async_callback(_ended, asyncio.create_task(work))
        server = Server(_uvicorn(explorer.app(), settings))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            ready = asyncio.create_task(server.ready.wait())
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            yield Running(public, path, task, caught_up)
        finally:
            server.should_exit = True
            await task


def _uvicorn(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        limit_concurrency=settings.limits.connections,
        proxy_headers=bool(settings.proxy),
        forwarded_allow_ips=settings.proxy or None,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        access_log=False,
        log_config=None,
        server_header=False,
        lifespan="off",
    )


async def _rpc(config: Config, settings: Settings, stack: AsyncExitStack) -> ASGIApp:
    """The embedded chain for readers' browsers, read-only: nobody has the token that writing needs."""
    chain = await Chain.open(config.chain)
    stack.push_async_callback(asyncio.to_thread, chain.close)
    limits = NodeLimits(rate=settings.limits.rate and 10 * settings.limits.rate, subscriptions=4)
    node = Node(chain, DirectoryStorage(config.store), limits, secrets.token_urlsafe(32))
    stack.push_async_callback(node.feed.close)
    return node.app()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _told(session: Session) -> str:
    """The node's URL if it holds no secret; else none is told."""
    return session.url if shown_url(session.url) == session.url else ""


def _path(config: Config, genesis: Hash) -> Path:
    """An index of one chain and one program: another chain's is another file."""
    return config.home / "explorer" / f"{bytes(genesis).hex()[:16]}-{str(program_id())[:12]}.sqlite3"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the index. Raises ConfigError while another explorer does, FileUnavailable."""
    private_folder(path.parent)
    lock = path.with_name(f"{path.name}.lock")
    with writing(lock):
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(
                f"Another explorer keeps the index {path} now.",
                hint="Use that one, or name another file with --index.",
            ) from error
        yield
    finally:
        os.close(handle)
