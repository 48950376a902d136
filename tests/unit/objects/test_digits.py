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
from federity.objects.digits import digit_of, reach
from federity.objects.quantisation import RATIO, quantise
from federity.objects.statistics import FINENESS, Statistic, Way, statistics_of

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
        statistics=statistics_of(manifest, end, start),
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
    assert np.allclose(head["mean"], mean, rtol=0.01, atol=0)
    assert np.allclose(head["variance"], variance, rtol=0.01, atol=0)


SCALES = [1e-6, 1e-3, 0.3, 1.0, 255.0, 1e5, 1e9]


@pytest.mark.parametrize(
    "scales", [*([scale] * 3 for scale in SCALES), SCALES], ids=[*map(str, SCALES), "all"]
)
@pytest.mark.parametrize("precision", [7, 3])
def test_a_fresh_layer_s_statistics_arrive_within_three_rounds_at_any_scale_of_data(scales, precision):
    """Data of one scale in all columns, or of every scale side by side."""
    rng = np.random.default_rng(6)
    scale = np.array(scales)
    mean, variance = scale * rng.uniform(-1, 1, len(scales)), scale**2 * rng.uniform(0.1, 1, len(scales))
    head = after_rounds(fresh(channels=len(scales)), [(mean, variance)], precision=precision)
    assert np.allclose(head["mean"], mean, rtol=0.01, atol=0)
    assert np.allclose(head["variance"], variance, rtol=0.01, atol=0)


def test_statistics_that_training_approaches_step_by_step_are_followed():
    """A trainer moves a tenth of the way to the data with each of its twenty batches."""
    start, goal, left = fresh(), np.array([7.6e-5, 4e-9, 1e4], np.float32), 0.9**20
    manifest = manifest_of(start, ["mean", "variance"])
    head = Accumulator.zero(manifest)
    rng = np.random.default_rng(7)
    for _ in range(4):
        stands = head.weights(manifest, start)
        w = stands["w"] + rng.laplace(0, 0.02, WEIGHTS).astype(np.float32)
        end = {**stands, "variance": goal + np.float32(left) * (stands["variance"] - goal), "w": w}
        head = head.merged([(sent(manifest, end, stands), 65_536)])
    plain = goal + left**4 * (1 - goal)
    assert np.allclose(head.weights(manifest, start)["variance"], plain, rtol=0.1, atol=0)


TINY = ([2e-6, -3e-6, 1e-6], [4e-9, 5e-9, 9e-9])


@pytest.mark.parametrize("genesis", [MONEY, TINY], ids=["money", "tiny"])
def test_statistics_of_a_model_that_was_trained_before_follow_the_data(genesis):
    """A small column beside a large one, and columns that are all small: both move, neither is spoilt."""
    start = fresh()
    for name, values in zip(("mean", "variance"), genesis, strict=True):
        start[name] = np.array(values, np.float32)
    goal = [1.3 * start["mean"], 1.7 * start["variance"]]
    head = after_rounds(start, [goal], rounds=8)
    for name, wanted in zip(("mean", "variance"), goal, strict=True):
        assert np.allclose(head[name], wanted, rtol=0.06, atol=0), name


def test_a_small_variance_that_grows_is_rounded_up_no_further_than_to_what_it_becomes():
    """Beside a large one, whose steps are ten thousand times what it is."""
    start = {**fresh(channels=4), "variance": np.array([100.0, 1e-4, 2e-4, 5e-5], np.float32)}
    manifest = manifest_of(start, ["mean", "variance"])
    w = start["w"] + np.random.default_rng(8).laplace(0, 0.02, WEIGHTS).astype(np.float32)
    end = {**start, "variance": np.array([130.0, 2e-4, 2.5e-4, 9e-5], np.float32), "w": w}
    head = Accumulator.zero(manifest).merged([(sent(manifest, end, start), 65_536)])
    found = head.weights(manifest, start)["variance"]
    assert np.all(found >= start["variance"])
    assert np.all(found <= end["variance"] * 1.001)


def test_a_positive_statistic_never_leaves_less_than_half_of_the_smaller_of_what_was_and_becomes():
    """Where the finest step is too coarse for it, too."""
    was, becomes = np.array([1.0, 3e-15, 2e-20, 5.0]), np.array([1e-22, 1e-15, 1e-15, 0.0])
    way = Way(1.0, 1.0, 1.0, None, Statistic(was, becomes, positive=True))
    steps = way.steps(slice(0, 4), (becomes - was).astype(np.float32), 0, -48)
    left = was + np.ldexp(steps, -48)
    assert np.all(left >= np.minimum(was, becomes) / 2)
    assert np.all(left <= np.maximum(becomes, 0) + 2.0**-48)


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
    assert np.allclose(small["variance"], 1e-3, rtol=0.01)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float64])
def test_statistics_of_other_types_arrive(dtype):
    head = after_rounds(fresh(dtype=dtype), [PIXELS])
    assert head["variance"].dtype == dtype
    assert np.allclose(head["variance"].astype(np.float64), PIXELS[1], rtol=0.01)


