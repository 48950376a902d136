"""From weights to a delta: nothing is lost, and what is sent keeps to its bounds."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from federity import _native
from federity.errors import ConfigError, ManifestMismatch, NonFiniteWeights, RangeError
from federity.objects import (
    CHUNK_ELEMENTS,
    Accumulator,
    Manifest,
    TensorSpec,
    change_of,
    manifest_of,
    quantise,
)
from federity.objects.digits import usual_digit
from federity.objects.quantisation import RATIO, plan
from tests.strategies import manifest_with, models

SIZES = {"a": (40, 70), "b": (9,), "c": (), "d": (3000,)}
changes = npst.arrays(np.float32, st.integers(1, 80), elements=st.floats(-4, 4, width=32))


@given(changes, st.floats(0.01, 1), st.floats(0.01, 0.5), st.one_of(st.none(), st.integers(0, 8)))
def test_sent_and_residual_are_exactly_what_there_was(change, density, ratio, shift):
    found = quantise(manifest_with(len(change)), change, density=density, ratio=ratio, shift=shift)
    step = Fraction(1, 2 ** (7 + found.delta.shift))
    for c, d, r in zip(change, found.delta.values, found.residual, strict=True):
        assert int(d) * step + Fraction(float(r)) == Fraction(float(c))
    assert shift in (None, found.delta.shift)


@given(st.integers(0, 2**32), st.integers(1, 6))
def test_error_feedback_telescopes(seed, rounds):
    """After any number of rounds, what was sent plus the residual is the sum of all changes, exactly."""
    rng = np.random.default_rng(seed)
    manifest = manifest_with(50)
    residual = np.zeros(50, np.float32)
    total, sent = np.zeros(50), np.zeros(50)
    for _ in range(rounds):
        # Multiples of 2^-16 below 8 keep the test's own sums exact: only the codec could lose a bit.
        fresh = (rng.integers(-(2**18), 2**18, 50) / 2**16).astype(np.float32)
        found = quantise(manifest, fresh + residual)
        residual = found.residual
        sent += found.delta.values * 2.0 ** (-7 - found.delta.shift)
        total += fresh
    assert np.array_equal(sent + residual, total)


@given(st.integers(1, 80), st.integers(0, 2**32), st.floats(0.01, 1))
def test_density_bounds_the_support(n, seed, density):
    """Of magnitudes that all differ: equal ones are sent or kept together."""
    rng = np.random.default_rng(seed)
    change = (rng.permutation(n) * rng.choice([-1, 1], n) / 16).astype(np.float32)
    found = quantise(manifest_with(n), change, density=density, ratio=1.0)
    assert found.delta.nonzero <= np.ceil(density * n)


@given(changes, st.integers(0, 10**9))
def test_the_norm_keeps_to_the_bound(change, bound):
    assert quantise(manifest_with(len(change)), change, norm_bound=bound).delta.norm <= bound


def test_a_clipped_change_uses_the_bound():
    change = np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    free = quantise(manifest_with(4000), change, ratio=0.2)
    bound = free.delta.norm // 4
    assert quantise(manifest_with(4000), change, ratio=0.2, norm_bound=bound).delta.norm > 0.5 * bound


@pytest.mark.parametrize("ratio", [0.01, 0.026, 0.1])
@pytest.mark.parametrize("scale", [1e-3, 0.02, 1.0])
def test_the_coded_size_keeps_to_the_ratio(ratio, scale):
    change = (np.random.default_rng(1).laplace(0, scale, 44_000)).astype(np.float32)
    found = quantise(manifest_with(44_000), change, ratio=ratio, density=1.0)
    spent = len(_native.encode(found.delta.values)) / (4 * 44_000)
    assert 0.8 * ratio < spent < 1.05 * ratio


@pytest.mark.parametrize("scale", [1e-3, 0.01, 0.1, 0.5])
def test_no_other_steps_lose_less(scale):
    """At equal bytes the chosen steps keep as much as any shift's own do, and more than fine ones."""
    change = np.random.default_rng(2).laplace(0, scale, 44_000).astype(np.float32)
    manifest = manifest_with(44_000)

    def lost(found):
        return float(np.square(found.residual).sum() / np.square(change).sum())

    chosen = quantise(manifest, change)
    others = [lost(quantise(manifest, change, shift=s)) for s in range(9)]
    assert lost(chosen) < 1.01 * min(others)
    assert lost(chosen) < 0.97 * max(others)


def test_four_bit_deltas_keep_to_their_range():
    manifest = Manifest((TensorSpec("a", (500,), "F32", "parameter", 0, 0),), precision=3)
    change = np.random.default_rng(3).standard_normal(500).astype(np.float32)
    values = quantise(manifest, change, ratio=1.0, density=1.0).delta.values
    assert np.abs(values).max() <= 7


def test_buffers_that_jump_arrive_within_a_few_deltas_and_hold_no_parameter_back():
    """Whole, the jump would take every level, and leave the parameters no step fine enough to move at all."""
    rng = np.random.default_rng(4)
    tensors = {"w": rng.standard_normal(5000).astype(np.float32), "mean": np.zeros(8, np.float32)}
    manifest = manifest_of(tensors, ["mean"])
    goal = {
        "w": tensors["w"] + rng.laplace(0, 0.05, 5000).astype(np.float32),
        "mean": np.full(8, 6.5, np.float32),
    }
    head, missing = Accumulator.zero(manifest), []
    for _ in range(12):
        start = head.weights(manifest, tensors)
        head = head.merged([(quantise(manifest, change_of(manifest, goal, start)).delta, 1 << 16)])
        reached = head.weights(manifest, tensors)
        missing.append({name: float(np.abs(reached[name] - goal[name]).max()) for name in goal})
    assert missing[0]["mean"] <= 0.76 * 6.5
    assert missing[-1]["mean"] <= 6.5 / 16
    assert missing[-1]["w"] < 0.5 * np.abs(goal["w"] - tensors["w"]).max()


