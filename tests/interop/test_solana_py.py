"""solana-py, a client that is not ours, on the node: it reads the answers with types of its own."""

import asyncio
import json
from pathlib import Path

import pytest

from contract.served import served

pytestmark = pytest.mark.svm

PEER = Path(__file__).parents[2] / ".tools" / "interop" / "bin" / "python"


async def test_its_calls_and_subscriptions_are_answered(tmp_path: Path) -> None:
    async with served(tmp_path) as node:
        process = await asyncio.create_subprocess_exec(
            PEER,
            Path(__file__).with_name("solana_peer.py"),
            node.url,
            node.websocket,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0
    seen = json.loads(said)
    assert seen["balance"] == seen["parsed"] == 20_000_000
    assert (seen["fee"], seen["units"], seen["version"]) == ([5000, 5000], 150, "0")
    assert seen["refused"] == "SendTransactionPreflightFailureMessage"
    assert seen["history"] == [True, False]
    assert seen["statuses"] == ["TransactionConfirmationStatus.Finalized"] * 2
    assert seen["many"] == [True, True, False]
    assert all(seen[name] for name in ("block", "time", "owned", "connected", "blocks"))
    assert (seen["tokens"], seen["rent"]) == ([], 2_039_280)
    assert len(seen["plain"]) == 16
    assert {"AccountNotification", "LogsNotification", "SignatureNotification", "SlotNotification"} < {
        *seen["heard"]
    }
