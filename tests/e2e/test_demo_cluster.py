"""The demo's main job and its attacks over RPC, on a real cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.network, pytest.mark.prover]


def test_the_main_job_runs_on_a_cluster(tmp_path: Path) -> None:
    url = os.environ.get("FEDERITY_TEST_RPC")
    if not url:
        pytest.skip("FEDERITY_TEST_RPC names no cluster")
    done = subprocess.run(
        [sys.executable, "-m", "federity.cli.main", "demo", "--json", "-u", url],
        env={**os.environ, "FEDERITY_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert len(document["rounds"]) == 3
    assert document["merged"]["verified"]
    assert document["merged"]["gain"] >= 0.10
    assert not (tmp_path / "chain").exists(), "the demo fell back on the embedded chain"
