"""Starts a real local validator, deploys by the migrations, and runs a command against it.

Usage: python -m contract.cluster VALIDATOR COMMAND [ARGUMENT ...]

The command finds the node's URL in FEDERITY_TEST_RPC, and the validator in FEDERITY_TEST_VALIDATOR for who
stops and starts one of their own. The ledger is temporary and the node listens on 127.0.0.1 only.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from federity.wallet import Wallet
from support.validator import Validator, earlier_program

ROOT = Path(__file__).resolve().parents[2]
LAMPORTS = 100_000_000_000
PORT = 8899


def main(binary: str, command: list[str]) -> int:
    """Start, deploy, run, stop; the command's exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wallet = Wallet.create(folder / "id.json")
        node = Validator(binary, folder, earlier_program(folder), wallet.pubkey, PORT)

        async def begin() -> None:
            await node.start()
            await node.fund(wallet, LAMPORTS)

        try:
            asyncio.run(begin())
            migrate = [sys.executable, "-m", "migrations.run", "--url", node.url, "--yes"]
            subprocess.run([*migrate, "--keypair", str(wallet.path)], cwd=ROOT, check=True)
            environment = {
                **os.environ,
                "FEDERITY_TEST_RPC": node.url,
                "FEDERITY_TEST_VALIDATOR": str(Path(binary).absolute()),
            }
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        finally:
            node.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
