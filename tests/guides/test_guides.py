"""Every block of every guide runs, in order, as a reader would type it. The README has `test_readme.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from guides.page import blocks, indented, script

pytestmark = [pytest.mark.svm, pytest.mark.prover]

ROOT = Path(__file__).parents[2]
GUIDES = ROOT / "docs" / "guides"

# A person's training: a small step of every weight.
TRAIN = """
import sys
from safetensors.numpy import load_file, save_file
import numpy as np
path = sys.argv[1] if len(sys.argv) > 1 else "model.safetensors"
step = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
save_file(
    {name: (t + step.normal(0, 0.01, t.shape)).astype(t.dtype) for name, t in load_file(path).items()}, path
)
"""


@dataclass(frozen=True)
class Reader:
    """What somebody has who follows a page: commands before it, and words of the page that are theirs."""

    before: str = ""
    words: dict[str, str] = field(default_factory=dict)


OWNER = "federity key new && federity key airdrop 10\n"
PUBLISHED = (
    OWNER
    + "federity init digits --model trained.safetensors --name digits --insecure && cd digits\n"
    + "federity push --yes\n"
)
# What a reader answers to every question.
YES = 'federity() { command federity "$@" --yes; }\n'
HOLD_OUT = """python -c '
import numpy as np; from safetensors.numpy import save_file
samples = {"inputs": np.ones((50, 64), np.float32), "labels": np.arange(50) % 10}
save_file(samples, "../hold_out.safetensors")'
"""

READERS = {
    GUIDES / "keeper.md": Reader(
        PUBLISHED + HOLD_OUT + "owner=$(federity address)\n",
        {"OWNER": "$owner"},
    ),
}


def test_every_guide_has_a_reader() -> None:
    assert set(READERS) == set(GUIDES.glob("*.md"))


@pytest.mark.parametrize("page", sorted(READERS), ids=lambda page: page.stem)
def test_all_code_is_fenced(page: Path) -> None:
    assert indented(page) == []
    assert blocks(page)


@pytest.mark.parametrize("page", sorted(READERS), ids=lambda page: page.stem)
def test_it_runs(page: Path, tmp_path: Path) -> None:
    reader = READERS[page]
    rng = np.random.default_rng(0)
    save_file(
        {
            "weight": rng.normal(0, 0.3, (10, 64)).astype(np.float32),
            "bias": np.zeros(10, dtype=np.float32),
        },
        tmp_path / "trained.safetensors",
    )
    (tmp_path / "train.py").write_text(TRAIN)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", YES + reader.before + script(page, reader.words)],
        cwd=tmp_path,
        env={
            **os.environ,
            "FEDERITY_HOME": str(tmp_path / "home"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONWARNINGS": "ignore",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
