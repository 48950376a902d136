"""`federity`: parses the words of one command, runs it, and ends with its exit code."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from federity.cli.commands import Commands
from federity.cli.invocation import Invocation
from federity.cli.options import common, parse
from federity.cli.output import Console, Result
from federity.cli.parser import Parser, Usage
from federity.cli.refused import Refused
from federity.failures import Failure, debugging

EPILOGUE = """\
exit codes: 0 success, 2 wrong usage, 130 interrupted; others in docs/guides/quickstart.md.
FEDERITY_DEBUG=1 shows tracebacks."""


def build() -> Parser:
    """The whole parser. It makes a command when it is asked for, which imports what it needs when it runs."""
    parser = Parser(
        prog="federity",
        description="Version control for machine-learning models on Solana.",
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common()],
    )
    parser.add_argument("--version", action=Version)
    parser.add_subparsers(title="commands", metavar="COMMAND", required=False, action=Commands)
    return parser


class Version(argparse.Action):
    """`--version`: reads the installed version only when asked."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        """Take no argument."""
        super().__init__(option_strings, dest, nargs=0, help="show the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and exit."""
        from federity.cli.help import version_text

        print(version_text())
        parser.exit()


def complete(invocation: Invocation) -> Result:
    """Run the command: at once, or in an event loop of its own."""
    outcome = invocation.args.run(invocation)
    if isinstance(outcome, Result):
        return outcome
    import asyncio

    result: Result = asyncio.run(outcome)
    return result


def enter(directory: Path) -> None:
    """Go to the folder that `-C` names. Raises Refused."""
    try:
        os.chdir(directory)
    except OSError as cause:
        reason = os.strerror(cause.errno).lower() if cause.errno else str(cause)
        raise Refused(f"the command cannot run in {directory}: {reason}") from cause


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Raises SystemExit for `--help` and `--version`."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = build()
    try:
        args = parse(parser, words)
        if not hasattr(args, "run"):
            raise Usage("name a command", parser.format_help())
    except Usage as error:
        return misused(error, words)
    console = Console(json=args.json, verbose=args.verbose > 0, show_progress=args.progress)
    try:
        if args.dry_run and not args.prices:
            raise Refused("this command has no --dry-run: it costs nothing")
        enter(args.directory)
        with console.warnings():
            result = complete(Invocation(args, console))
        if not result.told:
            console.result(result)
        return result.exit_code
    except BrokenPipeError:
        # The reader (`| head`) has gone: not an error, but Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (Exception, KeyboardInterrupt) as error:
        return failed(error, console)


def failed(error: BaseException, console: Console) -> int:
    """Say what went wrong and return its exit code."""
    if debugging():
        traceback.print_exception(error)
    failure = Failure.of(error)
    console.failure(failure.sentence, name=failure.name, exit_code=failure.exit_code)
    return failure.exit_code


def misused(error: Usage, words: list[str]) -> int:
    """Say how the words of a command would fit; they were not understood, but they may ask for JSON."""
    before = words[: words.index("--")] if "--" in words else words
    print(error.usage, end="", file=sys.stderr)
    return failed(error, Console(json=any(len(word) > 2 and "--json".startswith(word) for word in before)))


if __name__ == "__main__":
    sys.exit(main())
