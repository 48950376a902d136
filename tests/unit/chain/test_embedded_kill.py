"""The embedded chain under `kill -9`, and under many processes at once."""

import asyncio
import random
import signal
import subprocess
import sys
from pathlib import Path

from solders.pubkey import Pubkey

from federity.chain.embedded import EmbeddedChain

FEE = 5_000
AMOUNT = 10_000_000

WORKER = """
import asyncio, sys
from pathlib import Path
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from federity.chain.embedded import EmbeddedChain
from federity.wallet import Wallet

async def main(folder, keypair, target, count):
    wallet = Wallet.read(Path(keypair))
    async with await EmbeddedChain.open(Path(folder), {}) as chain:
        for number in range(int(count)):
            pay = TransferParams(
                from_pubkey=wallet.pubkey, to_pubkey=Pubkey.from_string(target), lamports=10_000_000
            )
            await chain.send([transfer(pay)], payer=wallet)
            print(number, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


def start(folder: Path, keypair: Path, target: Pubkey, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, str(folder), str(keypair), str(target), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def test_killed_at_any_instant_it_is_whole(tmp_path: Path) -> None:
    from federity.wallet import Wallet

    wallet = Wallet.create(tmp_path / "id.json")
    folder, target = tmp_path / "chain", Pubkey.new_unique()
    async with await EmbeddedChain.open(folder, {}) as chain:
        await chain.airdrop(wallet.pubkey, 100_000_000_000)
    start_balance = 100_000_000_000
    reported = 0
    rng = random.Random(3)
    for _ in range(6):
        worker = start(folder, wallet.path, target, 10_000)
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "0"
        await asyncio.sleep(rng.uniform(0, 0.15))
        worker.send_signal(signal.SIGKILL)
        reported += 1 + len(worker.stdout.read().split())
        worker.stdout.close()
        worker.wait()
    async with await EmbeddedChain.open(folder, {}) as chain:
        records = await chain.history(target)
        # What was reported happened; what happened last may not have been reported.
        assert reported <= len(records) <= reported + 6
        assert await chain.balance(target) == len(records) * AMOUNT
        assert await chain.balance(wallet.pubkey) == start_balance - len(records) * (AMOUNT + FEE)
        assert len({record.slot for record in records}) == len(records)


async def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    from federity.wallet import Wallet

    folder, target = tmp_path / "chain", Pubkey.new_unique()
    wallets = [Wallet.create(tmp_path / f"{number}.json") for number in range(3)]
    async with await EmbeddedChain.open(folder, {}) as chain:
        for wallet in wallets:
            await chain.airdrop(wallet.pubkey, 10_000_000_000)
    workers = [start(folder, wallet.path, target, 15) for wallet in wallets]
    for worker in workers:
        assert worker.stdout is not None
        worker.communicate(timeout=60)
        assert worker.returncode == 0
    async with await EmbeddedChain.open(folder, {}) as chain:
        records = await chain.history(target)
        assert await chain.balance(target) == 45 * AMOUNT
        assert len(records) == 45
        slots = [record.slot for record in records]
        assert slots == sorted(set(slots), reverse=True)
