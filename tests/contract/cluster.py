"""Starts a real local validator, deploys by the migrations, and runs a command against it.

Usage: python tests/contract/cluster.py VALIDATOR COMMAND [ARGUMENT ...]

The command finds the node's URL in FEDERITY_TEST_RPC. The ledger is temporary and the node listens on
127.0.0.1 only.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain.rpc import RpcChain
from federity.errors import ChainUnavailable
from federity.wallet import Wallet

ROOT = Path(__file__).resolve().parents[2]
URL = "http://127.0.0.1:8899"
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
# The program is SBPF v0, which public clusters take. A local validator starts with every feature there is;
# this one ends deployments of v0.
NO_SBPF_V0 = "B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g"
START_SECONDS = 90
LAMPORTS = 100_000_000_000


def validator_command(validator: str, folder: Path, authority: Pubkey) -> list[str]:
    """A validator whose genesis has another, small program at our address.

    A deployment to a fresh address would need the key of the program's address; an upgrade needs only the
    authority's, so this is the deployment that anybody can rehearse.
    """
    memo = LiteSVM().get_account(MEMO)
    if memo is None:
        raise RuntimeError("the runtime brings no memo program along")
    (folder / "earlier.so").write_bytes(bytes(memo.data))
    upgradeable = [str(PROGRAM_ID), str(folder / "earlier.so"), str(authority)]
    return [
        validator, "--reset", "--quiet", "--bind-address", "127.0.0.1", "--ledger", str(folder / "ledger"),
        "--deactivate-feature", NO_SBPF_V0, "--upgradeable-program", *upgradeable,
    ]  # fmt: skip


async def fund(wallet: Wallet) -> None:
    """Wait for the node to answer, and give the wallet something to pay with."""
    for _ in range(START_SECONDS):
        try:
            async with await RpcChain.open(URL) as chain:
                await chain.airdrop(wallet.pubkey, LAMPORTS)
                return
        except ChainUnavailable:
            await asyncio.sleep(1)
    raise ChainUnavailable(f"The validator did not answer within {START_SECONDS} seconds.")


def main(validator: str, command: list[str]) -> int:
    """Start, deploy, run, stop; the command's exit code."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wallet = Wallet.create(folder / "id.json")
        node = subprocess.Popen(validator_command(validator, folder, wallet.pubkey))
        try:
            asyncio.run(fund(wallet))
            migrate = [sys.executable, "-m", "migrations.run", "--url", URL, "--yes"]
            subprocess.run([*migrate, "--keypair", str(wallet.path)], cwd=ROOT, check=True)
            environment = {**os.environ, "FEDERITY_TEST_RPC": URL}
            return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        finally:
            node.terminate()
            node.wait(timeout=30)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
