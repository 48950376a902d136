"""Weights that a keeper proposes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.strategies import STRATEGIES, strategy_for
from federity_keeper.policy import Policy, Share, weights


@st.composite
def shares_of_a_round(draw: st.DrawFn) -> list[Share]:
    count = draw(st.integers(1, 12))
    places = draw(st.lists(st.integers(-(2**30), 2**30), min_size=count, max_size=count))
    return [
        Share(
            draw(st.integers(0, 2**32 - 1)),
            place * place,
            draw(st.booleans()),
            tuple((place - other) ** 2 for other in places),
        )
        for place in places
    ]


@given(
    shares_of_a_round(),
    st.sampled_from(sorted(STRATEGIES)),
    st.integers(1, 65536),
    st.integers(1, 65536),
    st.integers(0, 2**60),
    st.integers(0, 3),
)
def test_weights_are_what_the_program_takes(
    shares: list[Share], strategy: str, cap: int, own_cap: int, clip: int, byzantine: int
) -> None:
    policy = Policy(strategy=strategy, max_weight=own_cap, clip_norm=clip, byzantine=byzantine)
    found = weights(shares, policy, cap)
    assert len(found) == len(shares)
    assert sum(found) <= 65536
    assert all(0 <= weight <= min(cap, own_cap) for weight in found)
    assert all(weight == 0 for weight, share in zip(found, shares, strict=True) if not share.trusted)


def test_uniform_shares_alike_among_the_trusted() -> None:
    shares = [Share(1, 0, True), Share(100, 0, False), Share(3, 0, True)]
    assert weights(shares, Policy(), 65536) == [32768, 0, 32768]


def test_samples_are_capped() -> None:
    shares = [Share(900, 0, True), Share(100, 0, True)]
    assert weights(shares, Policy(strategy="fedavg", max_weight=40000), 65536) == [40000, 6553]


def test_a_long_vector_is_shrunk_to_the_clip() -> None:
    shares = [Share(1, 400, True), Share(1, 100, True)]
    assert weights(shares, Policy(strategy="norm_clip", clip_norm=100), 65536) == [16384, 32768]


def on_a_line(*places: int, untrusted: int | None = None) -> list[Share]:
    return [
        Share(1, x * x, i != untrusted, tuple((x - y) ** 2 for y in places)) for i, x in enumerate(places)
    ]


def test_krum_takes_the_one_in_the_middle_of_most() -> None:
    shares = on_a_line(10, 12, 11, 1000, 13)
    assert weights(shares, Policy(strategy="krum", byzantine=1), 65536) == [0, 65536, 0, 0, 0]
    assert weights(shares, Policy(strategy="krum", byzantine=1), 30000) == [0, 30000, 0, 0, 0]


def test_multi_krum_leaves_the_outlier_out() -> None:
    shares = on_a_line(10, 12, 11, 1000, 13)
    kept = weights(shares, Policy(strategy="multi_krum", byzantine=1, selected=4), 65536)
    assert kept == [16384, 16384, 16384, 0, 16384]


def test_only_trusted_commits_are_compared() -> None:
    shares = on_a_line(0, 1000, 1001, 1003, 2, untrusted=2)
    trusted = [0, 1, 3, 4]
    cut = [
        Share(s.samples, s.norm, True, tuple(s.distances[i] for i in trusted))
        for s in (shares[i] for i in trusted)
    ]
    assert weights(shares, Policy(strategy="krum"), 65536)[2] == 0
    assert [weights(shares, Policy(strategy="krum"), 65536)[i] for i in trusted] == weights(
        cut, Policy(strategy="krum"), 65536
    )


def test_a_round_with_too_few_for_the_rule_weighs_nothing() -> None:
    assert weights(on_a_line(1, 2, 3, 4), Policy(strategy="krum", byzantine=1), 65536) == [0] * 4
    assert sum(weights(on_a_line(1, 2, 3, 4, 5), Policy(strategy="krum", byzantine=1), 65536)) == 65536


@pytest.mark.parametrize("name", ["uniform", "fedavg"])
def test_the_rules_are_the_sdks_own(name: str) -> None:
    assert Policy(strategy=name).rule is strategy_for(name)
