"""What people get wrong: a sentence that says what is wrong, one that says what to do, nothing written."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from federity import Repository, errors
from support.people import MODEL, Person, Tensors

pytestmark = pytest.mark.svm


def renamed(tensors: Tensors) -> Tensors:
    return {"fc.weight": tensors["layer.weight"], "layer.bias": tensors["layer.bias"]}


def grown(tensors: Tensors) -> Tensors:
    return {**tensors, "second.weight": np.zeros((8, 8), np.float32)}


def another_shape(tensors: Tensors) -> Tensors:
    return {**tensors, "layer.weight": tensors["layer.weight"].T.copy()}


def another_dtype(tensors: Tensors) -> Tensors:
    return {name: array.astype(np.float16) for name, array in tensors.items()}


def untrained(tensors: Tensors) -> Tensors:
    return tensors


def hardly_trained(tensors: Tensors) -> Tensors:
    return {name: np.nextafter(array, np.float32(1)) for name, array in tensors.items()}


def diverged(tensors: Tensors) -> Tensors:
    return {**tensors, "layer.bias": tensors["layer.bias"] * np.float32(np.nan)}


def exploded(tensors: Tensors) -> Tensors:
    return {**tensors, "layer.bias": np.full(8, 1e30, np.float32)}


def optimiser_state(tensors: Tensors) -> Tensors:
    return {f"{name}.exp_avg": array for name, array in tensors.items()}


CASES = [
    (renamed, errors.ManifestMismatch, "layer.weight is missing; fc.weight is unexpected", "federity.Named"),
    (grown, errors.ManifestMismatch, "second.weight is unexpected", "federity branch create NAME"),
    (another_shape, errors.ManifestMismatch, "layer.weight has shape [16, 8], not [8, 16]", "architecture"),
    (another_dtype, errors.ManifestMismatch, "layer.weight has dtype F16, not F32", "architecture"),
    (untrained, errors.NothingToDo, "has not changed", "the optimiser has this model's parameters"),
    (hardly_trained, errors.NothingToDo, "less than the smallest step", "Train longer"),
    (diverged, errors.NonFiniteWeights, "'layer.bias' holds NaN or infinite", "lower learning rate"),
    (exploded, errors.RangeError, "moved too far from the head", "lower learning rate"),
    (optimiser_state, errors.ModelError, "optimiser's state (layer.bias.exp_avg)", "Pass the model"),
]


@pytest.mark.parametrize(
    ("mistake", "kind", "wrong", "remedy"), CASES, ids=lambda c: getattr(c, "__name__", "")
)
async def test_a_mistake_is_named_with_a_remedy(
    owner: Person, mistake: object, kind: type[errors.FederityError], wrong: str, remedy: str
) -> None:
    model = mistake(load_file(owner.here / MODEL))
    before = owner.files()
    with pytest.raises(kind) as refused:
        await Repository.open(None, owner.here).commit(model, "a mistake")
    assert type(refused.value) is kind
    assert wrong in str(refused.value)
    assert remedy in refused.value.hint
    for sentence in (str(refused.value), refused.value.hint):
        assert "\n" not in sentence
    assert owner.files() == before


@pytest.mark.parametrize("name", ["weights.pt", "weights.bin", "weights.h5", "model.keras"])
def test_a_file_that_can_hold_code_is_sent_back_unopened(owner: Person, name: str) -> None:
    (owner.here / name).write_bytes(b"\x80\x04K\x01.")
    sentence = owner.refused(errors.BadModelFile, "commit", name, "-m", "x")
    assert "only safetensors files are read" in sentence
    assert "where you trust it" in sentence
