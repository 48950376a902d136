"""What earlier deltas dropped is carried over, weighed against the change that training asks for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import ManifestMismatch, NonFiniteWeights, RangeError
from federity.objects import Accumulator, TensorSpec, manifest_of
from federity.objects.feedback import KEPT, Weights, change_of, weights_of
from federity.objects.manifest import Manifest
from federity.objects.quantisation import quantise

MANIFEST = Manifest(
    (TensorSpec("a", (4,), "F32", "parameter", 0, 0), TensorSpec("b", (3,), "F32", "parameter", -2, 4))
)
HEAD = {"a": np.zeros(4, np.float32), "b": np.zeros(3, np.float32)}


def trained(a, b):
    return {"a": np.array(a, np.float32), "b": np.array(b, np.float32)}


def test_a_first_change_is_sent_as_it_is():
    current = trained([0, 5, -3, 0], [1, 0, 0])
    assert weights_of(MANIFEST, current, HEAD, np.zeros(7, np.float32)).fresh == 1
    assert change_of(MANIFEST, current, HEAD).tolist() == [0, 5, -3, 0, 4, 0, 0]


def test_change_and_residual_are_weighed_by_their_lengths():
    """Lengths in units (a quarter of tensor b's values is one): the change's is 5, the residual's 10."""
    residual = np.array([6, 0, 8, 0, 0, 0, 0], np.float32)
    current = trained([3, 0, 0, 0], [0, 1, 0])
    weights = weights_of(MANIFEST, current, HEAD, residual)
    assert weights == Weights(0.5, KEPT)
    change = change_of(MANIFEST, current, HEAD, residual, weights=weights)
    assert change == pytest.approx([6 * KEPT + 1.5, 0, 8 * KEPT, 0, 0, 2, 0])


def test_what_training_took_no_notice_of_is_carried_whole():
    residual = np.array([1, 0, 0, 2, 1, 1, 1], np.float32)
    untouched = trained([0, 0, 0, 0], [0, 0, 0])
    weights = weights_of(MANIFEST, untouched, HEAD, residual)
    assert change_of(MANIFEST, untouched, HEAD, residual, weights=weights).tolist() == residual.tolist()


@pytest.mark.parametrize(
    ("again", "kept"), [(0.75, KEPT), (0.875, KEPT / 2), (1.0, 0), (3.0, 0), (-2.0, KEPT)]
)
def test_what_training_asks_for_once_more_is_not_sent_twice(again, kept):
    residual = np.array([4, -4, 8, 0, 4, 0, 8], np.float32)
    current = trained(again * residual[:4], again * residual[4:] / 4)
    weights = weights_of(MANIFEST, current, HEAD, residual)
    assert weights.kept == pytest.approx(kept)
    assert (weights.fresh == 1) == (kept == 0)


@given(st.integers(0, 2**32), st.floats(0, 1), st.booleans())
def test_no_sum_outgrows_the_changes_even_if_nothing_is_ever_sent(seed, noise, reverse):
    """Error feedback as it is usual, `x + r`, grows without end here."""
    rng = np.random.default_rng(seed)
    residual, asked = np.zeros(7, np.float32), rng.normal(size=7)
    for turn in range(60):
        x = (1 - noise) * asked + noise * rng.normal(size=7)
        x *= (-1) ** (turn * reverse) / np.linalg.norm(x)
        current = trained(x[:4], x[4:] / 4)
        weights = weights_of(MANIFEST, current, HEAD, residual)
        residual = change_of(MANIFEST, current, HEAD, residual, weights=weights)
        assert np.linalg.norm(residual) <= 2.8


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_a_part_of_the_change_is_that_part(seed, size):
    rng = np.random.default_rng(seed)
    current = trained(rng.normal(size=4), rng.normal(size=3))
    residual = rng.normal(size=7).astype(np.float32)
    weights = weights_of(MANIFEST, current, HEAD, residual)
    whole = change_of(MANIFEST, current, HEAD, residual, weights=weights)
    for start in range(0, 7, size):
        part = slice(start, min(7, start + size))
        assert np.array_equal(
            change_of(MANIFEST, current, HEAD, residual, part, weights=weights), whole[part]
        )


def missing(way, fresh_and_kept):
    """What is missing of a goal (share of its energy) after 40 deltas, if training goes `way` of the rest."""
    rng = np.random.default_rng(5)
    goal = {"w": rng.laplace(0, 0.05, 20_000).astype(np.float32)}
    base = {"w": np.zeros(20_000, np.float32)}
    manifest = manifest_of({"w": rng.normal(0, 0.1, 20_000).astype(np.float32)})
    head, residual = Accumulator.zero(manifest), np.zeros(20_000, np.float32)
    for _ in range(40):
        start = head.weights(manifest, base)
        # Training goes part of the way, whatever was dropped before.
        current = {"w": start["w"] + np.float32(way) * (goal["w"] - start["w"])}
        found = quantise(manifest, fresh_and_kept(manifest, current, start, residual))
        residual = found.residual
        head = head.merged([(found.delta, 1 << 16)])
    left = np.square(goal["w"] - head.weights(manifest, base)["w"]).sum()
    return float(left / np.square(goal["w"]).sum())


def weighed(manifest, current, start, residual):
    weights = weights_of(manifest, current, start, residual)
    return change_of(manifest, current, start, residual, weights=weights)


@pytest.mark.parametrize("way", [0.1, 0.3, 0.6, 1.0])
def test_feedback_reaches_what_one_delta_cannot_send_however_far_training_goes(way):
    assert missing(way, weighed) < 0.15


def test_the_whole_residual_would_diverge_and_none_would_be_slow():
    """The two ends that the rule is between."""
    assert missing(0.3, lambda m, current, start, left: change_of(m, current, start) + left) > 1
    assert missing(1.0, lambda m, current, start, left: change_of(m, current, start) + left) > 100
    assert missing(0.1, lambda m, current, start, left: change_of(m, current, start)) > 0.25


@pytest.mark.parametrize("residual", [np.zeros(6, np.float32), np.full(7, np.nan, np.float32)])
def test_a_residual_of_another_model_is_refused(residual):
    with pytest.raises(RangeError, match="residual"):
        weights_of(MANIFEST, trained([1] * 4, [1] * 3), HEAD, residual)


def test_weights_that_cannot_be_sent_are_refused():
    with pytest.raises(NonFiniteWeights, match="'b'"):
        weights_of(MANIFEST, trained([1] * 4, [np.inf] * 3), HEAD, np.zeros(7, np.float32))
    with pytest.raises(ManifestMismatch):
        weights_of(MANIFEST, {"a": HEAD["a"]}, HEAD, np.zeros(7, np.float32))
