"""`federity-keeper`: run a keeper until it is stopped, or once."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from federity.errors import FederityError
from federity_keeper.config import Config
from federity_keeper.events import Log
from federity_keeper.service import open_keeper


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, an error's own (see `federity.errors`), or 2 for wrong
    usage.
    """
    arguments = _parser().parse_args(argv)
    log = Log(json=arguments.json)
    try:
        config = Config.read(arguments.config).override(arguments.url, arguments.keypair)
        asyncio.run(_run(config, log, arguments.once))
    except FederityError as error:
        log.write("failed", error=type(error).__name__, message=str(error), hint=error.hint)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


async def _run(config: Config, log: Log, once: bool) -> None:
    async with open_keeper(config, log) as keeper:
        if once:
            await keeper.once()
            return
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        log.write("started", repository=config.repository, branch=config.branch)
        await keeper.run(stop)
        log.write("stopped")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="federity-keeper", description="Check, measure and merge the updates of a Federity repository."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    run = commands.add_parser("run", help="look, plan and act until stopped")
    run.add_argument(
        "--config", type=Path, default=Path("keeper.toml"), help="settings (default: keeper.toml)"
    )
    run.add_argument("--once", action="store_true", help="do what there is to do, then end")
    run.add_argument("--json", action="store_true", help="log one JSON object a line on stdout")
    run.add_argument("-u", "--url", help="embedded, a Solana moniker or a URL")
    run.add_argument("-k", "--keypair", type=Path, help="the keeper's keypair file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
