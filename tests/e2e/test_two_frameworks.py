"""One repository, two frameworks: PyTorch and Keras train the same model in the same round."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import federity
from federity.repository.working_copy.digest import digest
from federity.wallet import Wallet
from support.party import without_counts

pytestmark = [pytest.mark.svm, pytest.mark.prover]
TESTS = Path(__file__).parents[1]
SOL = 10**9


class Process:
    """A contributor with one framework, in a process of its own."""

    def __init__(self, home: Path, folder: Path, framework: str) -> None:
        self.home, self.folder, self.framework = home, folder, framework
        self.wallet = Wallet.create(folder / "id.json")

    async def start(self) -> None:
        environment = {**os.environ, "FEDERITY_HOME": str(self.home), "PYTHONPATH": str(TESTS)}
        program = (sys.executable, "-m", "support.party", self.framework)
        self._process = await asyncio.create_subprocess_exec(
            *program,
            str(self.folder),
            str(self.folder / "samples.safetensors"),
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )

    async def ask(self, *words: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write((" ".join(words) + "\n").encode())
        line = await asyncio.wait_for(self._process.stdout.readline(), 300)
        assert line, f"the {self.framework} process has died"
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert await self._process.wait() == 0


def deal(folders: list[Path]) -> None:
    """Give each contributor half of the digits' training images, and all of them the same test images."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    images, digits = (pixels / 16).astype(np.float32).reshape(-1, 1, 8, 8), labels.astype(np.int64)
    test = {"test_images": images[1200:], "test_digits": digits[1200:]}
    for index, folder in enumerate(folders):
        own = slice(600 * index, 600 * (index + 1))
        save_file({"images": images[own], "digits": digits[own], **test}, folder / "samples.safetensors")


async def test_two_frameworks_make_one_merge(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("torch", "keras"):
        (tmp_path / name).mkdir()
    torch, keras = (Process(home, tmp_path / name, name) for name in ("torch", "keras"))
    deal([torch.folder, keras.folder])
    async with federity.connect("embedded", home=home, keypair=torch.folder / "id.json") as session:
        for party in (torch, keras):
            await session.chain.airdrop(party.wallet.pubkey, 10 * SOL)
            await party.start()

        url = (await torch.ask("create", "digits"))["url"]
        owner = await federity.Repository.clone(session, url, tmp_path / "owner")
        await owner.member_add(str(keras.wallet.pubkey), "contributor")
        await owner.round_open()
        made = await asyncio.gather(torch.ask("contribute", url), keras.ask("contribute", url))
        assert made[0]["before"] == made[1]["before"]
        assert all(part["trained"] > part["before"] + 0.3 and part["level"] == 1 for part in made)

        merged = await owner.merge()
        assert {part.author for part in merged.commits} == {str(p.wallet.pubkey) for p in (torch, keras)}
        assert merged.finished
        weights = await owner.tensors("main")
        shown = await owner.show("main")
        # Nobody can download the sum: everybody computes it from the two deltas.
        blobs = [path for path in (home / "store").rglob("*") if path.name.endswith(shown.blob_hash[4:])]
        assert len(blobs) == 1
        blobs[0].unlink()
        pulled = await asyncio.gather(torch.ask("pull"), keras.ask("pull"))
        assert [party["rebuilt"] for party in pulled] == [1, 1]
        assert (await owner.verify("main")).ok
        for party in (torch, keras):
            await party.end()

    held, counts = without_counts(weights)
    assert pulled[0]["digest"] == pulled[1]["digest"] == digest(held)
    # Keras counts no batches; PyTorch's own count is as training left it.
    (name,) = counts
    assert pulled[1]["counts"] == counts == {name: 0}
    assert pulled[0]["counts"][name] > 0
    assert pulled[0]["accuracy"] == pytest.approx(pulled[1]["accuracy"], abs=0.005)
    assert pulled[0]["accuracy"] > made[0]["before"] + 0.3
