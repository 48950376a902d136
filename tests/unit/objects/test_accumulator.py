"""Heads: exact sums, and refusals of everything that could leave the range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from federity import _native
from federity.errors import BadBlob, NonFiniteWeights, RangeError
from federity.objects import VALUE_LIMIT, WEIGHT_ONE, Accumulator, Delta, manifest_of
from tests.strategies import any_values, deltas, manifest_with, models

R = 21888242871839275222246405745257275088548364400416034343698204186575808495617


def accumulator(values, bits: int = 24, manifest=None) -> Accumulator:
    manifest = manifest or manifest_with(len(values))
    return Accumulator(np.array(values, np.int64), bits, manifest.hash)


@given(deltas(), st.lists(st.integers(0, 1 << 14), min_size=1, max_size=4), st.integers(24, 30))
def test_a_merge_is_the_stated_sum(pair, weights, bits):
    _, delta = pair
    start = accumulator(range(len(delta.values)), bits)
    found = start.merged([(delta, w) for w in weights])
    scale = 2 ** (bits - 16 - delta.shift)
    wanted = [a + sum(weights) * scale * int(d) for a, d in enumerate(delta.values)]
    assert found.values.tolist() == wanted
    assert start.values.tolist() == list(range(len(delta.values)))


@given(deltas(), st.data())
def test_a_merge_does_not_depend_on_the_order(pair, data):
    manifest, delta = pair
    other = Delta(delta.values[::-1].copy(), 3, manifest.hash)
    parts = [(delta, 1000), (other, 77), (delta, 1)]
    start = Accumulator.zero(manifest)
    assert start.merged(parts) == start.merged(data.draw(st.permutations(parts)))


@pytest.mark.parametrize("weights", [[-1], [WEIGHT_ONE + 1], [WEIGHT_ONE, 1], [1 << 70]])
def test_weights_that_are_none_are_refused(weights):
    manifest = manifest_with(1)
    delta = Delta(np.ones(1, np.int8), 0, manifest.hash)
    with pytest.raises(RangeError, match="weights"):
        Accumulator.zero(manifest).merged([(delta, w) for w in weights])


def test_a_merge_that_leaves_the_range_is_refused():
    manifest = manifest_with(2)
    start = accumulator([0, VALUE_LIMIT - 1])
    with pytest.raises(RangeError, match="element 1"):
        start.merged([(Delta(np.array([1, 1], np.int8), 8, manifest.hash), 1)])
    with pytest.raises(RangeError):
        accumulator([0], 200).merged([(Delta(np.ones(1, np.int8), 0, manifest_with(1).hash), WEIGHT_ONE)])


@pytest.mark.parametrize("value", [VALUE_LIMIT, -VALUE_LIMIT, 2**63 - 1, -(2**63)])
def test_values_that_lanes_cannot_hold_are_refused(value):
    with pytest.raises(RangeError, match="2\\^61"):
        accumulator([0, value])


@given(npst.arrays(np.int64, 4, elements=st.integers(-VALUE_LIMIT + 1, VALUE_LIMIT - 1)))
def test_in_range_lanes_are_unique(lanes):
    """The coefficient of four lanes gives them back, so one commitment has one vector in range."""
    c = sum(int(v) << (62 * b) for b, v in enumerate(lanes)) % R
    c = c - R if c > R // 2 else c
    found = []
    for _ in range(4):
        low = ((c + 2**61) % 2**62) - 2**61
        found.append(low)
        c = (c - low) >> 62
    assert found == lanes.tolist()


@pytest.fixture(scope="module")
def srs(tmp_path_factory):
    return _native.srs_development(b"objects", 256, str(tmp_path_factory.mktemp("srs")))


@given(values=any_values, w=st.integers(0, 2**24))
def test_sums_of_vectors_have_the_sums_of_their_commitments(srs, values, w):
    """What a merge on chain computes with points is what a client computes with integers."""
    a = np.arange(len(values), dtype=np.int64) << 40
    point = _native.point_add(_native.commit(srs, a, 0), _native.point_mul(_native.commit(srs, values, 0), w))
    _native.aggregate(a, [values], [w])
    assert _native.commit(srs, a, 0) == point


def test_lanes_out_of_range_open_another_vectors_commitment_and_are_refused(srs):
    honest = np.array([5, 7, 0, 0], np.int64)
    forged = np.array([5 + (1 << 62), 6, 0, 0], np.int64)
    assert sum(int(v) << (62 * b) for b, v in enumerate(honest)) == sum(
        int(v) << (62 * b) for b, v in enumerate(forged)
    )
    with pytest.raises(ValueError, match="range"):
        _native.commit(srs, forged, 0)
    with pytest.raises(RangeError):
        accumulator(forged)


@pytest.mark.parametrize("bits", [23, 256, 24.0])
def test_fraction_bits_out_of_range_are_refused(bits):
    with pytest.raises(RangeError, match="fraction bits"):
        accumulator([0], bits)


@pytest.mark.parametrize("values", [np.zeros(1, np.int32), np.zeros((1, 1), np.int64)])
def test_other_arrays_are_refused(values):
    with pytest.raises(RangeError):
        Accumulator(values, 24, bytes(32))


@pytest.mark.parametrize("shift", [-1, 9, 1.0, True])
def test_a_delta_s_shift_is_in_range(shift):
    with pytest.raises(RangeError, match="shift"):
        Delta(np.zeros(1, np.int8), shift, bytes(32))


@pytest.mark.parametrize("values", [np.zeros(1, np.int16), np.zeros((1, 1), np.int8)])
def test_a_delta_is_flat_int8(values):
    with pytest.raises(RangeError, match="int8"):
        Delta(values, 0, bytes(32))


def test_values_are_frozen():
    found = Accumulator.zero(manifest_with(3))
    with pytest.raises(ValueError, match="read-only"):
        found.values[0] = 1
    delta = Delta(np.zeros(3, np.int8), 0, bytes(32))
    with pytest.raises(ValueError, match="read-only"):
        delta.values[0] = 1


def test_another_model_s_delta_is_refused():
    with pytest.raises(BadBlob, match="another model"):
        Accumulator.zero(manifest_with(3)).merged([(Delta(np.zeros(3, np.int8), 0, bytes(32)), 1)])


@given(models())
def test_the_genesis_is_the_base(model):
    tensors, buffers = model
    manifest = manifest_of(tensors, buffers)
    found = Accumulator.zero(manifest).weights(manifest, tensors)
    assert {n: t.tobytes() for n, t in found.items()} == {
        n: (t + np.zeros((), t.dtype)).tobytes() for n, t in tensors.items()
    }


def test_constants_come_from_the_base():
    tensors = {"w": np.ones(2, np.float32), "ids": np.arange(3)}
    manifest = manifest_of(tensors)
    assert Accumulator.zero(manifest).weights(manifest, tensors)["ids"].tolist() == [0, 1, 2]


def test_a_head_beyond_its_dtype_is_refused_by_name():
    tensors = {"w": np.full(3, 60000, np.float16)}
    manifest = manifest_of(tensors)
    head = accumulator([0, 0, 1 << 58], manifest=manifest)
    with pytest.raises(NonFiniteWeights, match=r"'w'.*F16.*element 2"):
        head.weights(manifest, tensors)


@given(deltas())
def test_the_norm_counts_steps_at_shift_eight(pair):
    _, delta = pair
    assert delta.norm == sum(int(d) ** 2 for d in delta.values) * 4 ** (8 - delta.shift)


@given(deltas(), st.integers(1, 50))
def test_units_that_need_a_proof(pair, n):
    _, delta = pair
    wanted = [k for k in range(-(-len(delta.values) // n)) if delta.values[k * n : (k + 1) * n].any()]
    assert delta.nonzero_units(n) == wanted
