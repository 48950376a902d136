"""Integers that training moves: refused by name, or the trainer's own and said to be."""

import numpy as np
import pytest

from federity.errors import ModelError
from federity.objects import manifest_of
from federity.objects.constants import moved_counters, with_counters_of


def model():
    return {
        "averaged": np.array(0),
        "batches": np.array([12], np.int32),
        "codes": np.arange(5),
        "flag": np.array(0, np.uint8),
        "mask": np.array([True, False]),
        "far": np.array([0, -np.inf], np.float32),
        "seed": np.array([1, 2], np.uint32),
        "w": np.ones(3, np.float32),
    }


def test_counters_and_generators_are_told():
    start = model()
    manifest = manifest_of(start)
    assert moved_counters(manifest, {**start, "w": np.zeros(3, np.float32)}, start) == ()
    end = {
        **start,
        "averaged": np.array(100),
        "batches": np.array([14], np.int32),
        "seed": np.array([9, 9], np.uint32),
    }
    assert moved_counters(manifest, end, start) == ("averaged", "batches", "seed")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("codes", np.arange(5)[::-1]),
        ("flag", np.array(1, np.uint8)),
        ("mask", np.array([False, False])),
        ("far", np.array([0, 0], np.float32)),
    ],
)
def test_what_a_model_s_answers_depend_on_is_refused_by_name(name, value):
    start = model()
    with pytest.raises(ModelError, match=rf"^{name} changed") as refused:
        moved_counters(manifest_of(start), {**start, "averaged": np.array(3), name: value}, start)
    assert "federity branch create NAME --model FILE" in refused.value.hint


def test_who_goes_on_keeps_what_they_counted():
    start = model()
    own = {**start, "averaged": np.array(100), "batches": np.array([3], np.int32)}
    own["seed"], own["codes"] = np.array([7, 7], np.uint32), np.zeros(5, np.int64)
    found = with_counters_of(manifest_of(start), own, start)
    assert found["averaged"] == 100
    assert found["batches"] == 12
    assert found["seed"].tolist() == [7, 7]
    assert found["codes"].tolist() == [0, 1, 2, 3, 4]
    assert with_counters_of(manifest_of(start), {}, start) == start
