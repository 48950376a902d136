"""What `federity node` does: serve the user's embedded chain and store until it is told to stop."""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from solders.hash import Hash

from federity.config import Config
from federity.errors import ChainUnavailable, ConfigError
from federity_node.limits import Limits, is_loopback
from federity_node.server import listening, serving, until_stopped
from federity_node.token import token_in

__all__ = ["Started", "limits_of", "serve"]


@dataclass(frozen=True)
class Started:
    """A node that listens. `token` is None where all may write."""

    rpc: str
    websocket: str
    blobs: str
    chain: Path
    genesis: str
    token: str | None


async def serve(
    config: Config, host: str, port: int, limits: Limits, on_start: Callable[[Started], None]
) -> None:
    """Serve until SIGINT or SIGTERM. Raises ConfigError, ChainDamaged, ChainUnavailable, StorageFull."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    here = is_loopback(host)
    token = None if here else token_in(config.home / "node" / "token")
    sockets = listening(host, port)
    try:
        async with (
            until_stopped() as stop,
            serving(config.chain, config.store, sockets, limits, token) as server,
        ):
            genesis = await server.chain.read(lambda view: str(Hash(view.ledger.genesis)))
            on_start(_started(host, sockets, config.chain, genesis, token))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({server.task, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if not stop.is_set():
                raise ChainUnavailable("The node stopped by itself.")
    finally:
        for opened in sockets:
            opened.close()


def _started(
    host: str, sockets: list[socket.socket], chain: Path, genesis: str, token: str | None
) -> Started:
    name = socket.gethostname() if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    name = f"[{name}]" if ":" in name else name
    rpc, websocket = (opened.getsockname()[1] for opened in sockets)
    url = f"http://{name}:{rpc}"
    return Started(url, f"ws://{name}:{websocket}", f"{url}/blobs", chain, genesis, token)


def limits_of(host: str, rate: float | None, connections: int | None, blob: int | None) -> Limits:
    """The limits that were asked for; else those of a machine of one's own, or of one that others reach.

    Raises ConfigError.
    """
    usual = Limits() if is_loopback(host) else Limits(rate=200.0)
    found = Limits(
        blob=usual.blob if blob is None else blob,
        connections=usual.connections if connections is None else connections,
        rate=usual.rate if rate is None else rate,
    )
    if found.connections < 1 or found.blob < 1 or not 0 <= found.rate <= 1e6:
        raise ConfigError(
            "A node takes at least one connection and blobs of one byte, and up to 1000000 requests a second."
        )
    return found
