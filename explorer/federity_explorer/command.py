"""`federity-explorer`: serve the explorer of a chain until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from federity.config import Config
from federity.errors import ChainUnavailable, ConfigError
from federity.failures import Failure, debugging
from federity.masking import shown_url
from federity_explorer.guarding import Limits
from federity_explorer.server import Settings, listening, running
from federity_node.limits import is_loopback
from federity_node.server import until_stopped

__all__ = ["PORT", "Started", "main", "serve", "settings_of"]

PORT = 8710


@dataclass(frozen=True)
class Started:
    """An explorer that listens at `url`, over an index file."""

    url: str
    index: Path


async def serve(
    config: Config, url: str, host: str, port: int, settings: Settings, on_start: Callable[[Started], None]
) -> None:
    """Serve until SIGINT or SIGTERM. `on_start` hears where, once everything so far is in the index.

    Raises ConfigError, FileUnavailable, ChainDamaged, ChainUnavailable.
    """
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with listening(host, port) as listener:
        async with until_stopped() as stop, running(config, url, listener, settings) as explorer:
            stopping = asyncio.create_task(stop.wait())
            caught_up = asyncio.create_task(explorer.caught_up.wait())
            await asyncio.wait({stopping, caught_up, explorer.task}, return_when=asyncio.FIRST_COMPLETED)
            if caught_up.done():
                on_start(Started(explorer.url, explorer.index))
            await asyncio.wait({stopping, explorer.task}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            caught_up.cancel()
            if not stop.is_set():
                raise ChainUnavailable("The explorer stopped by itself.")


def settings_of(
    host: str,
    *,
    index: Path | None = None,
    public_url: str = "",
    proxy: str = "",
    rate: float | None = None,
    interval: float | None = None,
) -> Settings:
    """The settings that were asked for; else those of a machine of one's own, or of one that others reach.

    Raises ConfigError.
    """
    usual = 0.0 if is_loopback(host) and not proxy else Limits().rate
    found = usual if rate is None else rate
    pause = (1.0 if is_loopback(host) else 5.0) if interval is None else interval
    if not 0 <= found <= 1e6:
        raise ConfigError("An explorer takes up to 1000000 requests a second, 0 for any number.")
    if not 0.1 <= pause <= 3600:
        raise ConfigError("An explorer looks at the chain every 0.1 to 3600 seconds.")
    if public_url:
        parts = urlsplit(public_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ConfigError(f"'{shown_url(public_url)}' is no URL under which readers reach an explorer.")
    return Settings(index, public_url.rstrip("/"), proxy, pause, Limits(rate=found))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="federity-explorer", description=__doc__)
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    run = verbs.add_parser("run", help="serve the explorer until stopped")
    run.add_argument(
        "-u", "--url", help="embedded, a Solana moniker or a node's URL (default: the settings')"
    )
    run.add_argument(
        "--home", type=Path, metavar="DIR", help="settings, chain and store (default: FEDERITY_HOME)"
    )
    run.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (default: this machine)"
    )
    run.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"at which port (default: {PORT}; 0: any)"
    )
    run.add_argument("--index", type=Path, metavar="FILE", help="the index (default: under the settings)")
    run.add_argument(
        "--public-url", default="", metavar="URL", help="how readers reach it, for feeds and links"
    )
    run.add_argument(
        "--proxy", default="", metavar="ADDRESS", help="a proxy whose X-Forwarded-For is believed"
    )
    run.add_argument(
        "--rate", type=float, metavar="N", help="requests a second from one address (0: any number)"
    )
    run.add_argument("--interval", type=float, metavar="SECONDS", help="between two looks at the chain")
    run.add_argument("--json", action="store_true", help="say where it listens as JSON")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; its exit code: 0, an error's own (see `federity.errors`), or 2 for wrong usage."""
    args = _parser().parse_args(argv)

    def on_start(started: Started) -> None:
        document = {"url": started.url, "index": str(started.index)}
        lines = [f"{name + ':':<8}{value}" for name, value in document.items()]
        print(json.dumps(document) if args.json else "\n".join(lines), flush=True)

    try:
        config = Config.read(args.home)
        settings = settings_of(
            args.host,
            index=args.index,
            public_url=args.public_url,
            proxy=args.proxy,
            rate=args.rate,
            interval=args.interval,
        )
        asyncio.run(serve(config, args.url or config.url, args.host, args.port, settings, on_start))
    except (Exception, KeyboardInterrupt) as error:
        if debugging():
            traceback.print_exception(error)
        failure = Failure.of(error)
        print(f"federity-explorer: {failure.sentence}", file=sys.stderr)
        return failure.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
