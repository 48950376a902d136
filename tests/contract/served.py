"""The real node (`federity node`) in this process, on free local ports."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from federity_node.limits import Limits
from federity_node.server import listening, serving


@dataclass(frozen=True)
class Served:
    """Where a node listens."""

    url: str
    websocket: str


def port(opened: socket.socket) -> int:
    return int(opened.getsockname()[1])


@asynccontextmanager
async def served(
    folder: Path, limits: Limits | None = None, token: str | None = None
) -> AsyncIterator[Served]:
    """Serve the chain and the store under a folder."""
    sockets = listening("127.0.0.1", 0)
    try:
        async with serving(folder / "chain", folder / "store", sockets, limits, token):
            first, second = map(port, sockets)
            yield Served(f"http://127.0.0.1:{first}", f"ws://127.0.0.1:{second}")
    finally:
        for opened in sockets:
            opened.close()
