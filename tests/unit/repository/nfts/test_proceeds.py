"""What an update has earned and what a purse holds beside it: the program's sums, in whole numbers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from federity._generated.constants import MAX_PRICE, ROUND_OPEN, WEIGHT_ONE, WEIGHTING_KEEPER
from federity.repository.nfts.proceeds import dust, earned


def _earned(dividend: int, since: int, claimed: int, weight: int) -> int:
    rules = SimpleNamespace(weighting=WEIGHTING_KEEPER, max_weight=WEIGHT_ONE)
    branch = SimpleNamespace(dividend=dividend)
    round_ = SimpleNamespace(kind=ROUND_OPEN, rules=rules, dividend=since)
    commit = SimpleNamespace(rejects=0, weight=weight, claimed=claimed)
    return earned(cast(Any, branch), cast(Any, round_), cast(Any, commit))


def _dust(balance: int, owed: int) -> int:
    return dust(cast(Any, SimpleNamespace(balance=balance, owed=owed)))


def test_only_sales_after_the_merge_and_after_the_last_payment_count() -> None:
    one = 1 << 64
    assert _earned(5 * one, 0, 0, 3) == 15
    assert _earned(5 * one, 2 * one, 0, 3) == 9
    assert _earned(5 * one, 2 * one, 4 * one, 3) == 3
    assert _earned(5 * one, 5 * one, 0, 3) == 0
    # What is less than a lamport waits.
    assert _earned(one // 2, 0, 0, 1) == 0


def test_what_is_owed_in_part_is_kept_whole() -> None:
    assert [_dust(7, owed) for owed in (0, 1, 1 << 64, (6 << 64) + 1, 7 << 64)] == [7, 6, 6, 0, 0]


@given(st.lists(st.integers(1, WEIGHT_ONE), min_size=1, max_size=30), st.integers(1, MAX_PRICE))
def test_a_price_is_what_its_authors_have_and_less_than_a_lamport_each(
    weights: list[int], price: int
) -> None:
    dividend = (price << 64) // sum(weights)
    paid = sum(_earned(dividend, 0, 0, weight) for weight in weights)
    assert price - len(weights) <= paid <= price
