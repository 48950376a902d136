"""Safetensors bytes that nobody vouches for."""

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors import deserialize
from safetensors.numpy import save

from federity.errors import BadBlob, BadModelFile
from federity.objects.bounds import MAX_HEADER
from federity.objects.container import read, write
from federity.objects.dtypes import dtype_name
from tests.strategies import models


def raw(header: object, body: bytes = b"", size: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if size is None else size).to_bytes(8, "little") + text + body


def tensor(start: int, stop: int, **other: object) -> dict[str, object]:
    return {"dtype": "U8", "shape": [stop - start], "data_offsets": [start, stop], **other}


HOSTILE = {
    "empty": (b"", "too few"),
    "no header": (b"\1\0\0\0", "too few"),
    "header larger than the file": (raw({}, size=10**6), "only 2 follow"),
    "header larger than any file": (raw({}, size=2**63), "the limit is"),
    "header over the limit": (raw({}, size=MAX_HEADER + 1), "the limit is"),
    "not JSON": (raw(b"{nonsense"), "not JSON"),
    "not text": (raw(b"\xff\xfe"), "not JSON"),
    "not an object": (raw([1]), "not an object"),
    "nested": (raw(b'{"a":' * 90_000), "not JSON"),
    "too many tensors": (raw(b"{" * 100_003), "more than"),
    "too many shapes": (raw(b"[" * 200_001), "more than"),
    "a name twice": (raw(b'{"a":%s,"a":%s}' % ((json.dumps(tensor(0, 1)).encode(),) * 2), b"x"), "twice"),
    "a key twice": (raw(b'{"a":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}', b"x"), "twice"),
    "metadata that are numbers": (raw({"__metadata__": {"a": 1}}), "metadata"),
    "metadata that are a list": (raw({"__metadata__": []}), "metadata"),
    "unknown dtype": (raw({"a": tensor(0, 1, dtype="X8")}, b"x"), "dtype"),
    "dtype that is a list": (raw({"a": tensor(0, 1, dtype=["U8"])}, b"x"), "dtype"),
    "missing key": (raw({"a": {"dtype": "U8", "shape": [1]}}, b"x"), "described"),
    "further key": (raw({"a": tensor(0, 1, more=1)}, b"x"), "described"),
    "negative side": (raw({"a": tensor(0, 1, shape=[-1])}, b"x"), "shape"),
    "side that is a truth value": (raw({"a": tensor(0, 1, shape=[True])}, b"x"), "shape"),
    "side that is a float": (raw({"a": tensor(0, 1, shape=[1.0])}, b"x"), "shape"),
    "rank 9": (raw({"a": tensor(0, 1, shape=[1] * 9)}, b"x"), "shape"),
    "size beyond the bytes": (raw({"a": tensor(0, 1, shape=[2**62, 2**62])}, b"x"), "memory"),
    "size beside the bytes": (raw({"a": tensor(0, 1, shape=[2])}, b"x"), "needs"),
    "nothing of a size beyond memory": (raw({"a": tensor(0, 0, shape=[0, 2**62, 2**62])}), "memory"),
    "offsets outside": (raw({"a": tensor(0, 9)}, b"x"), "outside"),
    "offsets reversed": (raw({"a": tensor(0, 1, data_offsets=[1, 0])}, b"x"), "outside"),
    "three offsets": (raw({"a": tensor(0, 1, data_offsets=[0, 1, 1])}, b"x"), "outside"),
    "overlap": (raw({"a": tensor(0, 2), "b": tensor(1, 3)}, b"xyz"), "overlaps"),
    "same place": (raw({"a": tensor(0, 2), "b": tensor(0, 2)}, b"xy"), "overlaps"),
    "gap": (raw({"a": tensor(1, 2)}, b"xy"), "gap"),
    "trailing bytes": (raw({"a": tensor(0, 1)}, b"xy"), "follow the last"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_in_one_sentence(name):
    data, part = HOSTILE[name]
    with pytest.raises(BadBlob, match=part) as caught:
        read(data)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadModelFile, match=r"^m\.safetensors is not a sound"):
        read(data, error=BadModelFile, what="m.safetensors")


def test_a_claimed_size_is_never_allocated():
    data = raw({"a": {"dtype": "F64", "shape": [2**40], "data_offsets": [0, 2**43]}}, b"x" * 64)
    tracemalloc.start()
    with pytest.raises(BadBlob):
        read(data)
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


@given(models(), st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3))
def test_what_is_written_is_read_by_us_and_by_the_library(model, metadata):
    tensors, _ = model
    data = write(tensors, metadata)
    assert data == write(dict(reversed(tensors.items())), metadata)
    found = read(data)
    assert found.metadata == metadata
    wanted = {n: (dtype_name(t.dtype), t.shape, t.tobytes()) for n, t in tensors.items()}
    assert {n: (dtype_name(t.dtype), t.shape, t.tobytes()) for n, t in found.tensors.items()} == wanted
    theirs = dict(deserialize(data))
    assert {n: (t["dtype"], tuple(t["shape"]), bytes(t["data"])) for n, t in theirs.items()} == wanted


@given(models())
def test_the_library_s_files_are_read(model):
    tensors, _ = model
    found = read(save(tensors)).tensors
    assert {n: t.tobytes() for n, t in found.items()} == {n: t.tobytes() for n, t in tensors.items()}


@given(models(), st.data())
def test_a_truncated_file_is_refused(model, data):
    whole = write(model[0], {})
    with pytest.raises(BadBlob):
        read(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(models(), st.data())
def test_a_flipped_bit_is_refused_or_read_without_harm(model, data):
    blob = bytearray(write(model[0], {}))
    size = 8 + int.from_bytes(blob[:8], "little")
    blob[data.draw(st.integers(0, size - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read(bytes(blob))
    except BadBlob:
        return


def test_tensors_without_elements_are_kept():
    found = read(write({"a": np.zeros((0, 3), np.float32), "b": np.zeros((), np.int8)}, {})).tensors
    assert found["a"].shape == (0, 3)
    assert found["b"].shape == ()


def test_tensors_are_read_only_views():
    found = read(write({"a": np.zeros(3)}, {}))
    with pytest.raises(ValueError, match="read-only"):
        found.tensors["a"][0] = 1


def test_a_dtype_without_a_name_is_not_written():
    with pytest.raises(ValueError, match="complex128"):
        write({"a": np.zeros(1, complex)}, {})
