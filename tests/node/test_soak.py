"""A thousand readers and fifty writers at once, for a while: no error, and nothing that grows.

The node is a process of its own, and each client a connection that stays open.
"""

import asyncio
import base64
import itertools
import json
import resource
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

import pytest
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from node.asking import Refused, pay
from node.test_command import started

pytestmark = [pytest.mark.svm, pytest.mark.soak]

READERS = 1000
WRITERS = 50
SECONDS = 60.0
ABOUT_ONE = ("getBalance", "getSignaturesForAddress", "getAccountInfo")
READS = ("getSlot", "getLatestBlockhash", "getEpochInfo", *ABOUT_ONE)


class Client:
    """One connection to the node."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer, self._numbers = reader, writer, itertools.count(1)

    @classmethod
    @asynccontextmanager
    async def opened(cls, port: int) -> Any:
        client: Self = cls(*await asyncio.open_connection("127.0.0.1", port))
        yield client
        client._writer.close()

    async def __call__(self, method: str, *params: Any) -> Any:
        number = next(self._numbers)
        body = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)})
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self._writer.write(f"{head}\r\n\r\n{body}".encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        (length,) = (line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        told = json.loads(await self._reader.readexactly(int(length.partition(b":")[2])))
        assert told["id"] == number
        if "error" in told:
            raise Refused(told["error"])
        return told["result"]


async def read(port: int, until: float, number: int) -> int:
    """Ask one thing after the other; how often."""
    target = str(Keypair().pubkey())
    async with Client.opened(port) as ask:
        for count in itertools.count(1):
            method = READS[(number + count) % len(READS)]
            await ask(method, *([target] if method in ABOUT_ONE else []))
            if time.monotonic() > until:
                return count
    raise AssertionError


async def write(port: int, until: float) -> int:
    """Pay one address after the other, and look whether each was paid; how often."""
    payer, sent = Keypair(), 0
    async with Client.opened(port) as ask:
        await ask("requestAirdrop", str(payer.pubkey()), 10**11)
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
        left = (await ask("getBalance", str(payer.pubkey())))["value"]
        assert left == 10**11 - sum(1_000_000 + index + 5000 for index in range(sent))
    return sent


async def test_a_thousand_readers_and_fifty_writers(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 8192), hard), hard))
    async with started(tmp_path) as (process, said):
        port, place = int(said["url"].rpartition(":")[2]), Path("/proc") / str(process.pid)

        def size() -> tuple[int, int]:
            """Megabytes in memory, and open files."""
            pages = int((place / "statm").read_text().split()[1])
            return pages * resource.getpagesize() >> 20, len(list((place / "fd").iterdir()))

        async def phase(seconds: float) -> tuple[int, int]:
            until = time.monotonic() + seconds
            async with asyncio.TaskGroup() as group:
                reads = [group.create_task(read(port, until, number)) for number in range(READERS)]
                writes = [group.create_task(write(port, until)) for _ in range(WRITERS)]
            return sum(task.result() for task in reads), sum(task.result() for task in writes)

        await phase(SECONDS / 4)
        before = size()
        done = await phase(SECONDS)
        after = size()
        print(done, before, after)
        process.terminate()
        _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert after[0] - before[0] < 64
    assert after[1] - before[1] < 32
