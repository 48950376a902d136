"""Deltas of four bits: the same path, values of at most 7, and nothing else is read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.contributor import Contributor
from federity.errors import BadBlob
from federity.objects import (
    Accumulator,
    Delta,
    DeltaInfo,
    Manifest,
    TensorSpec,
    decode_delta,
    encode_delta,
    manifest_of,
)
from federity.objects.feedback import change_of
from federity.objects.quantisation import RATIO, quantise

INFO = DeltaInfo("", "", "1" * 44, {})
MANIFEST = Manifest((TensorSpec("w", (40,), "F32", "parameter", 0, 0),), precision=3)


@pytest.mark.parametrize("value", [8, -9, 127, -128])
def test_values_of_more_than_four_bits_are_refused(value):
    values = np.zeros(40, np.int8)
    values[17] = value
    blob = encode_delta(Delta(values, 0, MANIFEST.hash), INFO)
    with pytest.raises(BadBlob, match="-8 to 7"):
        decode_delta(blob, MANIFEST)


@pytest.mark.parametrize("value", [7, -8])
def test_values_of_four_bits_are_read(value):
    values = np.full(40, value, np.int8)
    blob = encode_delta(Delta(values, 0, MANIFEST.hash), INFO)
    assert np.array_equal(decode_delta(blob, MANIFEST)[0].values, values)


@given(st.integers(0, 2**32), st.sampled_from([1e-4, 0.01, 1.0]), st.sampled_from([None, 10**6]))
def test_what_is_sent_fits_four_bits_budget_and_bound(seed, scale, bound):
    rng = np.random.default_rng(seed)
    base = {"w": rng.normal(0, 0.1, 9000).astype(np.float32), "mean": np.ones(50, np.float32)}
    manifest = manifest_of(base, ["mean"], precision=3)
    end = {name: t + rng.laplace(0, scale, t.shape).astype(np.float32) for name, t in base.items()}
    found = quantise(manifest, change_of(manifest, end, base), norm_bound=bound).delta
    assert -8 <= found.values.min() <= found.values.max() <= 7
    assert bound is None or found.norm <= bound
    assert decode_delta(encode_delta(found, INFO), manifest)[0] == found
    assert len(encode_delta(found, INFO)) < 1.05 * RATIO * 4 * manifest.elements + 320


def test_both_widths_have_the_same_coarsest_step():
    base = {"w": np.random.default_rng(1).normal(0, 0.1, 9000).astype(np.float32)}
    (eight,), (four,) = manifest_of(base).tensors, manifest_of(base, precision=3).tensors
    assert eight.exponent - 7 == four.exponent - 3


def test_feedback_makes_up_for_the_width():
    """Over rounds, a four-bit head comes as near to a goal as training leads."""
    rng = np.random.default_rng(2)
    base = {"w": rng.normal(0, 0.1, 20_000).astype(np.float32)}
    goal = base["w"] + rng.laplace(0, 0.05, 20_000).astype(np.float32)
    manifest = manifest_of(base, precision=3)
    head, contributor = Accumulator.zero(manifest), Contributor(manifest)
    for _ in range(30):
        start = head.weights(manifest, base)
        end = {"w": start["w"] + np.float32(0.5) * (goal - start["w"])}
        head = head.merged([(contributor.commit(end, start), 1 << 16)])
    left = float(np.square(goal - head.weights(manifest, base)["w"]).sum())
    assert left < 0.05 * float(np.square(goal - base["w"]).sum())
