"""Options that every command understands, before or after its name."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from federity.cli.commands import COMMANDS
from federity.cli.parser import Parser
from federity.cluster_settings import COMMITMENTS

if TYPE_CHECKING:
    from federity.cli.invocation import Invocation
    from federity.cli.output import Result

Subparsers: TypeAlias = "argparse._SubParsersAction[Parser]"

DEFAULTS: dict[str, object] = {
    "json": False,
    "url": None,
    "keypair": None,
    "fee_payer": None,
    "commitment": None,
    "program": None,
    "yes": False,
    "dry_run": False,
    "directory": Path(),
    "verbose": 0,
    "progress": None,
}


def common() -> Parser:
    """The parent parser of the program and of each command.

    Nothing has a default here: a default of the command would overwrite what stood before its name. The
    defaults are `DEFAULTS`, applied once by `parse`.
    """
    parser = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = parser.add_argument_group("common options")
    group.add_argument("--json", action="store_true", help="print one JSON document on standard output")
    group.add_argument(
        "-u",
        "--url",
        metavar="URL",
        help="chain: embedded, localhost, devnet, testnet, mainnet-beta or a URL",
    )
    group.add_argument("-k", "--keypair", type=Path, metavar="FILE", help="wallet, a Solana keypair file")
    group.add_argument("--fee-payer", type=Path, metavar="FILE", help="keypair that pays fees and rent")
    group.add_argument("--commitment", choices=COMMITMENTS, help="how sure a cluster's blocks must be")
    group.add_argument("--program", metavar="ADDRESS", help="the program's address on a cluster")
    group.add_argument("-y", "--yes", action="store_true", help="pay without asking")
    group.add_argument(
        "--dry-run", action="store_true", help="say what would happen and what it costs; change nothing"
    )
    group.add_argument("-C", dest="directory", type=Path, metavar="DIR", help="run as if started in DIR")
    group.add_argument("-v", "--verbose", action="count", help="say more on standard error")
    group.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="show progress also where there is no terminal",
    )
    return parser


def parse(parser: Parser, argv: list[str] | None) -> argparse.Namespace:
    """Parse and fill in `DEFAULTS`. Raises Usage."""
    arguments = parser.parse_args(argv)
    for name, value in DEFAULTS.items():
        if not hasattr(arguments, name):
            setattr(arguments, name, value)
    return arguments


def offline(parser: argparse.ArgumentParser) -> None:
    """Add what a verb takes that can wait for a push."""
    parser.add_argument(
        "--offline",
        action="store_true",
        help="ask no chain: work it out on what was fetched, and let it wait for the next push",
    )


def whole(text: str) -> int:
    """Parse a number that counts something: 0 or more. Raises ArgumentTypeError."""
    if not text.isdecimal() or len(text) > 18:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def command(
    subparsers: Subparsers,
    name: str,
    run: Callable[[Invocation], object] | None,
    summary: str | None = None,
    *,
    prices: bool = False,
    **settings: object,
) -> Parser:
    """Add the command `name`; `run` is called with the invocation and returns (a coroutine of) a `Result`.

    A verb of a command says its `summary`; that of a command is in `COMMANDS`. One that `prices` can say what
    it would do and cost; the others refuse `--dry-run`.
    """
    summary = COMMANDS[name][1] if summary is None else summary
    parser = subparsers.add_parser(
        name, help=summary, description=summary[:1].upper() + summary[1:] + ".", parents=[common()]
    )
    if run is not None:
        parser.set_defaults(run=run)
    parser.set_defaults(prices=prices, typed=parser.prog, **settings)
    return parser


def group(parser: Parser, metavar: str, *, required: bool) -> Subparsers:
    """Subcommands of `parser`."""
    return parser.add_subparsers(title="commands", metavar=metavar, required=required)


__all__ = ["DEFAULTS", "Result", "Subparsers", "command", "common", "group", "offline", "parse", "whole"]
