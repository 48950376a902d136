"""Killed at any moment, or run twice at once, keepers leave the chain right."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from e2e.team import trained, weights
from keeper.conftest import Scene

pytestmark = pytest.mark.svm
MORTAL = Path(__file__).parent / "mortal.py"


async def run(scene: Scene, *arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=scene.environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


def events(log: str) -> list[str]:
    return [json.loads(line)["event"] for line in log.splitlines()]


async def require_the_right_head(scene: Scene) -> None:
    """The head has moved once, to the sum of both updates at half weight each."""
    assert await scene.head() == (1, {"ann": 32768, "bob": 32768})
    found, base = await scene.owner.tensors(), weights()
    for name in base:
        expected = (trained(base, 1)[name] + trained(base, 2)[name]) / 2
        assert np.abs(found[name] - expected).max() < 0.02


async def test_a_keeper_killed_at_every_moment_still_merges_once(scene: Scene) -> None:
    file = scene.write(scene.settings())
    deaths, recovered = 0, 0
    for moment in range(1, 60):
        code, log = await run(scene, str(MORTAL), str(file), str(moment))
        recovered += events(log).count("recovered")
        if code == 0:
            break
        assert code == -signal.SIGKILL
        deaths += 1
    assert code == 0
    # Some deaths came between writing down and settling: then the same bytes were sent once more.
    assert deaths >= 3
    assert recovered >= 1
    await require_the_right_head(scene)
    assert not list((scene.team.root / "keeper-copy" / ".federity" / "keeper" / "outbox").glob("*"))


async def test_two_keepers_at_once_merge_once(scene: Scene) -> None:
    files = [scene.write(scene.settings(name)) for name in ("keeper", "second")]
    results = await asyncio.gather(
        *(run(scene, "-m", "federity_keeper", "run", "--once", "--json", "--config", str(f)) for f in files)
    )
    assert [code for code, _ in results] == [0, 0]
    assert sum(events(log).count("merged") for _, log in results) >= 1
    await require_the_right_head(scene)


async def test_a_resent_transaction_pays_once(scene: Scene) -> None:
    file = scene.write(scene.settings())
    wallet = scene.team.wallets["keeper"].pubkey
    # The third moment: the first transaction ran, but nobody wrote that down.
    code, _ = await run(scene, str(MORTAL), str(file), "3")
    assert code == -signal.SIGKILL
    before = await scene.team.chain.history(wallet)
    code, log = await run(scene, str(MORTAL), str(file), "2")
    assert events(log)[0] == "recovered"
    signatures = [record.signature for record in await scene.team.chain.history(wallet)]
    assert len(signatures) == len(set(signatures))
    assert signatures[-len(before) :] == [record.signature for record in before]
