"""Tensors that break careless code: tiny, empty, huge, frozen, narrow, and weights that must not move."""

import json

import ml_dtypes
import numpy as np
import pytest

from federity.errors import BadBlob, ManifestMismatch, ModelError, NonFiniteWeights
from federity.objects import (
    CHUNK_ELEMENTS,
    Accumulator,
    ConstantSpec,
    Delta,
    DeltaInfo,
    Manifest,
    TensorSpec,
    change_of,
    decode_accumulator,
    decode_base,
    decode_delta,
    encode_accumulator,
    encode_base,
    encode_delta,
    manifest_of,
    quantise,
)

BFLOAT16 = ml_dtypes.bfloat16


def tensors() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {
        "matrix": random.standard_normal((3, 4)).astype(np.float32),
        "scalar": np.array(0.7, np.float32),
        "one": np.array([[0.3]], np.float64),
        "empty": np.zeros((0, 4), np.float32),
        "half": random.standard_normal(6).astype(np.float16),
        "brain": random.standard_normal(6).astype(BFLOAT16),
        "mean": random.standard_normal(4).astype(np.float32),
        "count": np.array(12, np.int64),
        "ids": np.arange(5, dtype=np.int32),
        "mask": np.array([True, False]),
    }


def test_every_kind_of_tensor_goes_from_genesis_through_a_merge() -> None:
    start = tensors()
    manifest = manifest_of(start, {"mean", "count", "ids", "mask"})
    assert {c.name for c in manifest.constants} == {"count", "ids", "mask"}
    base = decode_base(encode_base(manifest, start))
    trained = {name: array.copy() for name, array in start.items()}
    for spec in manifest.tensors:
        trained[spec.name] = (start[spec.name] + np.asarray(0.05)).astype(start[spec.name].dtype)
    head = Accumulator.zero(manifest)
    change = change_of(manifest, trained, head.weights(manifest, base.tensors))
    made = quantise(manifest, change, density=1.0, ratio=1.0)
    delta, _ = decode_delta(encode_delta(made.delta, DeltaInfo("", "", "", {})), manifest)
    merged = head.merged([(delta, 1 << 16)])
    merged = decode_accumulator(encode_accumulator(merged), manifest)
    weights = merged.weights(manifest, base.tensors)
    assert {n: (a.shape, a.dtype) for n, a in weights.items()} == {
        n: (a.shape, a.dtype) for n, a in start.items()
    }
    for spec in manifest.tensors:
        moved = np.asarray(weights[spec.name], np.float64) - np.asarray(start[spec.name], np.float64)
        assert np.all(np.abs(moved - 0.05) < 0.03), spec.name
    for constant in manifest.constants:
        assert np.array_equal(weights[constant.name], start[constant.name])


def test_counters_that_training_moved_do_not_move_the_model() -> None:
    start = tensors()
    manifest = manifest_of(start, {"count"})
    trained = {**start, "count": np.array(99, np.int64), "mask": np.array([False, False])}
    assert not np.any(change_of(manifest, trained, start))


def test_what_is_frozen_stays_to_the_bit() -> None:
    start = tensors()
    manifest = manifest_of(start)
    trained = {**start, "matrix": start["matrix"] + np.float32(0.1)}
    made = quantise(manifest, change_of(manifest, trained, start), density=1.0, ratio=1.0)
    weights = Accumulator.zero(manifest).merged([(made.delta, 1 << 16)]).weights(manifest, start)
    for name in set(start) - {"matrix"}:
        assert weights[name].tobytes() == start[name].tobytes(), name
    assert np.any(weights["matrix"] != start["matrix"])


@pytest.mark.parametrize("dtype", [np.float16, BFLOAT16])
def test_half_precision_moves_by_what_it_can_hold(dtype: type) -> None:
    start = {"w": np.full(64, 1.0, dtype)}
    manifest = manifest_of(start)
    head = Accumulator.zero(manifest)
    small = Delta(np.ones(64, np.int8), 8, manifest.hash)
    weights = head.merged([(small, 1 << 16)]).weights(manifest, start)
    unit = np.ldexp(1.0, manifest.tensors[0].exponent - 15)
    assert np.all(weights["w"] == np.asarray(1.0 + unit).astype(dtype))
    # What a step cannot show in the narrow type is not lost: the integers keep it and sums show it.
    for _ in range(64):
        head = head.merged([(small, 1 << 16)])
    assert np.all(head.weights(manifest, start)["w"] == np.asarray(1.0 + 64 * unit).astype(dtype))


