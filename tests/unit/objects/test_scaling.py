"""Real factors of whole numbers against exact fractions, and Model Stock's share against floats."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import RangeError
from federity.objects.scaling import absolute, scaled, stock


@given(st.lists(st.integers(-(2**46), 2**46), min_size=1, max_size=8), st.fractions(-60, 60))
def test_scaled_is_the_product_to_the_nearest(values: list[int], factor: Fraction) -> None:
    found = scaled(np.array(values, np.int64), factor)
    for value, one in zip(values, found.tolist(), strict=True):
        assert abs(one - value * factor) <= Fraction(abs(value), 2**33) + 1


def test_whole_factors_are_exact() -> None:
    values = np.array([2**46, -(2**46), 3, -1, 0], np.int64)
    for factor in (0, 1, -1, 7, Fraction(1, 2)):
        assert scaled(values, Fraction(factor)).tolist()[:2] == [2**46 * factor, -(2**46) * factor]
    assert scaled(values, Fraction(1, 2)).tolist()[2:] == [2, 0, 0]


@pytest.mark.parametrize(("value", "factor"), [(2**60, 64), (1, 2**40), (-(2**60), -64)])
def test_what_leaves_the_range_is_refused(value: int, factor: int) -> None:
    with pytest.raises(RangeError, match="too large"):
        scaled(np.array([value], np.int64), Fraction(factor))


def test_magnitudes_sum_beyond_64_bits() -> None:
    assert absolute(np.array([-(2**59), 2**59] * 40, np.int64)) == 80 * 2**59


@given(st.integers(2, 4), st.integers(0, 2**32), st.sampled_from([2**10, 2**30, 2**45]))
def test_stock_is_the_papers_share(count: int, seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    common = random.integers(-size, size, 30)
    changes = [common + random.integers(-size, size, 30) for _ in range(count)]
    unit = [change / np.linalg.norm(change.astype(np.float64)) for change in changes]
    cosine = np.mean([unit[i] @ unit[j] for i in range(count) for j in range(i)])
    wanted = count * cosine / (1 + (count - 1) * cosine)
    assert float(stock([change.reshape(5, 6) for change in changes])) == pytest.approx(wanted, abs=1e-9)


def test_stock_of_what_has_no_share_stays_at_the_base() -> None:
    one, nothing = np.array([3, 4], np.int64), np.zeros(2, np.int64)
    assert stock([one, -one]) == 0
    assert stock([one, nothing]) == 0
    assert stock([one, one, one]) == 1


def test_products_of_many_large_values_do_not_wrap() -> None:
    ones = np.full(3 << 20, 2**45, np.int64)
    assert stock([ones, ones]) == 1
