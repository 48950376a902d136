"""What earlier deltas dropped is sent once: carried, but for what training learnt again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import ManifestMismatch, NonFiniteWeights, RangeError
from federity.objects import Accumulator, TensorSpec, manifest_of
from federity.objects.manifest import Manifest
from federity.objects.quantisation import carry_of, change_of, quantise

MANIFEST = Manifest(
    (TensorSpec("a", (4,), "F32", "parameter", 0, 0), TensorSpec("b", (3,), "F32", "parameter", -2, 4))
)
HEAD = {"a": np.zeros(4, np.float32), "b": np.zeros(3, np.float32)}


def trained(a, b):
    return {"a": np.array(a, np.float32), "b": np.array(b, np.float32)}


def test_what_training_took_no_notice_of_is_carried_whole():
    residual = np.array([1, 0, 0, 2, 1, 1, 1], np.float32)
    current = trained([0, 5, -3, 0], [0, 0, 0])
    assert carry_of(MANIFEST, current, HEAD, residual) == (1, 1)
    change = change_of(MANIFEST, current, HEAD, residual, carry=(1, 1))
    assert change.tolist() == [1, 5, -3, 2, 1, 1, 1]


def test_what_training_learnt_again_is_not_sent_twice():
    """Tensor a: all of it, and more; tensor b, whose unit is a quarter: half of it."""
    residual = np.array([1, -1, 2, 0, 4, 0, 8], np.float32)
    current = trained([2, -2, 4, 0], [0.5, 0, 1])
    assert carry_of(MANIFEST, current, HEAD, residual) == (0, 0.5)
    change = change_of(MANIFEST, current, HEAD, residual, carry=(0, 0.5))
    assert change.tolist() == [2, -2, 4, 0, 4, 0, 8]


def test_what_training_took_back_is_carried_once():
    residual = np.array([1, 1, 0, 0, 0, 0, 0], np.float32)
    assert carry_of(MANIFEST, trained([-3, -3, 0, 0], [1, 1, 1]), HEAD, residual) == (1, 1)


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_a_part_of_the_change_is_that_part(seed, size):
    rng = np.random.default_rng(seed)
    current = trained(rng.normal(size=4), rng.normal(size=3))
    residual = rng.normal(size=7).astype(np.float32)
    carry = carry_of(MANIFEST, current, HEAD, residual)
    whole = change_of(MANIFEST, current, HEAD, residual, carry=carry)
    for start in range(0, 7, size):
        part = slice(start, min(7, start + size))
        assert np.array_equal(change_of(MANIFEST, current, HEAD, residual, part, carry=carry), whole[part])


def test_feedback_reaches_what_one_delta_cannot_send():
    """A model that strives for a goal gets there over rounds of one coarse delta each."""
    rng = np.random.default_rng(5)
    goal = {"w": rng.laplace(0, 0.05, 40_000).astype(np.float32)}
    base = {"w": np.zeros(40_000, np.float32)}
    manifest = manifest_of({"w": rng.normal(0, 0.1, 40_000).astype(np.float32)})
    head, residual = Accumulator.zero(manifest), np.zeros(40_000, np.float32)
    missing = []
    for _ in range(25):
        start = head.weights(manifest, base)
        # Training goes part of the way, whatever was dropped before.
        current = {"w": start["w"] + np.float32(0.4) * (goal["w"] - start["w"])}
        carry = carry_of(manifest, current, start, residual)
        found = quantise(manifest, change_of(manifest, current, start, residual, carry=carry))
        residual = found.residual
        head = head.merged([(found.delta, 1 << 16)])
        missing.append(float(np.square(goal["w"] - head.weights(manifest, base)["w"]).sum()))
    assert missing[-1] < 0.05 * float(np.square(goal["w"]).sum())


@pytest.mark.parametrize("residual", [np.zeros(6, np.float32), np.full(7, np.nan, np.float32)])
def test_a_residual_of_another_model_is_refused(residual):
    with pytest.raises(RangeError, match="residual"):
        carry_of(MANIFEST, trained([1] * 4, [1] * 3), HEAD, residual)


def test_weights_that_cannot_be_sent_are_refused():
    with pytest.raises(NonFiniteWeights, match="'b'"):
        carry_of(MANIFEST, trained([1] * 4, [np.inf] * 3), HEAD, np.zeros(7, np.float32))
    with pytest.raises(ManifestMismatch):
        carry_of(MANIFEST, {"a": HEAD["a"]}, HEAD, np.zeros(7, np.float32))
