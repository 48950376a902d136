"""What there is to send: what training changed, and a share of what earlier deltas dropped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity.errors import ManifestMismatch, NonFiniteWeights, RangeError
from federity.objects import TensorSpec
from federity.objects.manifest import Manifest
from federity.objects.quantisation import change_of

MANIFEST = Manifest(
    (TensorSpec("a", (4,), "F32", "parameter", 0, 0), TensorSpec("b", (3,), "F32", "parameter", -2, 4))
)
HEAD = {"a": np.zeros(4, np.float32), "b": np.zeros(3, np.float32)}


def trained(a, b):
    return {"a": np.array(a, np.float32), "b": np.array(b, np.float32)}


@pytest.mark.parametrize("carry", [0.0, 0.5, 1.0])
def test_a_share_of_what_was_dropped_is_added(carry):
    """In units: those of tensor b are a quarter."""
    residual = np.array([1, 0, 0, 2, 1, 1, 1], np.float32)
    change = change_of(MANIFEST, trained([0, 5, -3, 1], [0, 0.5, 0]), HEAD, residual, carry=carry)
    assert change.tolist() == [carry, 5, -3, 1 + 2 * carry, carry, 2 + carry, carry]


def test_what_was_dropped_of_statistics_is_not_added():
    manifest = Manifest((TensorSpec("mean", (3,), "F32", "buffer", 0, 0),))
    start = {"mean": np.zeros(3, np.float32)}
    assert not change_of(manifest, start, start, np.ones(3, np.float32)).any()


@given(st.integers(0, 2**32), st.integers(1, 30))
def test_a_part_of_the_change_is_that_part(seed, size):
    rng = np.random.default_rng(seed)
    current = trained(rng.normal(size=4), rng.normal(size=3))
    residual = rng.normal(size=7).astype(np.float32)
    whole = change_of(MANIFEST, current, HEAD, residual, carry=0.3)
    for start in range(0, 7, size):
        part = slice(start, min(7, start + size))
        assert np.array_equal(change_of(MANIFEST, current, HEAD, residual, part, carry=0.3), whole[part])


@pytest.mark.parametrize("residual", [np.zeros(6, np.float32), np.full(7, np.nan, np.float32)])
def test_a_residual_of_another_model_is_refused(residual):
    with pytest.raises(RangeError, match="residual"):
        change_of(MANIFEST, trained([1] * 4, [1] * 3), HEAD, residual)


def test_weights_that_cannot_be_sent_are_refused():
    with pytest.raises(NonFiniteWeights, match="'b'"):
        change_of(MANIFEST, trained([1] * 4, [np.inf] * 3), HEAD)
    with pytest.raises(ManifestMismatch):
        change_of(MANIFEST, {"a": HEAD["a"]}, HEAD)
