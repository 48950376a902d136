"""Aggregation rules: integers, deterministic, never more than one in sum."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import ConfigError
from federity.strategies import WEIGHT_ONE, Candidate, fedavg, norm_clip, strategy_for, uniform

candidates = st.lists(
    st.builds(Candidate, st.integers(0, 2**32 - 1), st.integers(0, 2**70)), min_size=1, max_size=40
)
NAMES = ("uniform", "fedavg", "norm_clip")


@pytest.mark.parametrize("name", NAMES)
@given(round_=candidates, cap=st.integers(1, WEIGHT_ONE))
def test_weights_are_weights(name, round_, cap):
    weights = strategy_for(name)(round_, max_weight=cap)
    assert len(weights) == len(round_)
    assert all(type(w) is int and 0 <= w <= cap for w in weights)
    assert sum(weights) <= WEIGHT_ONE
    assert weights == strategy_for(name)(list(round_), max_weight=cap)


@pytest.mark.parametrize("name", NAMES)
@given(round_=candidates, data=st.data())
def test_a_commit_s_weight_does_not_depend_on_its_place(name, round_, data):
    order = data.draw(st.permutations(range(len(round_))))
    weights = strategy_for(name)(round_)
    assert strategy_for(name)([round_[i] for i in order]) == [weights[i] for i in order]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_weigh_and_caps_that_are_none_are_refused(name):
    with pytest.raises(ConfigError, match="no accepted commits"):
        strategy_for(name)([])
    for cap in (0, -1, WEIGHT_ONE + 1):
        with pytest.raises(ConfigError, match="cap"):
            strategy_for(name)([Candidate()], max_weight=cap)


def test_an_unknown_rule_is_refused():
    with pytest.raises(ConfigError, match="known are fedavg"):
        strategy_for("median")


@pytest.mark.parametrize(("samples", "norm"), [(-1, 0), (1 << 32, 0), (0, -1)])
def test_candidates_that_no_commit_could_be_are_refused(samples, norm):
    with pytest.raises(ConfigError):
        Candidate(samples, norm)


def test_uniform_is_one_over_k():
    assert uniform([Candidate()] * 3) == [21845] * 3
    assert uniform([Candidate()]) == [WEIGHT_ONE]
    assert uniform([Candidate()] * 3, max_weight=100) == [100] * 3


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9).filter(any))
def test_fedavg_is_the_share_of_samples(samples):
    weights = fedavg([Candidate(n) for n in samples])
    assert weights == [WEIGHT_ONE * n // sum(samples) for n in samples]


def test_a_boast_is_capped_before_shares_are_formed():
    round_ = [Candidate(100), Candidate(100), Candidate(2**32 - 1)]
    assert fedavg(round_)[0] == 0
    assert fedavg(round_, max_samples=100) == [21845] * 3
    assert fedavg(round_, max_weight=30000)[2] == 30000


def test_without_samples_all_count_the_same():
    assert fedavg([Candidate()] * 4) == [16384] * 4


def test_large_updates_are_scaled_to_the_median_length():
    round_ = [Candidate(1, 100), Candidate(1, 100), Candidate(1, 400)]
    assert norm_clip(round_) == [21845, 21845, 10922]
    assert norm_clip(round_, bound=25) == [10922, 10922, 5461]


@given(st.integers(0, 2**70), st.integers(1, 2**70))
def test_clipping_is_exact(norm, bound):
    (weight,) = norm_clip([Candidate(1, norm)], bound=bound)
    assert weight <= WEIGHT_ONE
    # The largest integer whose scaled norm is within the bound.
    if norm > bound:
        assert weight == math.isqrt(WEIGHT_ONE**2 * bound // norm)
        assert weight**2 * norm <= WEIGHT_ONE**2 * bound < (weight + 1) ** 2 * norm
