"""A thousand readers and fifty writers at once, for a while: no error, and nothing that grows."""

import asyncio
import base64
import itertools
import resource
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from contract.served import served
from node.asking import Refused, pay

pytestmark = [pytest.mark.svm, pytest.mark.soak]

READERS = 1000
WRITERS = 50
SECONDS = 60.0
ABOUT_ONE = ("getBalance", "getSignaturesForAddress", "getAccountInfo")
READS = ("getSlot", "getLatestBlockhash", "getEpochInfo", *ABOUT_ONE)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    """Megabytes in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20


async def test_a_thousand_readers_and_fifty_writers(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 8192), hard), hard))
    numbers, done = itertools.count(1), {"reads": 0, "writes": 0}
    async with served(tmp_path) as node:
        limits = httpx2.Limits(max_connections=READERS + WRITERS, max_keepalive_connections=READERS + WRITERS)
        async with httpx2.AsyncClient(limits=limits, timeout=120) as http:

            async def ask(method: str, *params: Any) -> Any:
                request = {"jsonrpc": "2.0", "id": next(numbers), "method": method, "params": list(params)}
                answer = await http.post(node.url, json=request)
                assert answer.status_code == 200, answer.text
                body = answer.json()
                assert body["id"] == request["id"]
                if "error" in body:
                    raise Refused(body["error"])
                return body["result"]

            async def read(until: float, number: int) -> None:
                target = str(Keypair().pubkey())
                for method in itertools.islice(itertools.cycle(READS), number % len(READS), None):
                    await ask(method, *([target] if method in ABOUT_ONE else []))
                    done["reads"] += 1
                    if time.monotonic() > until:
                        return

            async def write(until: float) -> None:
                payer = Keypair()
                await ask("requestAirdrop", str(payer.pubkey()), 10**11)
                sent = 0
                while sent == 0 or time.monotonic() < until:
                    latest = (await ask("getLatestBlockhash"))["value"]["blockhash"]
                    step = pay(payer, Keypair().pubkey(), 1_000_000 + sent)
                    message = MessageV0.try_compile(payer.pubkey(), [step], [], Hash.from_string(latest))
                    data = base64.b64encode(bytes(VersionedTransaction(message, [payer]))).decode()
                    try:
                        signature = await ask("sendTransaction", data, {"encoding": "base64"})
                    except Refused as refused:
                        # On a slow machine a minute goes by between two answers, and a blockhash with it.
                        assert refused.data["err"] == "BlockhashNotFound"
                        continue
                    (status,) = (await ask("getSignatureStatuses", [signature]))["value"]
                    assert status["err"] is None
                    sent += 1
                    done["writes"] += 1
                account = (await ask("getBalance", str(payer.pubkey())))["value"]
                assert account == 10**11 - sum(1_000_000 + index + 5000 for index in range(sent))

            async def phase(seconds: float) -> None:
                until = time.monotonic() + seconds
                async with asyncio.TaskGroup() as group:
                    for number in range(READERS):
                        group.create_task(read(until, number))
                    for _ in range(WRITERS):
                        group.create_task(write(until))

            await phase(SECONDS / 4)
            before = resident(), open_files()
            await phase(SECONDS)
            after = resident(), open_files()
    print(done, before, after)
    assert done["reads"] >= 2 * READERS
    assert done["writes"] >= WRITERS
    assert after[0] - before[0] < 64
    assert after[1] - before[1] < 32
