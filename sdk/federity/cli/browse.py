"""`federity browse`: the explorer of the chain at hand, open at the repository at hand."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import webbrowser
from typing import Any

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result, fields
from federity.errors import ConfigError


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "browse", run)
    parser.add_argument(
        "--port",
        type=_port,
        default=0,
        metavar="N",
        help="where this machine's browser finds it (default: any that is free)",
    )


def _port(text: str) -> int:
    """Parse a port; 0 lets the system choose. Raises ArgumentTypeError."""
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port from 0 to 65535")
    return int(text)


async def run(invocation: Invocation) -> Result:
    """Serve this machine until Ctrl-C or SIGTERM; outside of a working copy, the whole chain."""
    from federity.config import Config

    if importlib.util.find_spec("federity_explorer") is None:
        raise ConfigError(
            "The explorer is not installed.", hint="pip install 'federity[explorer]' brings it."
        )
    # Another distribution, found by name: nothing here depends on it.
    explorer: Any = importlib.import_module("federity_explorer.command")
    config, here = Config.read(), invocation.here()
    path = f"/r/{here.repository}" if here is not None and here.repository else "/"
    url = invocation.args.url or (here.url if here is not None else config.url)

    def on_start(started: Any) -> None:
        address = f"{started.url}{path}"
        document = {"url": address, "index": str(started.index)}
        invocation.console.result(Result(document, fields(document.items())))
        if sys.stdout.isatty() and not invocation.args.json:
            webbrowser.open(address)

    host = "127.0.0.1"
    await explorer.serve(config, url, host, invocation.args.port, explorer.settings_of(host), on_start)
    return Result({}, "", told=True)
