"""Statistics whose scale moves arrive, by value, whatever they were at the genesis, and merge exactly."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from federity.errors import BadBlob, RangeError
from federity.objects import (
    Accumulator,
    DeltaInfo,
    Manifest,
    TensorSpec,
    change_of,
    decode_delta,
    encode_delta,
    manifest_of,
)
from federity.objects.digits import digit_of, reach, steps_of
from federity.objects.feedback import variances_of
from federity.objects.quantisation import RATIO, quantise
from federity.objects.scales import moved_scale

WEIGHTS = 4000


def fresh(mean=0.0, variance=1.0, channels=3, dtype=np.float32):
    rng = np.random.default_rng(0)
    return {
        "mean": np.full(channels, mean, dtype),
        "variance": np.full(channels, variance, dtype),
        "w": rng.normal(0, 0.1, WEIGHTS).astype(np.float32),
    }


def sent(manifest, end, start, **options):
    made = quantise(
        manifest,
        change_of(manifest, end, start),
        variances=variances_of(manifest, end),
        moved=moved_scale(manifest, end, start),
        **options,
    )
    return decode_delta(encode_delta(made.delta, DeltaInfo()), manifest)[0]


def after_rounds(start, goals, *, rounds=3, precision=7, **options):
    """The head after rounds in which each contributor's training ends at its goal; equal weights."""
    manifest = manifest_of(start, ["mean", "variance"], precision=precision)
    head, rng = Accumulator.zero(manifest), np.random.default_rng(1)
    for _ in range(rounds):
        stands = head.weights(manifest, start)
        deltas = []
        for mean, variance in goals:
            w = stands["w"] + rng.laplace(0, 0.02, WEIGHTS).astype(np.float32)
            dtype = start["mean"].dtype
            end = {"mean": np.array(mean, dtype), "variance": np.array(variance, dtype), "w": w}
            deltas.append((sent(manifest, end, stands, **options), 65_536 // len(goals)))
        head = head.merged(deltas)
    return head.weights(manifest, start)


PIXELS = ([121.5, 118.2, 99.0], [5168.0, 5304.0, 4900.0])
MONEY = ([5e4, 39.0, 0.5], [2.5e9, 180.0, 0.25])
COUNTS = ([750.0, 3.0, 0.0], [5.0, 5.0, 5.0])


@pytest.mark.parametrize("genesis", [0.0, 1.0])
@pytest.mark.parametrize("precision", [7, 3])
@pytest.mark.parametrize("goal", [PIXELS, MONEY, COUNTS], ids=["pixels", "money", "counts"])
def test_statistics_of_raw_data_arrive_within_three_rounds(goal, precision, genesis):
    head = after_rounds(fresh(genesis, genesis), [goal], precision=precision)
    mean, variance = (np.array(values) for values in goal)
    # To a hundredth, or to what a small buffer beside a large one is told at the coarsest shift.
    assert np.all(np.abs(head["mean"] - mean) <= 0.01 * np.abs(mean) + 0.6)
    assert np.all(np.abs(head["variance"] - variance) <= 0.01 * variance + 0.6)
    assert head["variance"].min() > 0


TINY = ([2e-6, -3e-6, 1e-6], [4e-9, 5e-9, 9e-9])


@pytest.mark.parametrize(("genesis", "step"), [(MONEY, 0.03), (TINY, 0)], ids=["money", "tiny"])
def test_statistics_of_a_model_that_was_trained_before_follow_the_data(genesis, step):
    """A small column beside a large one, and columns that are all small: both move, neither is spoilt."""
    start = fresh()
    for name, values in zip(("mean", "variance"), genesis, strict=True):
        start[name] = np.array(values, np.float32)
    goal = [1.3 * start["mean"], 1.7 * start["variance"]]
    head = after_rounds(start, [goal], rounds=6)
    for name, wanted in zip(("mean", "variance"), goal, strict=True):
        assert np.allclose(head[name], wanted, rtol=0.03, atol=step), name


def test_the_first_round_goes_nearly_all_of_the_way():
    head = after_rounds(fresh(), [PIXELS], rounds=1)
    assert np.allclose(head["mean"], PIXELS[0], rtol=0.01)
    assert np.allclose(head["variance"], PIXELS[1], rtol=0.01)


def test_contributors_statistics_are_averaged():
    other = ([10.0, 20.0, 30.0], [100.0, 200.0, 300.0])
    head = after_rounds(fresh(), [PIXELS, other], rounds=1)
    for name, mine, theirs in zip(("mean", "variance"), PIXELS, other, strict=True):
        assert np.allclose(head[name], (np.array(mine) + np.array(theirs)) / 2, rtol=0.005)


def test_a_variance_that_falls_from_afar_stays_above_zero():
    head = after_rounds(fresh(), [MONEY], rounds=2)
    start = {**fresh(), "variance": head["variance"]}
    small = after_rounds(start, [([0.0] * 3, [1e-3, 1e-3, 1e-3])], rounds=1)
    assert small["variance"].min() > 0


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float64])
def test_statistics_of_other_types_arrive(dtype):
    head = after_rounds(fresh(dtype=dtype), [PIXELS])
    assert head["variance"].dtype == dtype
    assert np.allclose(head["variance"].astype(np.float64), PIXELS[1], rtol=0.01)


