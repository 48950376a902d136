"""The three blobs: deterministic, and refused when anything in them is not as it must be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federity import _native
from federity.errors import BadBlob, FederityError, ManifestMismatch, NonFiniteWeights, RangeError
from federity.objects import (
    CHUNK_ELEMENTS,
    VALUE_LIMIT,
    Accumulator,
    Delta,
    DeltaInfo,
    bounds,
    decode_accumulator,
    decode_base,
    decode_delta,
    encode_accumulator,
    encode_base,
    encode_delta,
    manifest_of,
)
from federity.objects.container import read, write
from tests.strategies import deltas, manifest_with, models

INFO = DeltaInfo("message", "author", "parent", {"loss": "0.5"})
MANIFEST = manifest_with(50)
DELTA = Delta((np.arange(50) % 5 - 2).astype(np.int8), 3, MANIFEST.hash)


@given(models())
def test_a_base_survives_and_has_one_encoding(model):
    tensors, buffers = model
    manifest = manifest_of(tensors, buffers)
    data = encode_base(manifest, tensors)
    found = decode_base(data)
    assert found.manifest == manifest
    assert encode_base(found.manifest, found.tensors) == data


@given(deltas(), st.builds(DeltaInfo, st.text(), st.text(), st.text(), st.dictionaries(st.text(), st.text())))
def test_a_delta_survives_and_has_one_encoding(pair, info):
    manifest, delta = pair
    data = encode_delta(delta, info)
    assert decode_delta(data, manifest) == (delta, info)
    assert encode_delta(*decode_delta(data, manifest)) == data


def test_an_accumulator_survives():
    values = np.arange(-25, 25) * (VALUE_LIMIT // 26)
    head = Accumulator(values, 31, MANIFEST.hash)
    assert decode_accumulator(encode_accumulator(head), MANIFEST) == head


def test_vectors_of_several_chunks_survive():
    n = CHUNK_ELEMENTS + 3
    manifest = manifest_with(n)
    values = np.zeros(n, np.int8)
    values[[0, CHUNK_ELEMENTS - 1, CHUNK_ELEMENTS, n - 1]] = [1, -2, 3, -128]
    delta = Delta(values, 0, manifest.hash)
    data = encode_delta(delta, DeltaInfo())
    assert list(read(data).tensors) == ["chunk.0", "chunk.1"]
    assert decode_delta(data, manifest)[0] == delta
    head = Accumulator.zero(manifest).merged([(delta, 1)])
    assert decode_accumulator(encode_accumulator(head), manifest) == head


def changed(data: bytes, tensors: dict | None = None, **metadata: str | None) -> bytes:
    container = read(data)
    merged = {**container.metadata, **metadata}
    kept = {name: text for name, text in merged.items() if text is not None}
    return write(container.tensors if tensors is None else tensors, kept)


def chunk(size: int = 3, dtype: type = np.uint8) -> np.ndarray:
    return np.ones(size, dtype)


DELTA_ATTACKS = {
    "no mark": {"federity": None},
    "another mark": {"federity": "accumulator/1"},
    "another model": {"manifest": "00" * 32},
    "another length": {"elements": "51"},
    "shift 9": {"shift": "9"},
    "shift -1": {"shift": "-1"},
    "no shift": {"shift": None},
    "further text": {"note": "x"},
    "endless text": {"message": "x" * (1 << 17)},
    "no chunk": {"tensors": {}},
    "further chunk": {"tensors": {"chunk.0": chunk(), "chunk.1": chunk()}},
    "misnamed chunk": {"tensors": {"chunk.00": chunk()}},
    "chunk of int8": {"tensors": {"chunk.0": chunk(dtype=np.int8)}},
    "square chunk": {"tensors": {"chunk.0": chunk(4).reshape(2, 2)}},
    "bytes that encode nothing": {"tensors": {"chunk.0": chunk(100)}},
}


@pytest.mark.parametrize("name", DELTA_ATTACKS)
def test_what_is_not_a_delta_is_refused(name):
    data = changed(encode_delta(DELTA, INFO), **DELTA_ATTACKS[name])
    with pytest.raises(BadBlob):
        decode_delta(data, MANIFEST)


ACCUMULATOR_ATTACKS = {
    "another mark": {"federity": "delta/1"},
    "another model": {"manifest": "00" * 32},
    "further text": {"note": "x"},
    "fraction bits": {"fraction_bits": "23"},
    "fraction bits that are none": {"fraction_bits": "024"},
    "no chunk": {"tensors": {}},
    "short chunk": {"tensors": {"chunk.0": chunk(49, np.int64)}},
    "long chunk": {"tensors": {"chunk.0": chunk(51, np.int64)}},
    "chunk of floats": {"tensors": {"chunk.0": chunk(50, np.float64)}},
    "lanes out of range": {"tensors": {"chunk.0": np.full(50, VALUE_LIMIT)}},
    "least integer": {"tensors": {"chunk.0": np.full(50, -(2**63))}},
}


@pytest.mark.parametrize("name", ACCUMULATOR_ATTACKS)
def test_what_is_not_an_accumulator_is_refused(name):
    data = changed(encode_accumulator(Accumulator.zero(MANIFEST)), **ACCUMULATOR_ATTACKS[name])
    with pytest.raises((BadBlob, RangeError)):
        decode_accumulator(data, MANIFEST)


def base(**tensors: np.ndarray) -> bytes:
    return encode_base(manifest_of(tensors), tensors)


BASE_ATTACKS = {
    "another mark": {"federity": "delta/1"},
    "no manifest": {"manifest": None},
    "a manifest that is none": {"manifest": "{}"},
    "further text": {"note": "x"},
    "a tensor missing": {"tensors": {}},
    "another shape": {"tensors": {"w": np.ones(4, np.float32)}},
    "another dtype": {"tensors": {"w": np.ones(3, np.float16)}},
    "a tensor more": {"tensors": {"w": np.ones(3, np.float32), "x": np.ones(3, np.float32)}},
}


@pytest.mark.parametrize("name", BASE_ATTACKS)
def test_what_is_not_a_base_is_refused(name):
    with pytest.raises(BadBlob):
        decode_base(changed(base(w=np.ones(3, np.float32)), **BASE_ATTACKS[name]))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_base_with_nan_is_refused_by_name(bad):
    tensors = {"w": np.array([1, bad, 1], np.float32)}
    with pytest.raises(NonFiniteWeights, match="'w'"):
        decode_base(changed(base(w=np.ones(3, np.float32)), tensors))
    with pytest.raises(NonFiniteWeights, match="'w'"):
        encode_base(manifest_of({"w": np.ones(3, np.float32)}), tensors)


def test_a_base_of_other_tensors_is_not_written():
    with pytest.raises(ManifestMismatch):
        encode_base(manifest_of({"w": np.ones(3, np.float32)}), {"v": np.ones(3, np.float32)})


def test_endless_texts_are_not_written():
    with pytest.raises(BadBlob, match="longer"):
        encode_delta(DELTA, DeltaInfo("x" * (1 << 17)))


@given(st.data())
def test_damage_anywhere_is_refused_or_harmless(data):
    """A bit flipped, or the end cut off: one clear error, or another delta; never anything else."""
    blob = bytearray(encode_delta(DELTA, INFO))
    at = data.draw(st.integers(0, len(blob) - 1))
    if data.draw(st.booleans()):
        blob[at] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del blob[at:]
    try:
        found, _ = decode_delta(bytes(blob), MANIFEST)
    except FederityError:
        return
    assert len(found.values) == MANIFEST.elements


def test_a_header_of_many_words_is_refused_before_it_is_parsed() -> None:
    """A stranger's blob for a small model: large by its header, texts or codes alone."""
    manifest = manifest_of({"w": np.zeros(136, np.float32)})
    pairs = b",".join(b'"%d":"x"' % number for number in range(200_000))
    for text in (
        b'{"__metadata__":{' + pairs + b"}}",
        b'{"chunk.0":{"dtype":"U8","shape":[' + b"1," * 400_000 + b'1],"data_offsets":[0,0]}}',
        b'{"__metadata__":{"message":"' + b"x" * (2 << 20) + b'"}}',
    ):
        for decode in (decode_delta, decode_accumulator):
            with pytest.raises(BadBlob, match=r"at most|the limit is|items"):
                decode(len(text).to_bytes(8, "little") + text, manifest)


def test_a_blob_larger_than_any_of_the_model_is_not_looked_into() -> None:
    manifest = manifest_of({"w": np.zeros(136, np.float32)})
    delta, accumulator = bounds.delta(136), bounds.accumulator(136)
    with pytest.raises(BadBlob, match="and one of this model at most"):
        decode_delta(bytes(delta.size + 1), manifest)
    with pytest.raises(BadBlob, match="and one of this model at most"):
        decode_accumulator(bytes(accumulator.size + 1), manifest)
    assert delta.size < 2 << 20


@pytest.mark.parametrize("elements", [1, 136, 50_000])
def test_the_bounds_hold_whatever_the_values(elements: int) -> None:
    """Alternating extremes after long runs of zeros are what the coder likes least."""
    worst = np.zeros(elements, np.int8)
    worst[::17] = 127
    worst[8::17] = -127
    noise = np.random.default_rng(1).integers(-127, 128, elements).astype(np.int8)
    for values in (worst, noise):
        assert len(_native.encode(values)) <= bounds.code(elements) // 4
