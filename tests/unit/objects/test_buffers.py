"""Running statistics on the wire: as far as the weights go, in steps of their own, no variance below zero."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.objects import Accumulator, manifest_of
from federity.objects.feedback import change_of
from federity.objects.quantisation import RATIO, quantise
from federity.objects.statistics import statistics_of

BUFFERS = ("running_mean", "running_var")


def model(seed):
    """Weights of a net half trained, whose variances span a factor of a thousand."""
    rng = np.random.default_rng(seed)
    return {
        "running_mean": rng.normal(0, 0.1, 200).astype(np.float32),
        "running_var": (10 ** rng.uniform(-3, 0, 200)).astype(np.float32),
        "w": rng.normal(0, 0.1, 8000).astype(np.float32),
    }


def after_training(start, seed, least=0.02):
    rng = np.random.default_rng(seed)
    return {
        "running_mean": start["running_mean"] + rng.normal(0, 0.02, 200).astype(np.float32),
        "running_var": start["running_var"] * rng.uniform(least, 1.2, 200).astype(np.float32),
        "w": start["w"] + rng.laplace(0, 0.05, 8000).astype(np.float32),
    }


def sent(manifest, end, start, *, ratio=RATIO, norm_bound=None, statistics=None):
    return quantise(
        manifest,
        change_of(manifest, end, start),
        ratio=ratio,
        norm_bound=norm_bound,
        statistics=statistics_of(manifest, end, start) if statistics is None else statistics,
    ).delta


def moved(start, end, head):
    """How far the weights went of their way, and where statistics belong that go as far."""
    way = (end["w"] - start["w"]).astype(np.float64)
    share = float(np.dot(head["w"] - start["w"], way) / np.dot(way, way))
    return share, {name: start[name] + share * (end[name] - start[name]) for name in BUFFERS}


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(1, 100), min_size=1, max_size=4),
    st.sampled_from([3, 7]),
    st.sampled_from([None, 200_000]),
    st.sampled_from([RATIO, 0.06, 0.25]),
)
def test_no_average_has_a_variance_below_zero(seed, counts, precision, norm_bound, ratio):
    start = model(seed)
    manifest = manifest_of(start, BUFFERS, precision=precision)
    deltas = [
        sent(manifest, after_training(start, seed + 1 + i), start, ratio=ratio, norm_bound=norm_bound)
        for i in range(len(counts))
    ]
    weights = [65_536 * count // sum(counts) for count in counts]
    head = Accumulator.zero(manifest).merged(list(zip(deltas, weights, strict=True)))
    assert head.weights(manifest, start)["running_var"].min() > 0


def test_rounding_to_the_nearest_would_make_a_variance_negative():
    """The attack that the test above stands against does happen."""
    start = model(0)
    manifest = manifest_of(start, BUFFERS)
    delta = sent(manifest, after_training(start, 1), start, ratio=0.06, statistics={})
    head = Accumulator.zero(manifest).merged([(delta, 65_536)])
    assert head.weights(manifest, start)["running_var"].min() < -0.001


@pytest.mark.parametrize("name", BUFFERS)
def test_a_buffer_goes_as_far_as_the_weights_in_steps_of_its_own(name):
    """One that keeps its scale."""
    start = model(2)
    end = after_training(start, 3, 0.3)
    manifest = manifest_of(start, BUFFERS)
    head = Accumulator.zero(manifest).merged([(sent(manifest, end, start), 65_536)]).weights(manifest, start)
    share, aims = moved(start, end, head)
    assert 0.15 < share < 0.6
    spread = share * np.sqrt(np.mean(np.square(end[name] - start[name])))
    assert np.abs(head[name] - aims[name]).max() <= spread


def test_buffers_go_on_where_weights_do_not_and_all_the_way_with_nothing_to_wait_for():
    """An eighth at least, or a jump could hold back weights and itself for good; alone, all the way."""
    start = model(2)
    start["running_var"] *= 100_000
    end = {**after_training(start, 3), "running_var": start["running_var"]}
    manifest = manifest_of(start, BUFFERS)
    for weights, least, most in ((end["w"], 0.1, 0.5), (start["w"], 0.7, 1.3)):
        there = {**end, "running_mean": start["running_mean"] + 6, "w": weights}
        head = Accumulator.zero(manifest).merged([(sent(manifest, there, start), 65_536)])
        went = (head.weights(manifest, start)["running_mean"] - start["running_mean"]) / 6
        assert least < went.min() <= went.max() < most


def test_a_variance_keeps_half_of_the_smaller_of_what_it_was_and_becomes():
    start = model(5)
    end = after_training(start, 6, 0.3)
    manifest = manifest_of(start, BUFFERS)
    head = Accumulator.zero(manifest).merged([(sent(manifest, end, start), 65_536)]).weights(manifest, start)
    share, aims = moved(start, end, head)
    assert (head["running_var"] >= np.minimum(start["running_var"], aims["running_var"]) / 2 - 1e-6).all()
    # And it is no further from where it belongs than a step, which is half the spread of what is sent of it.
    step = share * np.sqrt(np.mean(np.square(end["running_var"] - start["running_var"]))) / 2
    assert np.abs(head["running_var"] - aims["running_var"]).max() <= step + 1e-6


@pytest.mark.parametrize(("ratio", "most"), [(0.03, 0.3), (0.25, 0.06)])
def test_with_more_to_spend_statistics_are_finer_too(ratio, most):
    start = model(7)
    end = after_training(start, 8, 0.3)
    end["running_mean"] = start["running_mean"] + np.random.default_rng(9).normal(0, 0.1, 200).astype(
        np.float32
    )
    manifest = manifest_of(start, BUFFERS)
    made = quantise(manifest, change_of(manifest, end, start), ratio=ratio)
    head = Accumulator.zero(manifest).merged([(made.delta, 65_536)]).weights(manifest, start)
    share, aims = moved(start, end, head)
    spread = share * np.sqrt(np.mean(np.square(end["running_mean"] - start["running_mean"])))
    assert np.abs(head["running_mean"] - aims["running_mean"]).max() <= most * spread


def test_what_holds_nothing_negative_is_a_variance_if_it_is_a_buffer():
    tensors = {
        "m": np.array([0, -1e-9], np.float32),
        "v": np.zeros(3, np.float32),
        "w": np.ones(2, np.float32),
    }
    found = statistics_of(manifest_of(tensors, ["m", "v"]), tensors, tensors)
    assert {name: statistic.positive for name, statistic in found.items()} == {"m": False, "v": True}


def test_statistics_are_measured_anew_and_carry_nothing():
    start = model(4)
    manifest = manifest_of(start, BUFFERS)
    residual = np.ones(manifest.elements, np.float32)
    change = change_of(manifest, start, start, residual)
    assert not change[:400].any()
    assert change[400 : manifest.weights].all()
