"""`federity node`: a Solana node over the embedded chain, for a team and for Solana's own tools."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
from typing import Any

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, whole
from federity.cli.output import Result, fields
from federity.cli.refused import Refused
from federity.errors import ConfigError


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "node", run)
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="where to listen (default: this machine only); elsewhere writing needs the token that is shown",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=8899,
        metavar="N",
        help="for JSON-RPC and blobs; WebSockets are at the next one too (default: 8899)",
    )
    parser.add_argument(
        "--rate",
        type=whole,
        metavar="N",
        help="requests a second from one address (default: any number here, 200 elsewhere; 0: any number)",
    )
    parser.add_argument("--connections", type=whole, metavar="N", help="at once (default: 2048)")
    parser.add_argument("--blob-bytes", type=whole, metavar="N", help="of one blob, at most (default: 8 GiB)")


def _port(text: str) -> int:
    """Parse a port whose next one is a port too; 0 lets the system choose. Raises ArgumentTypeError."""
    if not text.isdecimal() or len(text) > 5 or int(text) > 65534:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 0 to 65534")
    return int(text)


async def run(invocation: Invocation) -> Result:
    """Serve until Ctrl-C or SIGTERM."""
    from federity.config import EMBEDDED, Config

    args = invocation.args
    if args.url not in (None, EMBEDDED):
        raise Refused("a node serves the embedded chain of this machine: leave --url away")
    if importlib.util.find_spec("federity_node") is None:
        raise ConfigError("The node is not installed.", hint="pip install 'federity[node]' brings it.")
    # Another distribution, found by name: nothing here depends on it.
    node: Any = importlib.import_module("federity_node.command")
    limits = node.limits_of(args.host, args.rate, args.connections, args.blob_bytes)

    def on_start(started: Any) -> None:
        invocation.console.result(_shown(started))

    await node.serve(Config.read(), args.host, args.port, limits, on_start)
    return Result({}, "", told=True)


def _shown(started: Any) -> Result:
    document = {
        "url": started.rpc,
        "websocket": started.websocket,
        "blobs": started.blobs,
        "chain": str(started.chain),
        "genesis": started.genesis,
        "token": started.token,
    }
    shown = [(name, value) for name, value in document.items() if value is not None]
    return Result(document, fields(shown))
