"""Line by line what the learning task promises, as the mean of five seeds."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from bench.learning import SEEDS, Run, run


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    torch.set_num_threads(1)
    return [run(seed) for seed in SEEDS]


def mean(runs: list[Run], name: str) -> float:
    return float(np.mean([getattr(found, name) for found in runs]))


def test_merged_beats_alone_by_ten_points(runs: list[Run]) -> None:
    assert mean(runs, "merged") - mean(runs, "alone") >= 0.10


def test_compression_costs_at_most_a_point(runs: list[Run]) -> None:
    assert mean(runs, "averaged") - mean(runs, "merged") <= 0.01


def test_deltas_are_at_most_three_hundredths_of_float32(runs: list[Run]) -> None:
    assert max(found.ratio for found in runs) <= 0.03


def test_norms_stay_below_the_bound_of_the_demo(runs: list[Run]) -> None:
    from federity.demo.owner import NORM_BOUND

    assert max(found.norm for found in runs) < NORM_BOUND
