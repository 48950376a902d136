"""Flower's own FedAvg on int8 updates turned to float32, in the environment of others' rules.

`python bench/flower_peer.py UPDATES COUNT STEP` reads COUNT equally long updates from a file of int8, gives
each to Flower as float32 in steps of STEP, and prints one JSON object: seconds of each of Flower's ways and
the first means. Only its functions are timed: `aggregate` finds arrays in memory, the others deserialise.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from flwr.app import Array, ArrayRecord, MetricRecord, RecordDict
from flwr.common import Code, FitRes, Status, ndarrays_to_parameters
from flwr.server.strategy.aggregate import aggregate, aggregate_inplace
from flwr.serverapp.strategy.strategy_utils import aggregate_arrayrecords

RUNS = 3
SHOWN = 1000


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest of several runs in seconds, and the result."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - start)
    return min(times), found


def serialised(update: np.ndarray) -> tuple[None, FitRes]:
    """What a client sends by the older interface."""
    return None, FitRes(Status(Code.OK, ""), ndarrays_to_parameters([update]), 1, {})


def record(update: np.ndarray) -> RecordDict:
    """What a client sends by the newer interface."""
    return RecordDict({"arrays": ArrayRecord({"w": Array(update)}), "metrics": MetricRecord({"n": 1})})


def main() -> None:
    """Measure and print."""
    path, count, step = Path(sys.argv[1]), int(sys.argv[2]), np.float32(sys.argv[3])
    updates = [row.astype(np.float32) * step for row in np.memmap(path, np.int8).reshape(count, -1)]
    plain, found = best(lambda: aggregate([([update], 1) for update in updates]))
    first = [float(x) for x in found[0][:SHOWN]]
    results = [serialised(update) for update in updates]
    inplace, found = best(lambda: aggregate_inplace(results))
    results.clear()
    records = [record(update) for update in updates]
    arrays, found = best(lambda: aggregate_arrayrecords(records, "n"))
    times = {"aggregate": plain, "aggregate_inplace": inplace, "aggregate_arrayrecords": arrays}
    json.dump({"first": first, "seconds": times}, sys.stdout)


if __name__ == "__main__":
    main()
