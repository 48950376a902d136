"""A history of a model in Federity, Git LFS, DVC and Git-Theta: bytes, and what verbs take, side by side.

Each tool is used from its command line, each command a process of its own, with a folder of this machine as
its remote. A tool that is not installed says so in its row (`make bench` makes the environments).
FEDERITY_BENCH_COMMITS and FEDERITY_BENCH_WIDTH make it shorter than 100 commits of 500 by 500.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.large import Spent, change_model, elements, write_model
from bench.report import Table
from bench.versioned import Federity, Missing, Tool
from bench.versioned_git import Dvc, GitLfs, GitTheta

COMMITS = int(os.environ.get("FEDERITY_BENCH_COMMITS", "100"))
WIDTH = int(os.environ.get("FEDERITY_BENCH_WIDTH", "500"))
RANK = 8
ADAPTER = "adapter"
SHAPES: dict[str, tuple[int, ...]] = {
    **{f"layer.{number}.weight": (WIDTH, WIDTH) for number in range(4)},
    f"{ADAPTER}.down": (RANK, WIDTH),
    f"{ADAPTER}.up": (WIDTH, RANK),
}
TOOLS: tuple[Callable[[Path, Path], Tool], ...] = (
    Federity,
    lambda root, cache: Federity(root, cache, whole=True),
    GitTheta,
    GitLfs,
    Dvc,
)


def dense(draws: np.random.Generator, n: int) -> npt.NDArray[np.float32]:
    """A change of every weight, by a twentieth of its spread."""
    return draws.standard_normal(n, np.float32) * np.float32(0.001)


def adapter(draws: np.random.Generator, n: int) -> npt.NDArray[np.float32]:
    """The same of an adapter's tensors alone, which are the small ones."""
    return dense(draws, n) if n <= RANK * WIDTH else np.zeros(n, np.float32)


def table(cache: Path) -> Table:
    """Play the histories, one tool after the other, and measure."""
    rows = []
    for change in (dense, adapter):
        for tool in TOOLS:
            with tempfile.TemporaryDirectory() as folder:
                row = played(tool, Path(folder), cache, change)
            print(f"{change.__name__}: {' | '.join(row)}", flush=True)
            rows.append((change.__name__, *row))
    return Table(
        "Against other tools",
        f"{COMMITS} commits of {elements(SHAPES):,} float32 weights in a safetensors file; training changes "
        "all (dense) or two small tensors (adapter). Then: bytes in the remote, a commit (mean), the push of "
        "all, a clone of its own, there a checkout half-way back, and the merge of two branches that changed "
        "the same tensors. In brackets processor seconds. Every command is a process of its own, the remote "
        "a folder. The others keep weights to the bit. Federity keeps changes as a delta has them, by "
        "default 1.5 % of float32 and whole at 8 bits a value, at level 0; it checks what it fetches against "
        "the chain's commitments, and adds both sides up; its accounts on the chain are not among the bytes. "
        "Git-Theta averages, with a driver that answers its questions; Git LFS and DVC see a conflict.",
        ("change", "tool", "stored", "commit", "push", "clone", "checkout", "merge"),
        rows,
    )


def played(
    kind: Callable[[Path, Path], Tool],
    root: Path,
    cache: Path,
    change: Callable[[np.random.Generator, int], npt.NDArray[np.float32]],
) -> tuple[str, ...]:
    """One tool's row."""
    tool = kind(root, cache)
    model = root / "first.safetensors"
    write_model(model, SHAPES)
    try:
        tool.begin(model)
    except Missing as error:
        return tool.name, *[f"not installed: {error}"], *[""] * 5
    commits = []
    for number in range(1, COMMITS + 1):
        change_model(tool.model, number, change)
        commits.append(tool.commit(f"step {number}"))
    push = tool.push()
    stored = tool.stored()
    clone = tool.clone()
    checkout = tool.checkout(COMMITS // 2)
    tool.branch("side")
    for seed, name in enumerate(("side", "main"), COMMITS + 1):
        tool.switch(name)
        change_model(tool.model, seed, change)
        tool.commit(name)
        tool.push()
    merge = tool.merge("side")
    mean = Spent(
        sum(one.seconds for one in commits) / COMMITS,
        sum(one.processor_seconds for one in commits) / COMMITS,
        max(one.peak for one in commits),
        "",
    )
    spent = (mean, push, clone, checkout)
    return tool.name, f"{stored:,}", *map(shown, spent), "conflict" if merge is None else shown(merge)


def shown(spent: Spent) -> str:
    """Seconds, and processor seconds in brackets."""
    return f"{spent.seconds:.2f} s ({spent.processor_seconds:.2f})"
