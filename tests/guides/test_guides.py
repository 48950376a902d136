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
from safetensors.numpy import load_file, save_file
import numpy as np
step = np.random.default_rng(1)
old = load_file("model.safetensors")
new = {name: tensor + step.normal(0, 0.01, tensor.shape).astype(tensor.dtype) for name, tensor in old.items()}
save_file(new, "model.safetensors")
"""


@dataclass(frozen=True)
class Reader:
    """What somebody has who follows a page: commands before it, and words of the page that are theirs."""

    before: str = ""
    words: dict[str, str] = field(default_factory=dict)
    around: str = ""


OWNER = "federity key new && federity key airdrop 10\n"
PUBLISHED = (
    OWNER
    + "federity init digits --model trained.safetensors --name digits --insecure && cd digits\n"
    + "federity push --yes\n"
)
# What a reader answers to every question.
YES = 'federity() { command federity "$@" --yes; }\n'
TRAINING = 'start=$PWD; train() { python "$start/train.py"; }\n'
# The commit of the round's only proposal.
READ = "import json,sys; print(json.load(sys.stdin)['commits'][0]['address'])"
PROPOSED = f'$(federity round show --json | python -c "{READ}")'
# The newest proposal.
NEWEST = "import json,sys; print(json.load(sys.stdin)[0]['address'])"
OFFERED = f'$(federity pr list --json | python -c "{NEWEST}")'
# Weights that are called otherwise in the module at hand, as they are in one of Keras.
NAMES = """
import asyncio
from collections import OrderedDict
import federity
import torch

async def main():
    there = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), *(
        torch.nn.Identity() for _ in range(3)), torch.nn.Linear(2, 2))
    network = torch.nn.Sequential(OrderedDict(
        conv2d=torch.nn.Conv2d(1, 2, 3),
        batch_normalization=torch.nn.BatchNorm2d(2),
        dense=torch.nn.Linear(2, 2)))
    async with federity.connect() as session:
        repo = await federity.Repository.create(session, "net", there, name="net", insecure=True)
        SNIPPET
    assert torch.equal(network.dense.weight, there[5].weight)
    assert torch.equal(network.conv2d.bias, there[0].bias)

asyncio.run(main())
"""
HOLD_OUT = """python -c '
import numpy as np; from safetensors.numpy import save_file
samples = {"inputs": np.ones((50, 64), np.float32), "labels": np.arange(50) % 10}
save_file(samples, "../hold_out.safetensors")'
"""

PORTS = """
eval "$(python -c '
import socket
from federity._generated.program import PROGRAM_ID
while True:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        try:
            second.bind(("127.0.0.1", port + 1))
        except OSError:
            continue
    break
print(f"port={port} development={PROGRAM_ID}")
')"
federity() {
  if [ "$1" = node ]; then shift; exec federity node --port "$port" "$@"; fi
  if [ "$1" = browse ]; then exec federity "$@"; fi
  command federity "$@" --yes
}
"""

READERS = {
    GUIDES / "quickstart.md": Reader(
        words={
            "OWNER": "$(federity address)",
            "COMMIT": PROPOSED,
            "OPERATION": OFFERED,
            "wider.safetensors": "../wider.safetensors",
        }
    ),
    GUIDES / "frameworks.md": Reader(OWNER, around=NAMES),
    GUIDES / "families.md": Reader(PUBLISHED + f"ln -s {ROOT / 'examples'} examples\n"),
    # The node's packages are there already, and its usual ports may be taken by somebody's real one.
    GUIDES / "team.md": Reader(
        "set -m\npip() { :; }\n" + PORTS,
        {
            "DEVELOPMENT": "$development",
            "8899": "$port",
            "8900": "$next",
            "localhost": "http://127.0.0.1:$port",
        },
    ),
    GUIDES / "evidence.md": Reader(PUBLISHED + YES, {"trained.safetensors": "../trained.safetensors"}),
    GUIDES / "nfts.md": Reader(PUBLISHED + YES),
    GUIDES / "explorer.md": Reader(PUBLISHED + "set -m\npip() { :; }\n" + PORTS, {"8710": "$port"}),
    GUIDES / "storage.md": Reader(PUBLISHED + YES),
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
    tensors = {
        "weight": rng.normal(0, 0.3, (10, 64)).astype(np.float32),
        "bias": np.zeros(10, dtype=np.float32),
    }
    save_file(tensors, tmp_path / "trained.safetensors")
    save_file({**tensors, "more": tensors["bias"] + 1}, tmp_path / "wider.safetensors")
    (tmp_path / "train.py").write_text(TRAIN)
    done = subprocess.run(
        [
            "bash",
            "-euo",
            "pipefail",
            "-c",
            YES + TRAINING + reader.before + script(page, reader.words, reader.around),
        ],
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
