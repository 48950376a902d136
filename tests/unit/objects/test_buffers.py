"""Running statistics on the wire: never cut, never starved by coarse steps, and no variance below zero."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.objects import Accumulator, manifest_of
from federity.objects.quantisation import carry_of, change_of, quantise, variances_of

BUFFERS = ("mean", "variance")


def model(seed):
    """Weights of a net half trained, whose variances span a factor of a thousand."""
    rng = np.random.default_rng(seed)
    return {
        "mean": rng.normal(0, 0.1, 200).astype(np.float32),
        "variance": (10 ** rng.uniform(-3, 0, 200)).astype(np.float32),
        "w": rng.normal(0, 0.1, 8000).astype(np.float32),
    }


def after_training(start, seed):
    rng = np.random.default_rng(seed)
    return {
        "mean": start["mean"] + rng.normal(0, 0.02, 200).astype(np.float32),
        "variance": start["variance"] * rng.uniform(0.02, 1.2, 200).astype(np.float32),
        "w": start["w"] + rng.laplace(0, 0.05, 8000).astype(np.float32),
    }


def sent(manifest, end, start, *, norm_bound=None, variances=None):
    return quantise(
        manifest,
        change_of(manifest, end, start),
        norm_bound=norm_bound,
        variances=variances_of(manifest, end) if variances is None else variances,
    ).delta


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 100), min_size=1, max_size=4),
    st.sampled_from([3, 7]),
    st.sampled_from([None, 200_000]),
)
def test_no_average_has_a_variance_below_zero(seed, counts, precision, norm_bound):
    start = model(seed)
    manifest = manifest_of(start, BUFFERS, precision=precision)
    deltas = [
        sent(manifest, after_training(start, seed + 1 + i), start, norm_bound=norm_bound)
        for i in range(len(counts))
    ]
    weights = [65_536 * count // sum(counts) for count in counts]
    head = Accumulator.zero(manifest).merged(list(zip(deltas, weights, strict=True)))
    # What rounding to float32 may take, and no more: frameworks add 1e-5 and more before they divide.
    assert head.weights(manifest, start)["variance"].min() >= -1e-6


def test_rounding_to_the_nearest_would_make_a_variance_negative():
    """The attack that the test above stands against does happen."""
    start = model(0)
    manifest = manifest_of(start, BUFFERS)
    delta = sent(manifest, after_training(start, 1), start, variances={})
    head = Accumulator.zero(manifest).merged([(delta, 65_536)])
    assert head.weights(manifest, start)["variance"].min() < -0.001


@pytest.mark.parametrize("name", BUFFERS)
def test_a_buffer_has_steps_of_its_own_however_coarse_the_parameters_are(name):
    start = model(2)
    end = after_training(start, 3)
    manifest = manifest_of(start, BUFFERS)
    head = Accumulator.zero(manifest).merged([(sent(manifest, end, start), 65_536)])
    spread = np.sqrt(np.mean(np.square(end[name] - start[name])))
    assert np.abs(head.weights(manifest, start)[name] - end[name]).max() <= spread / 2 + 1e-6


def test_a_variance_keeps_half_of_the_smaller_of_what_it_was_and_becomes():
    start = model(5)
    end = after_training(start, 6)
    manifest = manifest_of(start, BUFFERS)
    head = Accumulator.zero(manifest).merged([(sent(manifest, end, start), 65_536)])
    least = np.minimum(start["variance"], end["variance"]) / 2
    assert (head.weights(manifest, start)["variance"] >= least - 1e-6).all()
    # And it is no further from what it becomes than a step, which is half the spread of the change.
    step = np.sqrt(np.mean(np.square(end["variance"] - start["variance"]))) / 2
    assert np.abs(head.weights(manifest, start)["variance"] - end["variance"]).max() <= step + 1e-6


def test_a_variance_beyond_all_levels_is_cut_and_not_turned_round():
    start = {"variance": np.full(4, 0.1, np.float32), "w": np.zeros(9, np.float32)}
    end = {"variance": np.array([1e4, 0.1, 0.1, 0.1], np.float32), "w": np.ones(9, np.float32)}
    manifest = manifest_of(start, ["variance"])
    assert sent(manifest, end, start).values.tolist()[:4] == [127, 0, 0, 0]


@pytest.mark.parametrize(("ratio", "most"), [(0.015, 0.3), (0.25, 0.06)])
def test_with_more_to_spend_statistics_are_finer_too(ratio, most):
    start = model(7)
    end = after_training(start, 8)
    end["mean"] = start["mean"] + np.random.default_rng(9).normal(0, 0.1, 200).astype(np.float32)
    manifest = manifest_of(start, BUFFERS)
    made = quantise(manifest, change_of(manifest, end, start), ratio=ratio)
    off = (
        Accumulator.zero(manifest).merged([(made.delta, 65_536)]).weights(manifest, start)["mean"]
        - end["mean"]
    )
    assert np.abs(off).max() <= most * np.sqrt(np.mean(np.square(end["mean"] - start["mean"])))


def test_what_holds_nothing_negative_is_a_variance_if_it_is_a_buffer():
    tensors = {
        "m": np.array([0, -1e-9], np.float32),
        "v": np.zeros(3, np.float32),
        "w": np.ones(2, np.float32),
    }
    assert set(variances_of(manifest_of(tensors, ["m", "v"]), tensors)) == {"v"}


def test_statistics_are_measured_anew_and_carry_nothing():
    start = model(4)
    manifest = manifest_of(start, BUFFERS)
    residual = np.ones(manifest.elements, np.float32)
    assert carry_of(manifest, start, start, residual) == (0, 0, 1)