@given(models(), st.integers(0, 2**32))
def test_weights_and_back(model, seed):
    """A delta with all of a change brings another copy of the model to the same weights, within a step."""
    tensors, buffers = model
    manifest = manifest_of(tensors, buffers)
    rng = np.random.default_rng(seed)
    trained = {
        t.name: (
            tensors[t.name].astype(np.float64)
            + rng.uniform(-1, 1, t.shape) * 2.0 ** (-2 if t.kind == "buffer" else t.exponent - 5)
        ).astype(tensors[t.name].dtype)
        for t in manifest.tensors
    }
    change = change_of(manifest, trained, tensors)
    delta = quantise(manifest, change, density=1.0, ratio=9.0, shift=4).delta
    head = Accumulator.zero(manifest).merged([(delta, 1 << 16)]).weights(manifest, tensors)
    for t in manifest.tensors:
        unit = t.exponent + usual_digit(manifest, t)[1] if t.kind == "buffer" else t.exponent
        step = 2.0 ** (unit - 7 - 4)
        near = np.abs(head[t.name].astype(np.float64) - trained[t.name].astype(np.float64))
        slack = (
            np.abs(trained[t.name].astype(np.float64))
            * {"F32": 2.0**-23, "F16": 2.0**-10, "BF16": 2.0**-7}[t.dtype]
        )
        assert (near <= step / 2 + slack + 1e-30).all()


@pytest.mark.parametrize("norm_bound", [None, 10_000])
def test_the_chunks_of_a_plan_are_those_of_the_whole(norm_bound):
    rng = np.random.default_rng(6)
    tensors = {name: rng.standard_normal(size).astype(np.float32) for name, size in SIZES.items()}
    manifest = manifest_of(tensors, ["b"])
    trained = {name: t + rng.laplace(0, 0.01, t.shape).astype(np.float32) for name, t in tensors.items()}
    left = rng.laplace(0, 1e-4, manifest.elements).astype(np.float32)
    whole = quantise(manifest, change_of(manifest, trained, tensors, left), norm_bound=norm_bound)

    def change(part):
        return change_of(manifest, trained, tensors, left, part)

    found = plan(manifest, change, norm_bound=norm_bound)
    for start in range(0, manifest.elements, 777):
        part = slice(start, min(start + 777, manifest.elements))
        values, residual = found.apply(part, change(part))
        assert np.array_equal(values, whole.delta.values[part])
        assert np.array_equal(residual, whole.residual[part])


def test_a_large_model_is_judged_by_a_sample_and_never_held():
    """Three chunks, made up as they are asked for: none is asked for in a piece larger than a chunk."""
    n = 2 * CHUNK_ELEMENTS + 5
    asked = []

    def change(part):
        asked.append(part)
        return np.random.default_rng(part.start).laplace(0, 0.01, part.stop - part.start).astype(np.float32)

    found = plan(manifest_with(n), change)
    assert [part.stop - part.start for part in asked] == [CHUNK_ELEMENTS, CHUNK_ELEMENTS, 5]
    size = sum(len(_native.encode(found.apply(part, change(part))[0])) for part in list(asked))
    assert 0.9 * RATIO < size / (4 * n) < 1.05 * RATIO


def test_nothing_to_send_is_the_zero_delta():
    found = quantise(manifest_with(9), np.zeros(9, np.float32), norm_bound=0)
    assert found.delta.nonzero == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite_are_refused_by_name(bad):
    tensors = {"first": np.ones(3, np.float32), "second": np.ones(3, np.float32)}
    manifest = manifest_of(tensors)
    with pytest.raises(NonFiniteWeights, match="'second'"):
        change_of(manifest, {**tensors, "second": np.array([1, bad, 1], np.float32)}, tensors)


def test_a_change_beyond_float32_is_refused():
    tensors = {"w": np.full(3, 1e-30)}
    manifest = manifest_of(tensors)
    with pytest.raises(NonFiniteWeights, match="'w'"):
        change_of(manifest, {"w": np.full(3, 1e300)}, tensors)


def test_a_change_that_residuals_cannot_hold_is_refused():
    with pytest.raises(RangeError, match="too far"):
        quantise(manifest_with(2), np.array([2.0**18, 0], np.float32), shift=0)


def test_another_model_s_weights_and_residual_are_refused():
    tensors = {"w": np.ones(3, np.float32)}
    manifest = manifest_of(tensors)
    with pytest.raises(ManifestMismatch):
        change_of(manifest, {"w": np.ones(4, np.float32)}, tensors)
    for residual in (np.zeros(4, np.float32), np.full(3, np.nan, np.float32)):
        with pytest.raises(RangeError, match="residual"):
            change_of(manifest, tensors, tensors, residual)
    with pytest.raises(ManifestMismatch):
        quantise(manifest, np.zeros(4, np.float32))


@pytest.mark.parametrize(
    "settings",
    [{"density": 0}, {"density": 1.1}, {"ratio": 0}, {"shift": 9}, {"shift": -1}, {"norm_bound": -1}],
)
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ConfigError):
        quantise(manifest_with(2), np.ones(2, np.float32), **settings)
