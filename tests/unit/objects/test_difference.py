"""How two tensors differ: against numpy, and over the cut into parts."""

import math

import numpy as np
import pytest

from federity.errors import NonFiniteWeights
from federity.objects import difference as module
from federity.objects.difference import Difference, difference, together


def pair() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    before = random.standard_normal((40, 25)).astype(np.float32)
    after = before.copy()
    after[:10] += 0.01 * random.standard_normal((10, 25)).astype(np.float32)
    after[20, :5] *= -1
    return before, after


def test_every_number_is_that_of_its_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = pair()
    old, new = before.astype(np.float64).ravel(), after.astype(np.float64).ravel()
    monkeypatch.setattr("federity.objects.tensors.PART_ELEMENTS", 64)
    found = difference("w", before, after)
    assert (found.elements, found.changed) == (1000, int(np.count_nonzero(old != new)))
    assert found.l2 == pytest.approx(np.linalg.norm(new - old), rel=1e-12)
    assert found.largest == np.abs(new - old).max()
    assert found.cosine == pytest.approx(old @ new / np.linalg.norm(old) / np.linalg.norm(new), rel=1e-12)
    assert found.flips == np.count_nonzero(np.sign(old) * np.sign(new) < 0) >= 5
    assert sum(found.counts) == found.changed


def test_changes_are_counted_by_powers_of_ten() -> None:
    after = np.array([0, 1e-12, 5e-8, 0.02, 0.5, 1.5, 700.0])
    counts = difference("w", np.zeros(7), after).counts
    low = module.DECADES[0]
    expected = {0: 1, 1 + (-8 - low): 1, 1 + (-2 - low): 1, 1 + (-1 - low): 1, 1 - low: 1, 10: 1}
    assert {number: count for number, count in enumerate(counts) if count} == expected


def test_parts_add_up_and_nothing_is_no_difference() -> None:
    before, after = pair()
    halves = [difference("w", before[part], after[part]) for part in (slice(0, 20), slice(20, 40))]
    whole = difference("w", before, after)
    assert together(halves).changed == whole.changed
    assert math.isclose(together(halves).squares, whole.squares)
    assert together([]) == Difference()
    assert difference("w", np.zeros(3), np.ones(3)).cosine is None
    assert difference("w", before, before).counts == (0,) * len(whole.counts)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused_by_name(value: float) -> None:
    with pytest.raises(NonFiniteWeights, match="layer"):
        difference("layer", np.zeros(2), np.array([0, value]))