def test_statistics_that_keep_their_scale_take_few_bytes():
    """They are a fortieth of this model, and other digits than the usual one are zero."""
    start = {**fresh(0.5, 0.7, 50)}
    rng = np.random.default_rng(2)
    end = {name: a + rng.laplace(0, 0.02, a.shape).astype(np.float32) for name, a in start.items()}
    manifest = manifest_of(start, ["mean", "variance"])
    delta = sent(manifest, end, start)
    used = {
        place.digit
        for place in manifest.places
        if place.number < 2 and delta.values[place.offset : place.offset + 50].any()
    }
    assert used <= {5, 6}
    plain = sent(manifest_of({"w": start["w"]}), {"w": end["w"]}, {"w": start["w"]})
    assert np.count_nonzero(delta.values[100 : manifest.weights]) > 0.6 * np.count_nonzero(plain.values)


def test_a_table_among_the_buffers_has_fewer_digits():
    tensors = {
        "long": np.zeros(70_000, np.float32),
        "mean": np.zeros((1, 8, 1, 1), np.float32),
        "table": np.ones((8, 8), np.float32),
        "w": np.ones(3, np.float32),
    }
    found = {t.name: (t.exponent, t.digits) for t in manifest_of(tensors, ["long", "mean", "table"]).tensors}
    assert found["long"] == found["table"] == (3, 6)
    assert found["mean"] == (-45, 15)


def test_a_buffer_that_moves_further_than_all_digits_is_named():
    start = fresh()
    end = {**start, "variance": np.full(3, 1e22, np.float32)}
    manifest = manifest_of(start, ["mean", "variance"])
    with pytest.raises(RangeError, match=r"'variance' has moved by 1e\+22") as refused:
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
    npst.arrays(np.float64, st.integers(1, 30), elements=st.floats(-(2.0**60), 2.0**60)),
    st.sampled_from([3, 7]),
    st.integers(0, 70),
)
def test_digits_say_what_they_were_made_of(change, precision, power):
    steps = np.rint(np.ldexp(np.rint(change), power))
    digits = 2
    while reach(precision, digits, 0) * 2.0**precision < 2.0 ** (60 + power):
        digits += 1
    told = [digit_of(steps, digit, digits, precision) for digit in range(digits)]
    for i, whole in enumerate(steps.tolist()):
        assert sum(int(told[k][i]) << (precision + 1) * k for k in range(digits)) == int(whole)
    assert all(-(1 << precision) <= d.min() <= d.max() < 1 << precision for d in told)


@given(
    npst.arrays(np.float32, 8, elements=st.floats(0, 2.0**60, width=32)),
    npst.arrays(np.float32, 8, elements=st.floats(0, 2.0**60, width=32)),
    st.floats(2.0**-10, 1),
    st.integers(0, 100),
    st.sampled_from([*FINENESS, None]),
)
def test_each_value_is_told_as_finely_as_its_own_scale_needs(was, becomes, share, size, fineness):
    step = -48
    way = Way(share, 1.0, 2.0**size, fineness, Statistic(was, becomes, positive=False))
    for i, n in enumerate(way.steps(slice(0, 8), becomes - was, 0, step).tolist()):
        old, new = Fraction(float(was[i])), Fraction(float(becomes[i]))
        jumped = old in (0, 1) or new > 4 * old or 4 * new < old
        wanted = (new - old) * (1 if jumped else Fraction(share))
        target = old + wanted
        bits = fineness if fineness is not None else 1
        room = Fraction(2) ** (size + step) / 2
        if jumped:
            room = min(abs(wanted), target) / 2 ** (bits + 4)
        elif fineness is not None:
            room = min(room, max(old, new, target) / 2 ** (fineness + 1))
        # The share of a difference is a product of two floats.
        slack = Fraction(2) ** step / 2 + abs(wanted) / 2**50
        assert abs(Fraction(n) * Fraction(2) ** step - wanted) <= room + slack


def test_a_mean_near_zero_has_the_scale_of_the_deviation_beside_it():
    """From 0.001 to 0.1 where the data vary by 10: no change of scale, nothing that is worth fine steps."""
    names = ("bn.running_mean", "bn.running_var", "other.mean")
    head = dict(zip(names, np.array([[0.001], [100.0], [0.001]], np.float32), strict=True))
    end = dict(zip(names, np.array([[0.1], [110.0], [0.1]], np.float32), strict=True))
    head["w"] = end["w"] = np.ones(2, np.float32)
    found = statistics_of(manifest_of(head, names), end, head)
    steps = {
        name: Way(0.5, 1.0, 2.0**60, 4, found[name]).steps(slice(0, 1), end[name] - head[name], 0, -48)
        for name in names
    }
    assert np.ldexp(steps["bn.running_mean"], -48) == 0
    assert np.ldexp(steps["other.mean"], -48) == pytest.approx(0.099, rel=0.01)
    assert np.ldexp(steps["bn.running_var"], -48) == pytest.approx(5, abs=2)


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
    assert [spec.digits for spec in manifest.tensors] == [15, 15, 1]
    assert (manifest.weights, manifest.elements) == (WEIGHTS + 6, WEIGHTS + 90)
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert [(p.number, p.digit, p.offset - manifest.weights) for p in manifest.places[3:]] == [
        (number, digit, 6 * digit - 6 + 3 * number) for digit in range(1, 15) for number in range(2)
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
