"""`federity demo`: the main job with real digits, wallets, proofs and merges, on a chain of its own."""

from __future__ import annotations

from federity.cli.invocation import Invocation
from federity.cli.options import Subparsers, command
from federity.cli.output import Result


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = command(
        subparsers, "demo", run, "three contributors train on digits, prove, and merge for three rounds"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of data split and training (default: 0)"
    )


async def run(invocation: Invocation) -> Result:
    """Run the demo."""
    raise NotImplementedError(invocation)
