"""Brings a chain up to date: `python -m migrations.run --url localnet --keypair id.json`.

Every migration is asked what is left to do, in the order of its number; the plan is printed; with --yes (or
after a yes) it is carried out. A second run finds nothing to do.
"""

import argparse
import asyncio
import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from federity._generated.program import PROGRAM_ID
from federity.chain.deployment import EmbeddedDeployer, LoaderDeployer
from federity.chain.embedded import EmbeddedChain
from federity.chain.identity import is_local
from federity.chain.rpc import RpcChain
from federity.config import EMBEDDED, Config, resolve_url
from federity.errors import FederityError, WrongProgram
from federity.keypairs import find
from federity.masking import shown_url
from federity.wallet import Wallet
from migrations.plan import Context, Migration


def migrations() -> list[tuple[str, Migration]]:
    """All migrations by their file names, in the order of their numbers."""
    names = sorted(path.stem for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))
    return [(name, cast(Migration, importlib.import_module(f"migrations.versions.{name}"))) for name in names]


async def migrate(context: Context, *, act: bool) -> int:
    """Print what is left and, with `act`, do it; the number of steps.

    A later migration may need an earlier one's result, so each is planned when its predecessors are done;
    without `act`, all are planned on the chain as it is.
    """
    count = 0
    for name, migration in migrations():
        steps = await migration.plan(context)
        print(f"{name}: {f'{len(steps)} to do' if steps else 'nothing to do'}")
        for step in steps:
            print(f"  {step.sentence}")
        if act:
            for step in steps:
                await step.act()
        count += len(steps)
    return count


@asynccontextmanager
async def context(arguments: argparse.Namespace) -> AsyncIterator[Context]:
    """Open the chain that the command line means. Raises ConfigError, WalletError, ChainError."""
    config = Config.read()
    payer = find(arguments.keypair, None, config).read()
    keys = tuple(arguments.development_keys)
    url = resolve_url(arguments.url or config.url)
    if url == EMBEDDED:
        async with await EmbeddedChain.open(config.chain, {}) as embedded:
            yield Context(embedded, EmbeddedDeployer(embedded), payer, config.cache, keys)
        return
    if not is_local(url) and arguments.program != str(PROGRAM_ID):
        # Its key may be the one that everybody can make: who means it all the same says so.
        raise WrongProgram(
            f"On {shown_url(url)}, say at which address the program is to run.",
            hint=f"This package's program declares {PROGRAM_ID}: with --program {PROGRAM_ID} it is deployed "
            "there. The development address is anybody's, so a public deployment declares one of its own.",
        )
    program_key = Wallet.read(arguments.program_keypair) if arguments.program_keypair else None
    async with await RpcChain.open(url) as rpc:
        yield Context(rpc, LoaderDeployer(rpc, payer, program_key), payer, config.cache, keys)


def agreed() -> bool:
    """Ask the person at the terminal."""
    return input("Go ahead? [y/N] ").strip().lower() in ("y", "yes")


async def run(arguments: argparse.Namespace) -> int:
    """Plan, ask, act."""
    async with context(arguments) as opened:
        if not await migrate(opened, act=False):
            return 0
        if not arguments.yes and not await asyncio.to_thread(agreed):
            return 1
        await migrate(opened, act=True)
    return 0


def main() -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(
        prog="python -m migrations.run", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("-u", "--url", help="embedded, a moniker or a URL (default: the configured one)")
    parser.add_argument("-k", "--keypair", type=Path, help="who pays and may upgrade the program")
    parser.add_argument(
        "--program-keypair", type=Path, help="the program address's key (first deployment only)"
    )
    parser.add_argument(
        "--program", metavar="ADDRESS", help="where the program is to run: needed off this machine"
    )
    parser.add_argument(
        "--development-keys", type=int, nargs="+", default=[], metavar="N", help="unit sizes to have keys for"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    try:
        return asyncio.run(run(parser.parse_args()))
    except FederityError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
