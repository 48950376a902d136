"""Flower's and byzfl's aggregation rules, in an environment of their own. Used by test_rules.py.

Reads one JSON list of cases from standard input and writes one answer for each:
{"vectors": [[float]], "samples": [int], "byzantine": int, "selected": int, "clip": float}
-> {name of the rule: the aggregated vector}
"""

import json
import sys
from typing import Any

import byzfl
import numpy as np
from flwr.server.strategy.aggregate import aggregate, aggregate_krum
from flwr.supercore.differential_privacy import clip_inputs_inplace


def answer(case: dict[str, Any]) -> dict[str, list[float]]:
    """What each rule makes of one round."""
    vectors = np.array(case["vectors"], np.float64)
    faulty, selected = case["byzantine"], case["selected"]

    def weighed() -> list[tuple[list[np.ndarray], int]]:
        return [([v.copy()], n) for v, n in zip(vectors, case["samples"], strict=True)]

    def alike() -> list[tuple[list[np.ndarray], int]]:
        return [([v.copy()], 1) for v in vectors]

    clipped = weighed()
    for arrays, _ in clipped:
        clip_inputs_inplace(arrays, case["clip"])
    short = byzfl.Clipping(case["clip"])(vectors.copy())
    found = {
        "flower fedavg": aggregate(weighed())[0],
        "flower norm_clip": aggregate(clipped)[0],
        "flower uniform": aggregate(alike())[0],
        "flower krum": aggregate_krum(alike(), faulty, 0)[0],
        "flower multi_krum": aggregate_krum(alike(), faulty, selected)[0],
        "byzfl uniform": byzfl.Average()(vectors.copy()),
        "byzfl norm_clip": byzfl.Average()(short),
        # byzfl counts n - f - 1 neighbours where the paper and Flower count n - f - 2, and keeps n - f.
        "byzfl krum": byzfl.Krum(faulty + 1)(vectors.copy()),
        "byzfl multi_krum": byzfl.MultiKrum(faulty + 1)(vectors.copy()),
    }
    return {name: [float(x) for x in vector] for name, vector in found.items()}


if __name__ == "__main__":
    json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
