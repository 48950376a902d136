"""Krum and Multi-Krum: who is chosen, and distances without rounding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import ConfigError
from federity.objects import Delta
from federity.strategies import WEIGHT_ONE, Candidate, distances, krum, multi_krum, strategy_for

MANIFEST = bytes(32)


def on_a_line(*places: int) -> list[Candidate]:
    """Candidates at these places."""
    return [Candidate(1, x * x, tuple((x - y) ** 2 for y in places)) for x in places]


lines = st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=20).map(lambda xs: on_a_line(*xs))


@pytest.mark.parametrize("name", ["krum", "multi_krum"])
@given(round_=lines, cap=st.integers(1, WEIGHT_ONE))
def test_weights_are_weights(name, round_, cap):
    weights = strategy_for(name)(round_, max_weight=cap)
    assert len(weights) == len(round_)
    assert all(type(w) is int and 0 <= w <= cap for w in weights)
    assert 0 < sum(weights) <= WEIGHT_ONE


@given(places=st.lists(st.integers(-(2**40), 2**40), min_size=3, max_size=12, unique=True), data=st.data())
def test_the_choice_does_not_depend_on_the_order(places, data):
    faulty = data.draw(st.integers(0, (len(places) - 3) // 2))
    order = data.draw(st.permutations(places))
    scores = {
        x: sum(sorted((x - y) ** 2 for y in places if y != x)[: len(places) - faulty - 2]) for x in places
    }
    chosen = krum(on_a_line(*order), byzantine=faulty).index(WEIGHT_ONE)
    assert scores[order[chosen]] == min(scores.values())


def test_of_equals_the_first_is_taken():
    assert krum(on_a_line(5, 5, 5, 5)) == [WEIGHT_ONE, 0, 0, 0]
    assert krum(on_a_line(1, 2)) == [WEIGHT_ONE, 0]
    assert krum(on_a_line(3)) == [WEIGHT_ONE]


def test_no_outlier_is_ever_chosen_however_far():
    for far in (100, 10**6, 10**12):
        assert krum(on_a_line(1, 2, 3, 4, far), byzantine=1)[4] == 0
        kept = multi_krum(on_a_line(1, 2, 3, 4, far), byzantine=1, selected=4)
        assert kept == [16384] * 4 + [0]
        # Two who agree with one another, against five.
        pair = multi_krum(on_a_line(1, 2, 3, 4, 5, far, far), byzantine=2, selected=5)
        assert pair == [13107] * 5 + [0, 0]


def test_more_faulty_than_can_be_told_apart_are_refused():
    for byzantine in (2, -1):
        for rule in (krum, multi_krum):
            with pytest.raises(ConfigError, match="cannot be told apart"):
                rule(on_a_line(1, 2, 3, 4, 5, 6), byzantine=byzantine)
    for selected in (0, 7, -1):
        with pytest.raises(ConfigError, match="cannot be selected"):
            multi_krum(on_a_line(1, 2, 3, 4, 5, 6), selected=selected)


@pytest.mark.parametrize("row", [(), (0, 1), (0, -1, 4), (1, 1, 4), (0, 2, 4)])
def test_distances_that_cannot_be_are_refused(row):
    first, *rest = on_a_line(0, 1, 2)
    for rule in (krum, multi_krum):
        with pytest.raises(ConfigError, match="squared distance"):
            rule([Candidate(1, first.norm, row), *rest])


@given(st.integers(1, 5), st.integers(1, 400), st.integers(0, 2**32 - 1))
def test_distances_are_exact(count, length, seed):
    random = np.random.default_rng(seed)
    deltas = [
        Delta(random.integers(-128, 128, length, np.int8), int(random.integers(9)), MANIFEST)
        for _ in range(count)
    ]
    plain = [[int(v) << 8 - d.shift for v in d.values] for d in deltas]
    expected = [tuple(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) for b in plain) for a in plain]
    assert distances(deltas) == expected


def test_distances_of_long_updates_are_exact():
    length = (1 << 17) + 3
    low, high = (Delta(np.full(length, v, np.int8), 0, MANIFEST) for v in (-128, 127))
    assert distances([low, high])[0][1] == (255 << 8) ** 2 * length
    assert distances([low])[0] == (0,)
    assert distances([]) == []


def test_updates_of_different_models_have_no_distance():
    one = Delta(np.zeros(4, np.int8), 0, MANIFEST)
    for other in (Delta(np.zeros(5, np.int8), 0, MANIFEST), Delta(np.zeros(4, np.int8), 0, b"\x01" * 32)):
        with pytest.raises(ConfigError, match="different models"):
            distances([one, other])
