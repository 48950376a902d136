"""Models whose names are not the repository's, on arrays: what holds there holds for every framework."""

import numpy as np
import pytest

from federity.errors import ManifestMismatch, ModelError
from federity.frameworks import Named, adapter_for, match


def model() -> dict[str, np.ndarray]:
    return {
        "a.weight": np.zeros((2, 3), np.float32),
        "a.bias": np.zeros(2, np.float32),
        "a.sub.weight": np.ones((4, 2), np.float32),
        "b": np.full(5, 2, np.float32),
    }


def names(**mapping: str) -> set[str]:
    named = Named(model(), mapping)
    return set(adapter_for(named).tensors(named))


def test_the_longest_entry_decides_and_the_rest_keeps_its_name() -> None:
    found = names(**{"a": "x.y", "a.sub": "z"})
    assert found == {"x.y.weight", "x.y.bias", "z.weight", "b"}
    assert names(**{"a.bias": "bias"}) == {"a.weight", "bias", "a.sub.weight", "b"}


def test_renamed_weights_are_loaded_where_they_belong() -> None:
    named = Named(model(), {"a": "x", "b": "a"})
    adapter = adapter_for(named)
    tensors = adapter.tensors(named)
    tensors["x.bias"] += 7
    tensors["a"] += 1
    adapter.load(named, tensors)
    assert named.model["a.bias"].tolist() == [7, 7]
    assert named.model["b"].tolist() == [3] * 5


def test_what_the_model_lacks_cannot_be_named() -> None:
    with pytest.raises(ModelError, match="the model has no c, d") as refused:
        names(c="x", d="y")
    assert "a.weight" in refused.value.hint


def test_two_tensors_cannot_have_one_name() -> None:
    with pytest.raises(ModelError, match=r"would both be named b"):
        names(**{"a.bias": "b"})


def test_what_does_not_fit_is_named_and_not_loaded() -> None:
    named = Named(model(), {"a": "x"})
    tensors = adapter_for(named).tensors(named)
    tensors["stranger"] = tensors.pop("x.bias")
    with pytest.raises(ManifestMismatch, match=r"a\.bias is missing; stranger is unexpected"):
        adapter_for(named).load(named, tensors)


def test_modules_are_matched_by_what_they_hold() -> None:
    mine = model()
    theirs = {
        "fc.weight": mine["a.weight"],
        "fc.bias": mine["a.bias"],
        "head.weight": mine["a.sub.weight"],
        "b": mine["b"],
    }
    named = match(mine, theirs)
    assert named.names == {"a": "fc", "a.sub": "head"}
    assert set(adapter_for(named).tensors(named)) == set(theirs)


def test_modules_that_look_alike_are_left_to_their_author() -> None:
    mine = {"a.w": np.zeros(3), "b.w": np.zeros(3)}
    with pytest.raises(ManifestMismatch, match=r"a, b fit x, y alike") as refused:
        match(mine, {"x.w": np.zeros(3), "y.w": np.zeros(3)})
    assert "Named(model" in refused.value.hint
    assert match(mine, mine).names == {}


def test_modules_that_fit_nothing_are_named() -> None:
    with pytest.raises(ManifestMismatch, match="the model has a where the repository has nothing"):
        match({"a.w": np.zeros(3)}, {"a.w": np.zeros(4)})
