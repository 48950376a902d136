import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import ConfigError
from federity.repository.ledger.planning import (
    batches,
    merged_weight,
    sample_weights,
    scaled_weight,
    uniform_weights,
    unit_size,
    units,
)

SIZES = (1024, 16384, 65536)


@pytest.mark.parametrize(("elements", "size"), [(600, 1024), (44_000, 16384), (1_000_000, 65536)])
def test_the_unit_fits_the_model(elements: int, size: int) -> None:
    assert unit_size(elements, SIZES) == size


def test_units_too_small_for_a_chunk_are_not_chosen() -> None:
    with pytest.raises(ConfigError):
        unit_size(1 << 22, [1024])
    assert unit_size(1 << 22, [1024, 16384]) == 16384


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=80), st.integers(1, 1 << 16))
def test_weights_never_exceed_one_nor_the_cap(samples: list[int], cap: int) -> None:
    for weights in (sample_weights(samples, cap), uniform_weights(len(samples), cap)):
        assert sum(weights) <= 1 << 16
        assert all(0 <= weight <= cap for weight in weights)


def test_weights_follow_samples_and_round_down() -> None:
    assert sample_weights([1, 2]) == [21845, 43690]
    assert sample_weights([1, 3], cap=30_000) == [16384, 30_000]
    assert sample_weights([0, 0]) == [0, 0]
    assert uniform_weights(3) == [21845] * 3


@pytest.mark.parametrize(("by_samples", "weight"), [(False, 32768), (True, 16384)])
def test_who_stands_rejected_takes_no_weight_from_the_others(by_samples: bool, weight: int) -> None:
    """As the program divides: among those that count."""
    rules = SimpleNamespace(weighting=int(by_samples), max_weight=1 << 16)
    round_ = SimpleNamespace(kind=1, rules=rules, accepted=3, rejected=1, sum_samples=40)
    counting, vetoed = (SimpleNamespace(rejects=n, samples=10, weight=0) for n in (0, 1))
    assert merged_weight(cast(Any, round_), cast(Any, counting)) == weight
    assert merged_weight(cast(Any, round_), cast(Any, vetoed)) == 0


def test_a_full_weight_scales_exactly() -> None:
    assert scaled_weight(1 << 16, 24, 8) == 1 << 16
    assert scaled_weight(1 << 16, 24, 0) == 1 << 24


MERGES = json.loads((Path(__file__).parents[4] / "protocol" / "vectors" / "merges.json").read_text())


@pytest.mark.parametrize("case", MERGES["cases"])
def test_scaled_weights_are_the_program_s(case: dict[str, Any]) -> None:
    for update in case["updates"]:
        scaled = scaled_weight(update["weight"], case["fraction_bits"], update["shift"])
        assert scaled == update["scaled_weight"]


@given(st.lists(st.integers()), st.integers(1, 9))
def test_batches_keep_order_and_lose_nothing(items: list[int], size: int) -> None:
    cut = batches(items, size)
    assert [item for batch in cut for item in batch] == items
    assert all(1 <= len(batch) <= size for batch in cut)


@given(st.integers(1, 1 << 24), st.sampled_from(SIZES))
def test_units_cover_the_vector_without_a_spare_one(elements: int, size: int) -> None:
    count = units(elements, size)
    assert (count - 1) * size < elements <= count * size
