"""The sum of a round's updates, against memory's speed and against Flower's FedAvg on the same updates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.report import Table
from federity import _native

COUNT = 64
ELEMENTS = 10**7
RUNS = 9
STEP = 2.0**-10
WEIGHT = (1 << 16) // COUNT
SCALED = WEIGHT << 8
"""What the weight is multiplied by at 24 fraction bits and shift 0."""

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / ".tools" / "rules" / "bin" / "python"
"""Flower's environment; `make interop` and `make bench` set it up."""


def table() -> Table:
    """Measure all in one run: copying and summing in turns, then Flower."""
    if not RULES.exists():
        sys.exit("Flower's environment is not set up: run `make interop`, or `make bench` for every bench.")
    threads = len(os.sched_getaffinity(0))
    rng = np.random.default_rng(0)
    updates = rng.integers(-127, 128, (COUNT, ELEMENTS), np.int8)
    copying, summing = side_by_side(updates, threads)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "updates"
        updates.tofile(path)
        first = updates[:, :1000].astype(np.int64).sum(axis=0) * (STEP / COUNT)
        del updates
        flower = measured_flower(path, first)
    rows = [
        row(f"copying the updates, {threads} threads", copying, 1, of_copying=copying),
        row(f"the exact sum, {threads} threads", summing, 1, of_copying=copying, over=summing),
        *(row(f"Flower's `{name}`", taken, 4, over=summing) for name, taken in flower.items()),
    ]
    size = COUNT * ELEMENTS / 1e6
    return Table(
        "Summing a round",
        f"{COUNT} updates of {ELEMENTS:,} int8 values ({size:.0f} MB) are added, weighted, to an int64 "
        f"vector. Memory-copy speed is that of numpy's `copyto` of the same {size:.0f} MB to another buffer, "
        f"a share for each thread. Copy and sum took turns, best of {RUNS} each. Bytes per second are those "
        "of the updates, each read once: neither what the copy writes nor the vector counts. Flower has the "
        f"same updates as float32 ({4 * size:,.0f} MB), best of 3: `aggregate` finds arrays in memory, the "
        "others deserialise, as in use. Its means are checked against the sum.",
        ("what", "time", "updates read", "of copying", "over the sum's time"),
        rows,
    )


def side_by_side(updates: npt.NDArray[np.int8], threads: int) -> tuple[float, float]:
    """Seconds to copy the updates and to sum them: the best of several turns each."""
    target, source = np.zeros(updates.size, np.int8), updates.reshape(-1)
    bounds = np.linspace(0, updates.size, threads + 1).astype(int)
    deltas, weights = list(updates), [SCALED] * COUNT
    total = np.zeros(ELEMENTS, np.int64)
    with ThreadPoolExecutor(threads) as pool:

        def copy() -> None:
            shares = [slice(*share) for share in pairwise(bounds)]
            list(pool.map(lambda share: np.copyto(target[share], source[share]), shares))

        turns = [
            (seconds(copy), seconds(lambda: _native.aggregate(total, deltas, weights))) for _ in range(RUNS)
        ]
    assert np.array_equal(target, source)
    assert np.array_equal(total[:1000], RUNS * SCALED * updates[:, :1000].astype(np.int64).sum(axis=0))
    copying, summing = zip(*turns, strict=True)
    return min(copying), min(summing)


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measured_flower(path: Path, first: npt.NDArray[np.float64]) -> dict[str, float]:
    """Seconds of Flower's functions in a process of their own; their mean must be ours, `first`."""
    command = [str(RULES), str(Path(__file__).with_name("flower_peer.py")), str(path), str(COUNT), str(STEP)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer = json.loads(done.stdout)
    assert np.allclose(answer["first"], first, rtol=0, atol=STEP / COUNT)
    return {name: float(taken) for name, taken in answer["seconds"].items()}


def row(
    what: str, taken: float, width: int, *, of_copying: float | None = None, over: float | None = None
) -> tuple[str, ...]:
    """One line of the table; values are `width` bytes wide."""
    return (
        what,
        f"{1000 * taken:,.0f} ms",
        f"{width * COUNT * ELEMENTS / taken / 1e9:.1f} GB/s",
        f"{of_copying / taken:.0%}" if of_copying else "",
        f"{taken / over:.1f} x" if over else "",
    )
