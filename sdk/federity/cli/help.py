"""`federity help` and `federity version`."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result
from federity.cli.parser import Usage, unknown, verbs


def register(subparsers: Subparsers) -> None:
    """Add both commands."""
    parser = command(subparsers, "help", run_help)
    parser.add_argument(
        "command", nargs="*", metavar="COMMAND", help="such as `branch create` (default: all commands)"
    )
    command(subparsers, "version", run_version)


def run_help(invocation: Invocation) -> Result:
    """The help of the program, a command or a verb. Raises Usage."""
    from federity.cli.main import build

    parser = build()
    for word in invocation.args.command:
        known = verbs(parser)
        if word not in known:
            raise Usage(unknown(word, parser.prog, known) if known else f"`{parser.prog}` has no verbs")
        parser = known[word]
    text = parser.format_help().rstrip()
    return Result({"help": text}, text)


def run_version(_: Invocation) -> Result:
    """The installed version."""
    import federity

    return Result({"version": federity.__version__}, version_text())


def version_text() -> str:
    """The program and its version, read only when asked for."""
    import federity

    return f"federity {federity.__version__}"
