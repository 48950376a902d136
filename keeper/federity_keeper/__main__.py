"""`federity-keeper`: run a keeper until it is stopped, or once, or look whether it could."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from federity.errors import ChainUnavailable, FileUnavailable, StorageFull
from federity.failures import Failure, debugging
from federity.progress import listening, silent
from federity_keeper.config import MOST_PATIENCE, Config
from federity_keeper.events import Log
from federity_keeper.health import Health
from federity_keeper.service import open_keeper, pause

Verb = Callable[[Config, Log], Coroutine[Any, Any, int]]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, an error's own (see `federity.errors`), or 2 for wrong
    usage.
    """
    arguments = _parser().parse_args(argv)
    log = Log(json=arguments.json)
    try:
        config = Config.read(arguments.config).override(arguments.url, arguments.keypair)
        verb: Verb = arguments.verb
        return asyncio.run(_quietly(verb(config, log)))
    except (Exception, KeyboardInterrupt) as error:
        if debugging():
            traceback.print_exception(error)
        failure = Failure.of(error)
        log.write("failed", error=failure.name, message=failure.sentence)
        return failure.exit_code


async def _quietly(running: Coroutine[Any, Any, int]) -> int:
    """Run a verb without progress lines between those of its log, also at a terminal."""
    with listening(silent):
        return await running


async def _once(config: Config, log: Log) -> int:
    async with open_keeper(config, log) as keeper:
        await keeper.once()
    return 0


async def _run(config: Config, log: Log) -> int:
    failures = 0
    while True:
        try:
            async with open_keeper(config, log) as keeper:
                stop = asyncio.Event()
                loop = asyncio.get_running_loop()
                for number in (signal.SIGINT, signal.SIGTERM):
                    loop.add_signal_handler(number, stop.set)
                log.write(
                    "started",
                    version=version("federity-keeper"),
                    repository=config.repository,
                    branch=config.branch,
                    pid=os.getpid(),
                )
                await keeper.run(stop)
                log.write("stopped")
                return 0
        except StorageFull:
            raise
        except (ChainUnavailable, FileUnavailable) as error:
            # Only while it opens: a keeper that runs waits by itself.
            log.write("error", error=type(error).__name__, message=error.sentence, hint=error.hint)
            failures += 1
            await asyncio.sleep(pause(config.interval, failures))


async def _alive(config: Config, log: Log) -> int:
    found = Health.newest(config.state / "health")
    age = None if found is None else round(time.time() - cast(float, found["time"]))
    ready = found is not None and found.get("ready") is True
    alive = ready and age is not None and age <= 2 * MOST_PATIENCE
    error = "" if found is None else found.get("error")
    log.write("alive" if alive else "not_alive", seconds_ago=age, ready=ready, error=error)
    return 0 if alive else 1


async def _check(config: Config, log: Log) -> int:
    code = 0
    async with open_keeper(config, log) as keeper:
        for finding in await keeper.check():
            log.write("check", subject=finding.subject, found=finding.found, ok=finding.error is None)
            if finding.error is not None:
                error = finding.error
                log.write("not_ready", error=type(error).__name__, message=error.sentence, hint=error.hint)
                code = code or error.exit_code
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="federity-keeper", description="Check, measure and merge the updates of a Federity repository."
    )
    parser.add_argument(
        "--version", action="version", version=f"federity-keeper {version('federity-keeper')}"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    run = commands.add_parser("run", help="look, plan and act until stopped", parents=[_settings()])
    run.set_defaults(verb=_run)
    run.add_argument(
        "--once",
        action="store_const",
        dest="verb",
        const=_once,
        help="do what there is to do, then end",
    )
    check = commands.add_parser(
        "check",
        help="look at settings, branch, role, balance and evaluator; changes nothing on the chain",
        parents=[_settings()],
    )
    check.set_defaults(verb=_check)
    alive = commands.add_parser(
        "alive",
        help="whether a running keeper is ready and has looked lately, by its health file (for supervisors)",
        parents=[_settings()],
    )
    alive.set_defaults(verb=_alive)
    return parser


def _settings() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--config", type=Path, default=Path("keeper.toml"), help="settings (default: keeper.toml)"
    )
    parser.add_argument("--json", action="store_true", help="log one JSON object a line on stdout")
    parser.add_argument("-u", "--url", help="embedded, a Solana moniker or a URL")
    parser.add_argument("-k", "--keypair", type=Path, help="the keeper's keypair file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
