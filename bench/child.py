"""Measurements that need a process of their own: peak memory is a process' highest.

`python -m bench.child prove ELEMENTS CACHE` and `python -m bench.child setup UNIT CACHE` print one JSON
object.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from federity._generated.constants import UNIT_LARGE, UNIT_MEDIUM, UNIT_SMALL
from federity.prover.groth16 import Groth16Prover
from federity.repository.ledger.planning import unit_size


async def prove(elements: int, cache: Path) -> dict[str, Any]:
    """Prove an update of `elements` values, none of them zero, from keys that are cached."""
    size = unit_size(elements, (UNIT_SMALL, UNIT_MEDIUM, UNIT_LARGE))
    prover = Groth16Prover(cache)
    start = time.perf_counter()
    await prover.key(size)
    await prover.srs()
    loaded = time.perf_counter()
    values = np.random.default_rng(1).integers(1, 128, elements).astype(np.int8)
    units = 0
    async for _ in prover.prove(values, size, None, lambda unit: b"\0" + unit.to_bytes(31, "big")):
        units += 1
    return {
        "unit": size,
        "units": units,
        "load_seconds": loaded - start,
        "seconds": time.perf_counter() - loaded,
    }


async def setup(size: int, cache: Path) -> dict[str, Any]:
    """Make the development key for units of `size` in an empty folder."""
    start = time.perf_counter()
    await Groth16Prover(cache).key(size)
    taken = time.perf_counter() - start
    return {"seconds": taken, "disk": folder_size(cache)}


def folder_size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in folder.iterdir())


def peak_memory() -> int:
    """The most bytes this process has held; `ru_maxrss` would count what its parent held when it forked."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def measure(what: str, number: int, cache: Path) -> dict[str, Any]:
    """Run one measurement in a fresh process; adds processor seconds and peak memory in bytes."""
    command = [sys.executable, "-m", "bench.child", what, str(number), str(cache)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main() -> None:
    """Measure and print."""
    what, number, cache = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    found = asyncio.run({"prove": prove, "setup": setup}[what](number, cache))
    used = resource.getrusage(resource.RUSAGE_SELF)
    found |= {"processor_seconds": used.ru_utime + used.ru_stime, "memory": peak_memory()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
