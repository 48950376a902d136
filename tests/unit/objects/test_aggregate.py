"""The fused sum of a round's updates, against Python's integers."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from federity import _native

LIMIT = 2**61


def plain(values, deltas, weights):
    return [
        a + sum(w * int(d[j]) for d, w in zip(deltas, weights, strict=True)) for j, a in enumerate(values)
    ]


@st.composite
def rounds(draw):
    """A vector of any length, up to twenty updates, weights of any size and sign."""
    n = draw(st.integers(0, 70))
    values = draw(st.lists(st.integers(1 - LIMIT, LIMIT - 1), min_size=n, max_size=n))
    count = draw(st.integers(0, 20))
    deltas = [draw(npst.arrays(np.int8, n)) for _ in range(count)]
    size, shift = draw(st.sampled_from([(16, 0), (16, 8), (16, 16), (24, 0), (40, 3), (55, 0)]))
    each = st.integers(-(2**size) // max(count, 1), 2**size // max(count, 1))
    weights = [w << shift for w in draw(st.lists(each, min_size=count, max_size=count))]
    return values, deltas, weights


@given(rounds())
@example(([], [], []))
@example(([LIMIT - 1, 1 - LIMIT], [], []))
@example(([LIMIT - 1], [np.array([1], np.int8)], [1]))
@example(([1 - LIMIT], [np.array([1], np.int8)], [-1]))
@example(([5], [np.array([-128], np.int8)], [2**55]))
@example(([0] * 3, [np.full(3, -128, np.int8)] * 9, [0] * 9))
def test_a_sum_is_exact_or_refused(case):
    values, deltas, weights = case
    wanted = plain(values, deltas, weights)
    found = np.array(values, np.int64)
    if any(abs(a) >= LIMIT for a in wanted):
        first = next(j for j, a in enumerate(wanted) if abs(a) >= LIMIT)
        with pytest.raises(ValueError, match=f"element {first} is outside the allowed range"):
            _native.aggregate(found, deltas, weights)
        wanted = values
    else:
        _native.aggregate(found, deltas, weights)
    assert found.tolist() == wanted


@pytest.mark.parametrize("fraction_bits", [24, 37])
@pytest.mark.parametrize(
    ("weights", "shifts"),
    [([2**16], [0]), ([2**16], [8]), ([2**16 - 1, 1], [0, 8]), ([2**10] * 64, [s % 9 for s in range(64)])],
)
def test_the_largest_rounds_of_the_protocol_are_exact_in_every_block(fraction_bits, weights, shifts):
    """More than one block and an odd end, every delta at an extreme: the sums come nearest to their bound."""
    n = 40_001
    scaled = [w << (fraction_bits - 16 - s) for w, s in zip(weights, shifts, strict=True)]
    pattern = np.resize(np.array([-128, 127, 0, -1], np.int8), n)
    values = np.arange(n, dtype=np.int64) << 40
    wanted = values + sum(scaled) * pattern.astype(np.int64)
    _native.aggregate(values, [pattern] * len(scaled), scaled)
    assert np.array_equal(values, wanted)


def test_a_refusal_in_one_block_takes_back_the_others():
    values = np.arange(50_000, dtype=np.int64)
    values[45_000] = LIMIT - 1
    before = values.copy()
    for weights in ([1, 1], [1, 2**40 + 1]):
        with pytest.raises(ValueError, match="element 45000"):
            _native.aggregate(values, [np.ones(50_000, np.int8)] * 2, weights)
        assert np.array_equal(values, before)


def test_a_vector_out_of_range_is_refused_even_when_the_sum_is_not():
    values = np.array([0, LIMIT], np.int64)
    with pytest.raises(ValueError, match="element 1"):
        _native.aggregate(values, [np.array([0, -1], np.int8)], [1])
    assert values.tolist() == [0, LIMIT]


@pytest.mark.parametrize("weights", [[2**55 + 1], [2**54, 2**54 + 1], [-(2**63)], [-(2**55), 1]])
def test_weights_that_could_wrap_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        _native.aggregate(np.zeros(1, np.int64), [np.ones(1, np.int8)] * len(weights), weights)
    with pytest.raises(OverflowError):
        _native.aggregate(np.zeros(1, np.int64), [np.ones(1, np.int8)], [2**63])


def test_what_does_not_fit_together_is_refused():
    values = np.zeros(2, np.int64)
    with pytest.raises(ValueError, match="length"):
        _native.aggregate(values, [np.ones(2, np.int8), np.ones(1, np.int8)], [1, 1])
    with pytest.raises(ValueError, match="one weight"):
        _native.aggregate(values, [np.ones(2, np.int8)], [])
    with pytest.raises(TypeError):
        _native.aggregate(np.zeros(2, np.int32), [np.ones(2, np.int8)], [1])
    with pytest.raises(TypeError):
        _native.aggregate(values, [np.ones(2, np.int16)], [1])
    with pytest.raises(TypeError, match="contiguous"):
        _native.aggregate(values, [np.ones(4, np.int8)[::2]], [1])
    assert values.tolist() == [0, 0]
