"""Uploads whose process is killed: at every request, before it is served and after. The next run ends them,
and nothing is uploaded or paid for twice.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from federity.config import Config
from federity.storage.arweave.jwk import address_of
from federity.wallet import Wallet
from support.arweave_key import JWK, TestWallet
from support.permanent import PLENTY, Permanent, permanent
from support.web import Reply, Request

BLOB = bytes(range(256)) * 3000  # three chunks of a transaction
PIECE = 300_000
ROOT = Path(__file__).resolve().parents[2]


class Uploader:
    """The process of `uploader.py`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "contract.uploader"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT / "tests")}, text=True,
        )  # fmt: skip

    async def start(self, job: dict[str, object]) -> int:
        """Begin with a job; its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return await self._number()

    async def ended(self) -> int:
        """Wait for it; its exit code."""
        return await self._number()

    async def _number(self) -> int:
        assert self._process.stdout is not None
        return int(await asyncio.to_thread(self._process.stdout.readline))

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def uploader() -> Iterator[Uploader]:
    made = Uploader()
    yield made
    made.close()


@pytest_asyncio.fixture
async def there(tmp_path: Path) -> AsyncIterator[Permanent]:
    wallet = Wallet.create(tmp_path / "id.json")
    (tmp_path / "jwk.json").write_text(json.dumps(JWK))
    (tmp_path / "jwk.json").chmod(0o600)
    async with permanent(tmp_path, wallet=wallet) as found:
        yield found


class Trial:
    """Uploads of one blob after another, by processes of their own."""

    def __init__(self, there: Permanent, uploader: Uploader, way: str) -> None:
        self.there, self._uploader = there, uploader
        self.service = there.net if way == "transactions" else there.turbo
        self._piece = PIECE if way == "pieces" else 0
        config = Config(there.folder)
        for name, value in {
            "storage": "arweave-transactions" if way == "transactions" else "arweave",
            "arweave_gateways": there.gateway_urls[0],
            "arweave_upload": there.turbo_url,
            "arweave_payment": there.turbo_url,
            "arweave_node": there.url,
            "arweave_wallet": str(there.folder / "jwk.json"),
        }.items():
            config = config.with_setting(name, value)
        config.write()

    async def run(self, number: int, kill: tuple[str, int] | None = None) -> int:
        """Upload the blob of a number; kill that `before` a request is served, or `after`. Its exit code."""
        blob = self.there.folder / "blob"
        blob.write_bytes(BLOB + bytes([number]))
        pid: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        counted = 0

        async def killing(request: Request, when: str) -> Reply:
            self.service.mood = lambda request: None
            if when == "after":
                self.service.handle(request)
                self.service.asked.pop()
            os.kill(await pid, signal.SIGKILL)
            return Reply(cut=0)

        def mood(request: Request) -> Reply | None:
            nonlocal counted
            counted += 1
            if kill is None or counted != kill[1]:
                return None
            return killing(request, kill[0])  # type: ignore[return-value]

        self.service.mood = mood
        job = {"home": str(self.there.folder), "blob": str(blob), "piece": self._piece}
        pid.set_result(await self._uploader.start(job))
        code = await self._uploader.ended()
        self.service.mood = lambda request: None
        return code

    def posts(self) -> Counter[str]:
        """How often each thing was sent since the last call."""
        found = Counter(path for method, path in self.service.asked if method == "POST")
        self.service.asked.clear()
        return found


@pytest.mark.parametrize("when", [pytest.param("before", marks=pytest.mark.soak), "after"])
@pytest.mark.parametrize("way", ["items", "pieces", "transactions"])
async def test_killed_at_any_request_the_next_process_ends_it_and_nobody_pays_twice(
    there: Permanent, uploader: Uploader, way: str, when: str
) -> None:
    trial, payer = Trial(there, uploader, way), address_of(TestWallet().owner)
    least = {"items": 4, "pieces": 9, "transactions": 8}[way]
    paid = spent = 0
    for at in range(1, 40):
        trial.posts()
        code = await trial.run(at, (when, at))
        if code == 0:
            trial.posts()
            assert await trial.run(at) == 0 and not trial.posts()
            break
        assert code == -signal.SIGKILL
        assert await trial.run(at) == 0
        posts = trial.posts()
        there.net.mine()
        blob = BLOB + bytes([at])
        assert blob in [found.data for found in there.net.served.values()]
        if way == "transactions":
            spent += there.net.price(len(blob))
            assert there.net.balances[payer] == PLENTY - spent
            assert len(there.net.transactions) == at
            # Of a window of chunks, whose answers nobody saw, all are sent again.
            assert posts["/tx"] <= 2 and posts["/chunk"] <= 2 * 4
        else:
            paid += 1
            assert len(there.turbo.paid) == paid
            pieces = {path: n for path, n in posts.items() if path.rsplit("/", 1)[1].isdecimal()}
            # At most what was under way when the process died, whose answer nobody saw, is sent again.
            assert sum(n - 1 for n in pieces.values()) <= 1 and posts["/v1/tx/solana"] <= 2
    assert at > least
