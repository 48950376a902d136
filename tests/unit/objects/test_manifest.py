"""Manifests: canonical, and refused when they are not."""

import json

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given

from federity.errors import BadBlob, ManifestMismatch, NonFiniteWeights
from federity.objects import CHUNK_ELEMENTS, Manifest, TensorSpec, manifest_of
from tests.strategies import manifests, models

PINNED = "8166d29b4355a987b707fe80d779fb66c627aebcc5805873415e258c597dfde0"


def edited(**changes: object) -> bytes:
    document = json.loads(manifest_of({"a": np.ones(3, np.float32), "n": np.zeros(1, np.int64)}).to_json())
    document.update(changes)
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def tensor(**changes: object) -> dict[str, object]:
    return {"dtype": "F32", "exponent": 0, "kind": "parameter", "name": "a", "shape": [3], **changes}


HOSTILE = {
    "no tensors": {"tensors": []},
    "no elements": {"tensors": [tensor(shape=[0])]},
    "too many elements": {"tensors": [tensor(shape=[1 << 39, 1 << 39])]},
    "negative side": {"tensors": [tensor(shape=[-3])]},
    "rank 9": {"tensors": [tensor(shape=[1] * 9)]},
    "integer tensor": {"tensors": [tensor(dtype="I8")]},
    "unknown dtype": {"tensors": [tensor(dtype="F7")]},
    "unknown kind": {"tensors": [tensor(kind="secret")]},
    "exponent out of range": {"tensors": [tensor(exponent=101)]},
    "exponent that is a truth value": {"tensors": [tensor(exponent=True)]},
    "empty name": {"tensors": [tensor(name="")]},
    "name with a line break": {"tensors": [tensor(name="a\nb")]},
    "name of the metadata": {"tensors": [tensor(name="__metadata__")]},
    "unsorted": {"tensors": [tensor(name="b"), tensor()]},
    "a name twice": {"tensors": [tensor(), tensor()]},
    "a name of both kinds": {"constants": [{"dtype": "I8", "name": "a", "shape": []}]},
    "precision": {"precision": 6},
    "precision that is a float": {"precision": 7.0},
    "metadata that are numbers": {"metadata": {"a": 1}},
    "another format": {"format": "federity/manifest/2"},
    "a further key": {"more": 1},
    "a further key of a tensor": {"tensors": [tensor(more=1)]},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_a_manifest_is_refused(name):
    with pytest.raises(BadBlob):
        Manifest.from_json(edited(**HOSTILE[name]))


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"nonsense", b"\xff", b"[" * 100_000, b'{"tensors":{}}'])
def test_what_is_not_json_is_refused(text):
    with pytest.raises(BadBlob):
        Manifest.from_json(text)


def test_another_spelling_is_refused():
    text = edited()
    assert Manifest.from_json(text).to_json() == text
    with pytest.raises(BadBlob, match="canonical"):
        Manifest.from_json(text.replace(b":", b": ", 1))


@given(manifests)
def test_a_manifest_survives_its_text(manifest):
    again = Manifest.from_json(manifest.to_json())
    assert again == manifest
    assert again.hash == manifest.hash


@given(models())
def test_order_does_not_depend_on_the_source(model):
    tensors, buffers = model
    manifest = manifest_of(tensors, buffers)
    assert manifest == manifest_of(dict(reversed(tensors.items())), buffers)
    assert [t.name for t in manifest.tensors] == sorted(tensors)
    assert manifest.weights == sum(t.size for t in tensors.values())


@given(models())
def test_elements_are_numbered_without_gaps(model):
    manifest = manifest_of(*model)
    end = 0
    for spec in manifest.tensors:
        assert spec.elements == slice(end, end + spec.size)
        end += spec.size
    assert end == manifest.weights
    for place in manifest.places[len(manifest.tensors) :]:
        assert place.offset == end
        end += manifest.tensors[place.number].size
    assert end == manifest.elements


def test_chunks_cover_the_elements():
    for n, chunks in ((1, 1), (CHUNK_ELEMENTS, 1), (CHUNK_ELEMENTS + 1, 2)):
        assert Manifest((TensorSpec("a", (n,), "F32", "parameter", 0, 0),)).chunks == chunks


def test_the_hash_is_pinned():
    """A change of the text would give every repository another lineage."""
    manifest = manifest_of({"w": np.full((2, 3), 0.5, np.float32), "n": np.zeros(1, np.int64)}, ["n"])
    assert manifest.hash.hex() == PINNED


def test_differences_are_named():
    manifest = manifest_of({n: np.ones((2, 3), np.float32) for n in "abcd"})
    given = {
        "a": np.ones((2, 3), np.float32),
        "b": np.ones((3, 2), np.float32),
        "c": np.ones((2, 3), np.float16),
        "e": np.ones(1, np.float32),
    }
    with pytest.raises(ManifestMismatch) as caught:
        manifest.check(given)
    for part in (
        "d is missing",
        "e is unexpected",
        "b has shape [3, 2], not [2, 3]",
        "c has dtype F16, not F32",
    ):
        assert part in str(caught.value)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_base_is_finite(bad):
    with pytest.raises(NonFiniteWeights, match="'second'"):
        manifest_of({"first": np.ones(2), "second": np.array([1.0, bad])})


def test_a_signalling_nan_is_refused_without_a_warning():
    signalling = np.array([0x3F80, 0x7F81], np.uint16).view(ml_dtypes.bfloat16)
    with pytest.raises(NonFiniteWeights, match="'weight'"):
        manifest_of({"weight": signalling})


def test_a_dtype_that_no_file_holds_is_refused():
    with pytest.raises(ManifestMismatch, match="complex64"):
        manifest_of({"a": np.ones(2, np.complex64)})


def test_integers_are_constants():
    manifest = manifest_of({"a": np.ones(2, np.float32), "steps": np.array(3)}, ["steps"])
    assert [c.name for c in manifest.constants] == ["steps"]
    assert manifest.elements == 2


def test_units_follow_the_tensors_scale_and_size():
    rng = np.random.default_rng(0)
    tensors = {
        "large": rng.standard_normal((256, 256)) / 16,
        "small": rng.standard_normal((4, 4)) / 16,
        "zero": np.zeros((256, 256)),
        "tiny": np.full((256, 256), 1e-9),
        "mean": np.zeros(8),
        "variance": np.ones(8),
    }
    found = {t.name: t.exponent for t in manifest_of(tensors, ["mean", "variance"]).tensors}
    # 64 / 16 = 4 and the sample's spread may be a little more; a quarter of it for the small one.
    assert found["large"] in (2, 3)
    assert found["small"] in (0, 1)
    assert found["zero"] in (2, 3)
    assert found["tiny"] == found["large"] - 4
    # That of the first digit of all statistics, whatever they hold.
    assert found["mean"] == found["variance"] == 3 - 48
