"""The entropy coder: one vector has one encoding, and hostile bytes have no effect but a refusal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity import _native
from tests.strategies import any_values, sparse_values

PINNED = "51940001a7f1ffdaaf4cad15a845dec36f1f5c751ee401e1c84dd10f611aa356b13a5e8fb58d4c"


@given(any_values)
def test_every_vector_comes_back(values):
    assert np.array_equal(_native.decode(_native.encode(values), len(values)), values)


@given(st.binary(max_size=200), st.integers(0, 500))
def test_bytes_mean_one_vector_or_are_refused(data, n):
    try:
        values = _native.decode(data, n)
    except ValueError:
        return
    assert len(values) == n
    assert _native.encode(values) == data


@given(sparse_values, st.data())
def test_a_changed_stream_is_refused_or_is_another_vector(values, data):
    stream = bytearray(_native.encode(values))
    if not stream:
        return
    stream[data.draw(st.integers(0, len(stream) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = _native.decode(bytes(stream), len(values))
    except ValueError:
        return
    assert not np.array_equal(found, values)


@given(sparse_values, st.integers(1, 9))
def test_padding_is_refused(values, zeros):
    with pytest.raises(ValueError, match="not the encoding"):
        _native.decode(_native.encode(values) + bytes(zeros), len(values))


def test_a_vector_is_not_longer_than_a_chunk():
    with pytest.raises(ValueError, match="chunk"):
        _native.encode(np.zeros((1 << 22) + 1, np.int8))
    with pytest.raises(ValueError, match="chunk"):
        _native.decode(b"", (1 << 22) + 1)


def test_a_zero_chunk_is_empty():
    assert _native.encode(np.zeros(1 << 22, np.int8)) == b""
    with pytest.raises(ValueError, match="not the encoding"):
        _native.decode(b"\0", 10)


def test_the_bytes_are_pinned():
    """A change of the format would make every stored delta unreadable."""
    values = np.array([0, 0, 1, -1, 0, 127, -128, 15, 14, -3, 0, 0, 2] * 5, np.int8)
    assert _native.encode(values).hex() == PINNED


@pytest.mark.parametrize(("density", "spread"), [(0.08, 4.0), (0.3, 1.0), (1.0, 20.0)])
def test_the_size_is_near_the_entropy(density, spread):
    rng = np.random.default_rng(0)
    n = 44_000
    kept = rng.random(n) < density
    values = np.where(kept, np.clip(rng.laplace(0, spread, n).round(), -127, 127), 0).astype(np.int8)
    shares = np.bincount(values.view(np.uint8), minlength=256) / n
    shares = shares[shares > 0]
    entropy = -(shares * np.log2(shares)).sum()
    assert 8 * len(_native.encode(values)) / n < 1.05 * entropy + 0.01


def test_what_is_alike_among_neighbours_is_learnt():
    """Dense rows among empty ones, signs that agree along a row: the usual look of a layer's change."""
    rng = np.random.default_rng(1)
    rows = np.where(rng.random((200, 1)) < 0.1, rng.choice([-1, 1], (200, 1)), 0)
    values = (rows * rng.integers(1, 4, (200, 220))).astype(np.int8).reshape(-1)
    shuffled = rng.permutation(values)
    assert len(_native.encode(values)) < len(_native.encode(shuffled)) / 2
