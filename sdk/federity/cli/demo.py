"""`federity demo`: the main job with real digits, wallets, proofs and merges, on a chain of its own."""

from __future__ import annotations

import importlib.util
import shlex
from pathlib import Path

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command, whole
from federity.cli.output import Result
from federity.errors import ConfigError

NEEDED = {"torch": "torch", "sklearn": "scikit-learn", "federity_keeper": "federity-keeper"}


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(subparsers, "demo", run)
    parser.add_argument(
        "--seed", type=whole, default=0, metavar="N", help="seed of data split and training (default: 0)"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="leave chain, store, wallets and working copies there, to look at",
    )


async def run(invocation: Invocation) -> Result:
    """Run the demo in a folder of its own; the user's wallets and settings are left alone, and so is the
    chain unless `--url` names one.
    """
    missing = [name for module, name in NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise ConfigError(
            f"The demo needs {', '.join(missing)}.",
            hint="pip install 'federity[demo]' brings it; in a checkout, `make setup` does.",
        )
    from federity.config import EMBEDDED
    from federity.demo.run import run as perform
    from federity.demo.table import table

    outcome = await perform(
        invocation.args.seed,
        lambda party, doing: invocation.console.step(f"{party}: {doing}"),
        invocation.args.url or EMBEDDED,
        invocation.on_progress,
        invocation.args.keep,
    )
    return Result(outcome.to_json(), table(outcome) + _kept(invocation))


def _kept(invocation: Invocation) -> str:
    """How to look at what was left, where something was."""
    folder = invocation.args.keep
    if folder is None:
        return ""
    home = shlex.quote(str(folder.absolute() / "home"))
    return f"\n\nto see it in a browser: FEDERITY_HOME={home} federity-explorer run"
