"""Every example runs as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.svm, pytest.mark.prover]
EXAMPLES = Path(__file__).parents[2] / "examples"


def test_digits_torch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "digits_torch.py")],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert "verified: True, 6 proofs" in done.stdout
    *_, accuracy = [line for line in done.stdout.splitlines() if line.startswith("clone:")]
    assert float(accuracy.split()[1].rstrip("%")) > 85
