"""The aggregation rules against Flower's and byzfl's, on random rounds."""

import json
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from federity.objects import Delta
from federity.strategies import WEIGHT_ONE, Candidate, distances, fedavg, krum, multi_krum, norm_clip, uniform

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".tools" / "rules" / "bin" / "python"
ROUNDS = 40


@cache
def rounds() -> list[tuple[list[Delta], dict[str, object]]]:
    """Random rounds: updates of mixed shifts, most of them near one another, and what the peers are told."""
    random = np.random.default_rng(7)
    found = []
    for _ in range(ROUNDS):
        count, length = int(random.integers(3, 16)), int(random.integers(2, 300))
        middle = random.integers(-40, 41, length)
        deltas = []
        for _ in range(count):
            spread = int(random.choice([1, 5, 80]))
            values = np.clip(middle + random.integers(-spread, spread + 1, length), -127, 127)
            deltas.append(Delta(values.astype(np.int8), int(random.choice([7, 8])), bytes(32)))
        faulty = int(random.integers(0, (count - 3) // 2 + 1))
        case = {
            "vectors": [vector(delta).tolist() for delta in deltas],
            "samples": [int(n) for n in random.integers(1, 10_000, count)],
            "byzantine": faulty,
            "selected": count - faulty - 1,
            "clip": float(np.median([np.linalg.norm(vector(delta)) for delta in deltas])),
        }
        found.append((deltas, case))
    return found


def vector(delta: Delta) -> np.ndarray:
    """An update in steps at shift 8."""
    return delta.values.astype(np.float64) * 2 ** (8 - delta.shift)


@cache
def theirs() -> list[dict[str, list[float]]]:
    """What the peers make of the rounds."""
    if not PEER.exists():
        pytest.skip("the peers' environment is not there: run `make interop`")
    done = subprocess.run(
        [PEER, Path(__file__).with_name("rules_peer.py")],
        input=json.dumps([case for _, case in rounds()]),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    answers: list[dict[str, list[float]]] = json.loads(done.stdout)
    return answers


def ours(rule: str, deltas: Sequence[Delta], case: dict[str, object]) -> list[int]:
    """Our weights."""
    rows = distances(deltas)
    declared = [Candidate(n, d.norm, row) for n, d, row in zip(case["samples"], deltas, rows, strict=True)]
    alike = [Candidate(1, d.norm, row) for d, row in zip(deltas, rows, strict=True)]
    faulty, bound = case["byzantine"], round(case["clip"] ** 2)
    match rule:
        case "flower fedavg":
            return fedavg(declared)
        case "flower norm_clip":
            return norm_clip(declared, bound=bound)
        case "byzfl norm_clip":
            return norm_clip(alike, bound=bound)
        case "flower uniform" | "byzfl uniform":
            return uniform(alike)
        case "flower krum" | "byzfl krum":
            return krum(alike, byzantine=faulty)
    return multi_krum(alike, byzantine=faulty, selected=case["selected"])


# byzfl knows no sample counts, so it has no FedAvg.
FLOWER = [f"flower {name}" for name in ("fedavg", "uniform", "norm_clip", "krum", "multi_krum")]
BYZFL = [f"byzfl {name}" for name in ("uniform", "norm_clip", "krum", "multi_krum")]


@pytest.mark.parametrize("rule", FLOWER + BYZFL)
def test_the_merge_is_theirs_within_the_rounding_of_the_weights(rule: str) -> None:
    for (deltas, case), answers in zip(rounds(), theirs(), strict=True):
        vectors = np.array([vector(delta) for delta in deltas])
        weights = ours(rule, deltas, case)
        merged = np.array(weights) @ vectors / WEIGHT_ONE
        # Weights are rounded down by less than 2^-16 (clipped ones twice); the bound on norms to an integer.
        chosen = np.array(weights)[:, None] > 0
        slack = (2 * np.abs(vectors) * chosen / WEIGHT_ONE).sum(axis=0) + 1e-6 * np.abs(vectors).max()
        if rule.endswith(" krum"):
            slack = np.full(vectors.shape[1], 1e-9)
        np.testing.assert_array_less(np.abs(merged - answers[rule]), slack + 1e-12)


def test_a_wrong_rule_would_be_noticed() -> None:
    """The rounds tell the rules apart: no two give the same merge throughout."""
    for i, one in enumerate(FLOWER):
        for other in FLOWER[:i]:
            assert any(not np.allclose(a[one], a[other], atol=1e-3) for a in theirs())
