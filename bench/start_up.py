"""How long a command takes to start: those that read no weights, beside Python alone and importing numpy."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from bench.report import Table

TURNS = 9
COMMANDS = ("--version", "--help", "status", "log", "whoami", "branch", "member")
OTHERS = {"python -c pass": "pass", "python -c 'import numpy'": "import numpy"}
_CLI = ("-m", "federity.cli.main")


def table() -> Table:
    """Run each in turn, again and again."""
    with tempfile.TemporaryDirectory() as folder:
        home, copy = Path(folder) / "home", Path(folder) / "digits"
        copy.mkdir()
        weights = np.random.default_rng(0).standard_normal((1_000, 1_000)).astype(np.float32)
        save_file({"weight": weights}, copy / "model.safetensors")
        for line in (
            "key new",
            "airdrop 10 --yes",
            "init --insecure --name digits --model model.safetensors",
            "push --yes",
        ):
            _run((*_CLI, *line.split()), home, copy)
        # What was written just now is read once more: a file system's dates are coarse.
        time.sleep(3)
        _run((*_CLI, "status"), home, copy)
        measured: dict[str, tuple[str, ...]] = {name: ("-c", code) for name, code in OTHERS.items()}
        measured |= {f"federity {command}": (*_CLI, command) for command in COMMANDS}
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in measured}
        for _ in range(TURNS):
            for name, words in measured.items():
                found[name].append(_run(words, home, copy))
    bare = statistics.median(seconds for _, seconds in found[next(iter(OTHERS))])
    rows = []
    for name, times in found.items():
        wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
        rows.append((name, f"{wall:.2f} s", f"{processor:.2f} s", f"{processor / bare:.1f}"))
    return Table(
        "Start",
        f"Medians of {TURNS} turns, in a working copy of a model of 10^6 values whose file was read before. "
        "Targets on an idle machine: 0.20 s, and 0.10 s for `--help`.",
        ("command", "wall", "processor", "to Python alone"),
        rows,
    )


def _run(words: Sequence[str], home: Path, folder: Path) -> tuple[float, float]:
    """Seconds of wall and of processor that a process of its own takes."""
    before, start = os.times(), time.perf_counter()
    environment = {**os.environ, "FEDERITY_HOME": str(home)}
    # A person's Python keeps what it has compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, *words], cwd=folder, env=environment, check=True, capture_output=True)
    wall, after = time.perf_counter() - start, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, spent
