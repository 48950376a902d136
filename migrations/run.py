"""Brings a chain up to date: `python -m migrations.run --url localnet --keypair id.json`.

Every migration is asked what is left to do, in the order of its number; the plan is printed; with --yes (or
after a yes) it is carried out. A second run finds nothing to do.
"""

import argparse
import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain.deployment import EmbeddedDeployer, LoaderDeployer
from federity.chain.embedded import EmbeddedChain
from federity.chain.identity import NOBODY, code_hash, is_local
from federity.chain.program import packaged_program
from federity.chain.rpc import RpcChain
from federity.config import EMBEDDED, Config, resolve_url
from federity.errors import ConfigError, FederityError, WrongProgram
from federity.files import reading
from federity.keypairs import find
from federity.masking import shown_url
from federity.parsing import parse_shallow
from federity.program_in_use import claiming
from federity.wallet import Wallet
from migrations.plan import Context, Migration

IDL = Path(__file__).parents[1] / "protocol" / "idl.json"


def migrations() -> list[tuple[str, Migration]]:
    """All migrations by their file names, in the order of their numbers."""
    names = sorted(path.stem for path in (Path(__file__).parent / "versions").glob("[0-9]*.py"))
    return [(name, cast(Migration, importlib.import_module(f"migrations.versions.{name}"))) for name in names]


async def migrate(context: Context, *, act: bool) -> int:
    """Print what is left and, with `act`, do it; the number of steps, without those left to others.

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
                if step.act is not None:
                    await step.act()
        count += sum(step.act is not None for step in steps)
    return count


async def tell(context: Context) -> None:
    """Print the settings by which clients compare what is there now, as they are typed."""
    code = await context.deployer.deployed(context.program)
    if code is None or isinstance(context.deployer, EmbeddedDeployer):
        return
    holder = await context.deployer.holder(context.program) or NOBODY
    values = {"program": context.program, "program_hash": code_hash(code), "program_authority": holder}
    print("For clients:")
    for name, value in values.items():
        print(f"  federity config {name} {value}")


@asynccontextmanager
async def context(arguments: argparse.Namespace) -> AsyncIterator[Context]:
    """Open the chain that the command line means. Raises ConfigError, WalletError, ChainError."""
    config = Config.read()
    payer = find(arguments.keypair, None, config).read()
    key = Wallet.read(arguments.program_keypair) if arguments.program_keypair else None
    program = arguments.program or (key.pubkey if key else PROGRAM_ID)
    asked = (
        payer,
        config.cache,
        program,
        code_of(arguments.code, program),
        arguments.authority or "",
        idl_of(arguments.idl, program),
        tuple(arguments.development_keys),
    )
    url = resolve_url(arguments.url or config.url)
    if url != EMBEDDED and not is_local(url) and arguments.program is None:
        # Its key may be the one that everybody can make: who means it all the same says so.
        raise WrongProgram(
            f"On {shown_url(url)}, say at which address the program is to run.",
            hint=f"This package's program declares {PROGRAM_ID}: with --program {PROGRAM_ID} it is deployed "
            "there. The development address is anybody's, so a public deployment declares one of its own.",
        )
    with claiming(program):
        if url == EMBEDDED:
            async with await EmbeddedChain.open(config.chain, {}) as embedded:
                yield Context(embedded, EmbeddedDeployer(embedded), *asked)
            return
        async with await RpcChain.open(url) as rpc:
            yield Context(rpc, LoaderDeployer(rpc, payer, key), *asked)


def code_of(path: Path | None, program: Pubkey) -> bytes:
    """The code that shall run at an address: a file's, or the package's. Raises ConfigError."""
    if path is None:
        if program != PROGRAM_ID:
            raise ConfigError(
                f"The packaged program declares the address {PROGRAM_ID} and runs at no other.",
                hint=f"Build it with {program} declared, and name the file with --code.",
            )
        return packaged_program()
    with reading(path):
        code = path.read_bytes()
    if not code.startswith(b"\x7fELF"):
        raise ConfigError(f"{path} is no program: it is not an ELF file.")
    return code


def idl_of(path: Path | None, program: Pubkey) -> bytes:
    """The IDL in a file, as it is for a program of that address; empty without a file. Raises ConfigError."""
    if path is None:
        return b""
    with reading(path):
        data = path.read_bytes()
    try:
        found = parse_shallow(data)
    except ValueError as error:
        raise ConfigError(f"{path} is no IDL: {error}.") from error
    if not isinstance(found, dict) or not {"address", "instructions"} <= found.keys():
        raise ConfigError(f"{path} is no IDL: it has no address or no instructions.")
    return json.dumps({**found, "address": str(program)}, separators=(",", ":")).encode()


def idl(text: str) -> Path | None:
    """Parse which IDL is to be published."""
    return None if text == NOBODY else Path(text)


def address(text: str) -> Pubkey:
    """Parse an address. Raises ArgumentTypeError."""
    try:
        return Pubkey.from_string(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no address") from error


def authority(text: str) -> str:
    """Parse who shall be able to upgrade. Raises ArgumentTypeError."""
    return text if text == NOBODY else str(address(text))


def agreed() -> bool:
    """Ask the person at the terminal."""
    return input("Go ahead? [y/N] ").strip().lower() in ("y", "yes")


async def run(arguments: argparse.Namespace) -> int:
    """Plan, ask, act."""
    async with context(arguments) as opened:
        if not await migrate(opened, act=False):
            await tell(opened)
            return 0
        if not arguments.yes and not await asyncio.to_thread(agreed):
            return 1
        await migrate(opened, act=True)
        await tell(opened)
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
        "--development-keys", type=int, nargs="+", default=[], metavar="N", help="unit sizes to have keys for"
    )
    parser.add_argument(
        "--program",
        type=address,
        metavar="ADDRESS",
        help="where the program is to run: needed off this machine",
    )
    parser.add_argument("--code", type=Path, help="the program's ELF file (default: the packaged program)")
    parser.add_argument(
        "--idl",
        type=idl,
        default=IDL,
        metavar="FILE",
        help="the program's IDL, which is published (default: this checkout's); none: publish none",
    )
    parser.add_argument(
        "--authority",
        type=authority,
        metavar="ADDRESS",
        help="who alone may upgrade it in the end, such as a multisig's vault; none: nobody",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    try:
        return asyncio.run(run(parser.parse_args()))
    except FederityError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