def test_layers_added_later_are_named_and_refused() -> None:
    start = tensors()
    manifest = manifest_of(start)
    with pytest.raises(ManifestMismatch, match=r"adapter\.weight is unexpected") as refused:
        change_of(manifest, {**start, "adapter.weight": np.zeros(3, np.float32)}, start)
    assert "federity branch create NAME --model FILE" in refused.value.hint


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ({}, "no weights"),
        ({"empty": np.zeros((0, 4), np.float32)}, "no weights"),
        ({"count": np.array(1)}, "no floating-point weights"),
        ({"deep": np.zeros((1,) * 9, np.float32)}, "9 dimensions"),
        ({"n" * 1001: np.ones(2, np.float32)}, "cannot be named 'nnn"),
        ({"a\nb": np.ones(2, np.float32)}, "cannot be named"),
        ({"w": np.full(4, 1e38, np.float32)}, "'w' are too large, about 1e\\+38"),
        ({"w": np.full(4, 1e-38, np.float32)}, "'w' are too small, about 1e-38"),
    ],
)
def test_a_model_that_no_delta_can_be_about_is_refused_at_its_genesis(model: dict, reason: str) -> None:
    with pytest.raises(ModelError, match=reason) as refused:
        manifest_of(model)
    assert refused.value.exit_code == 20
    assert refused.value.hint


@pytest.mark.parametrize("known", [True, False], ids=["a buffer", "of a file"])
@pytest.mark.parametrize("far", [-np.inf, float(np.finfo(np.float32).min)])
def test_a_mask_of_infinities_travels_with_the_base(known: bool, far: float) -> None:
    start = {"mask": np.triu(np.full((4, 4), far, np.float32), 1), "w": np.ones(3, np.float32)}
    start["mask"][np.isnan(start["mask"])] = 0
    manifest = manifest_of(start, {"mask"} if known else ())
    assert [(c.name, c.dtype) for c in manifest.constants] == [("mask", "F32")]
    base = decode_base(encode_base(manifest, start))
    head = Accumulator.zero(manifest).weights(manifest, base.tensors)
    assert head["mask"].tobytes() == start["mask"].tobytes()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_of_a_training_that_diverged_are_no_mask(value: float) -> None:
    with pytest.raises(NonFiniteWeights, match="'w'"):
        manifest_of({"w": np.array([1, value, 0], np.float32)})


def test_a_very_large_tensor_is_counted_without_being_held() -> None:
    manifest = Manifest((TensorSpec("table", (1 << 20, 1 << 19), "F32", "parameter", 0, 0),))
    assert manifest.elements == 1 << 39
    assert manifest.chunks == (1 << 39) // CHUNK_ELEMENTS
    assert Manifest.from_json(manifest.to_json()) == manifest


@pytest.mark.parametrize("shape", [(1 << 21, 1 << 20), (1 << 39, 1 << 39), (1 << 40,), (-1,), (1,) * 9])
def test_what_is_too_large_is_refused_before_anything_is_allocated(shape: tuple[int, ...]) -> None:
    with pytest.raises(BadBlob):
        Manifest((TensorSpec("table", shape, "F32", "parameter", 0, 0),))
    small = Manifest((TensorSpec("table", (2,), "F32", "parameter", 0, 0),))
    document = json.loads(small.to_json())
    document["tensors"][0]["shape"] = list(shape)
    with pytest.raises(BadBlob):
        Manifest.from_json(json.dumps(document, sort_keys=True, separators=(",", ":")).encode())


def test_a_constant_is_never_a_float_by_another_name() -> None:
    with pytest.raises(BadBlob, match="dtype"):
        Manifest((TensorSpec("a", (2,), "I64", "parameter", 0, 0),), (ConstantSpec("b", (2,), "I64"),))
