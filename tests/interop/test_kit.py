"""Solana's JavaScript client (@solana/kit) on the node: it sends and confirms by real subscriptions."""

import asyncio
import json
from pathlib import Path

import pytest

from contract.served import served

pytestmark = [pytest.mark.svm, pytest.mark.network]

KIT = Path(__file__).parents[2] / ".tools" / "kit"


@pytest.mark.skipif(not KIT.exists(), reason="`make interop` installs the client")
async def test_it_sends_and_confirms_by_subscriptions(tmp_path: Path) -> None:
    async with served(tmp_path) as node:
        process = await asyncio.create_subprocess_exec(
            "node", KIT / "peer.js", node.url, node.websocket, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0
    seen = json.loads(said)
    assert seen["heard"] == [10_000_000, 30_000_000]
    assert seen["statuses"] == ["finalized", "finalized"]
    assert seen["balance"] == seen["account"] == 30_000_000
    assert (seen["version"], seen["fee"], seen["paid"]) == (0, 5000, 10_005_000)
    assert seen["history"] == seen["signatures"][::-1]
    assert (seen["gone"], seen["token"]) == (False, True)
    assert seen["refused"] == "-32002"
    assert seen["units"] == 150
    assert seen["epoch"] == ["bigint", 432_000]