def test_weights_and_the_vector_s_first_part_are_what_they_are_without_further_digits():
    """Where nothing leaves its scale, the further digits are zero and nothing else knows of them."""
    start = fresh(0.5, 1.0, 64)
    rng = np.random.default_rng(2)
    end = {name: a + rng.laplace(0, 0.02, a.shape).astype(np.float32) for name, a in start.items()}
    with_digits = manifest_of(start, ["mean", "variance"])
    plain = Manifest(
        tuple(TensorSpec(s.name, s.shape, s.dtype, s.kind, s.exponent, s.offset) for s in with_digits.tensors)
    )
    delta, narrow = sent(with_digits, end, start), sent(plain, end, start)
    assert delta.shift == narrow.shift
    assert np.array_equal(delta.values[: plain.elements], narrow.values)
    assert not delta.values[plain.elements :].any()
    assert plain.to_json().startswith(b'{"constants":[],"format":"federity/manifest/1"')


def test_a_buffer_that_moves_further_than_all_digits_is_named():
    start = fresh()
    end = {**start, "variance": np.full(3, 1e14, np.float32)}
    manifest = manifest_of(start, ["mean", "variance"])
    with pytest.raises(RangeError, match=r"'variance' has moved by 1e\+14") as refused:
        sent(manifest, end, start)
    assert "Scale the data" in refused.value.hint


def test_the_budget_counts_further_digits():
    start = fresh(channels=40)
    start["w"] = np.random.default_rng(3).normal(0, 0.1, 60_000).astype(np.float32)
    rng = np.random.default_rng(4)
    end = {
        "mean": rng.uniform(50, 200, 40).astype(np.float32),
        "variance": rng.uniform(4000, 6000, 40).astype(np.float32),
        "w": start["w"] + rng.laplace(0, 0.02, 60_000).astype(np.float32),
    }
    manifest = manifest_of(start, ["mean", "variance"])
    made = sent(manifest, end, start)
    size = len(encode_delta(made, DeltaInfo()))
    assert 0.9 * RATIO < size / (4 * manifest.weights) < 1.05 * RATIO


@given(
    npst.arrays(np.float64, st.integers(1, 30), elements=st.floats(-(2.0**40), 2.0**40)),
    st.sampled_from([3, 7]),
    st.integers(0, 8),
)
def test_digits_say_what_they_were_made_of(change, precision, shift):
    step = -precision - shift
    digits = 2
    while reach(precision, digits, shift) < 2.0**40:
        digits += 1
    steps = steps_of(change, 1.0, step)
    told = [digit_of(steps, digit, digits, precision) for digit in range(digits)]
    for i, (n, wanted) in enumerate(zip(steps.tolist(), change.tolist(), strict=True)):
        error = abs(Fraction(n) * Fraction(2) ** step - Fraction(wanted))
        assert error <= max(Fraction(2) ** step / 2, abs(Fraction(wanted)) / 255)
        assert sum(int(told[k][i]) << (precision + 1) * k for k in range(digits)) == n
    assert all(-(1 << precision) <= d.min() <= d.max() < 1 << precision for d in told)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"digits": 0}, "0 digits"),
        ({"digits": 33}, "33 digits"),
        ({"digits": True}, "digits"),
        ({"digits": 30}, "unit out of range"),
        ({"kind": "parameter"}, "is no buffer"),
        ({"zeros": True}, "cannot keep zeros"),
    ],
)
def test_what_is_no_number_of_digits_is_refused(changed, reason):
    fields = {"kind": "buffer", "digits": 3, "zeros": False} | changed
    with pytest.raises(BadBlob, match=reason):
        Manifest((TensorSpec("mean", (2,), "F32", exponent=3, offset=0, **fields),))


def test_the_manifest_says_where_digits_lie():
    manifest = manifest_of(fresh(), ["mean", "variance"])
    assert [spec.digits for spec in manifest.tensors] == [6, 6, 1]
    assert (manifest.weights, manifest.elements) == (WEIGHTS + 6, WEIGHTS + 36)
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert [(p.number, p.digit, p.offset - manifest.weights) for p in manifest.places[3:]] == [
        *((0, digit, 3 * digit - 3) for digit in range(1, 6)),
        *((1, digit, 15 + 3 * digit - 3) for digit in range(1, 6)),
    ]


def test_weights_that_are_zero_stay_zero_through_merges_of_who_keeps_them_and_who_does_not():
    rng = np.random.default_rng(5)
    start = {"bias": np.zeros(40, np.float32), "w": rng.normal(0, 0.1, (40, 100)).astype(np.float32)}
    pruned = rng.random((40, 100)) < 0.5
    start["w"][pruned] = 0
    manifest = manifest_of(start, keep_zeros=True)
    assert {spec.name: spec.zeros for spec in manifest.tensors} == {"bias": False, "w": True}
    assert Manifest.from_json(manifest.to_json()) == manifest
    head = Accumulator.zero(manifest)
    for _ in range(3):
        stands = head.weights(manifest, start)
        deltas = []
        for _ in range(3):
            end = {n: a + rng.laplace(0, 0.05, a.shape).astype(np.float32) for n, a in stands.items()}
            made = quantise(manifest, change_of(manifest, end, stands), ratio=0.5)
            deltas.append((made.delta, 65_536 // 3))
        head = head.merged(deltas)
    found = head.weights(manifest, start)
    assert not found["w"][pruned].any()
    assert found["w"][~pruned].all()
    assert found["bias"].all()
