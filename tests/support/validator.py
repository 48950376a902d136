"""A real local validator in a folder: started, stopped, killed, and its ledger copied and put back."""

import asyncio
import base64
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain.rpc import RpcChain
from federity.errors import ChainError, ChainUnavailable
from federity.wallet import Wallet
from support.loader_cluster import MEMO, METADATA, PROGRAMS

# The program is SBPF v0, which public clusters take. A local validator starts with every feature there is;
# this one ends deployments of v0.
NO_SBPF_V0 = "B8JJXCy5amZyWG9r7EnUYLwzXSXTxG7GZ1qZ1qggo83g"
START_SECONDS = 120
PORTS = 100
"""How many a validator may take from its first one on."""


def earlier_program(folder: Path) -> Path:
    """Another, small program, to be at our address first.

    A deployment to a fresh address would need the key of the program's address; an upgrade needs only the
    authority's, so this is the deployment that anybody can rehearse.
    """
    memo = LiteSVM().get_account(MEMO)
    if memo is None:
        raise RuntimeError("the runtime brings no memo program along")
    path = folder / "earlier.so"
    path.write_bytes(bytes(memo.data))
    return path


def _account(folder: Path, address: Pubkey, data: bytes) -> Path:
    """An account of the program, in a file as Solana's tools write them."""
    account = {
        "lamports": 10**9,
        "data": [base64.b64encode(data).decode(), "base64"],
        "owner": str(PROGRAM_ID),
        "executable": False,
        "rentEpoch": 0,
        "space": len(data),
    }
    path = folder / f"{address}.json"
    path.write_text(json.dumps({"pubkey": str(address), "account": account}))
    return path


class Validator:
    """A process and its ledger. `code` is what its genesis has at the program's address, beside Solana's
    program for IDLs and `accounts` of ours.
    """

    def __init__(
        self,
        binary: str,
        folder: Path,
        code: Path,
        authority: Pubkey,
        port: int,
        accounts: Mapping[Pubkey, bytes] | None = None,
    ) -> None:
        """Take a free range of ports from `port` on; nothing is started yet."""
        self.binary = binary
        self.ledger = folder / "ledger"
        self.log = folder / "validator.log"
        self.url = f"http://127.0.0.1:{port}"
        self._genesis = ["--upgradeable-program", str(PROGRAM_ID), str(code), str(authority)]
        self._genesis += ["--bpf-program", str(METADATA), str(PROGRAMS / "program_metadata.so")]
        for address, data in (accounts or {}).items():
            self._genesis += ["--account", str(address), str(_account(folder, address, data))]
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """What is run; a ledger that is there is gone on with."""
        first = self._port + 2
        return [
            *(self.binary, "--quiet", "--bind-address", "127.0.0.1", "--ledger", str(self.ledger)),
            *("--rpc-port", str(self._port), "--faucet-port", str(first), "--gossip-port", str(first + 1)),
            *("--dynamic-port-range", f"{first + 2}-{self._port + PORTS}"),
            *("--deactivate-feature", NO_SBPF_V0),
            *self._genesis,
        ]

    async def start(self, slot: int = 1) -> None:
        """Start, and wait until it answers and has come as far as a slot. Raises ChainUnavailable."""
        process = self._process = self._begin()
        for _ in range(START_SECONDS):
            if process.poll() is not None:
                break
            try:
                async with await RpcChain.open(self.url) as chain:
                    if await chain.slot() >= slot:
                        return
            except ChainError:
                pass
            await asyncio.sleep(1)
        raise ChainUnavailable(f"The validator does not answer: {self.log.read_text()[-2000:]}")

    def _begin(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(self.command(), stdout=log, stderr=log)

    async def fund(self, wallet: Wallet, lamports: int) -> None:
        """Give a wallet something to pay with."""
        async with await RpcChain.open(self.url) as chain:
            await chain.airdrop(wallet.pubkey, lamports)

    def stop(self) -> None:
        """End it as a supervisor does."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """End it as a power cut does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=30)
        self._process = None

    def save(self, folder: Path) -> None:
        """Copy the ledger of a validator that does not run."""
        shutil.copytree(self.ledger, folder, ignore=shutil.ignore_patterns("*.rpc"))

    def put_back(self, folder: Path) -> None:
        """Let everything since `save` be a fork that the cluster dropped."""
        shutil.rmtree(self.ledger)
        shutil.copytree(folder, self.ledger)
