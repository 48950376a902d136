"""Which adapter a model has, and arrays as a model."""

import subprocess
import sys
import types

import numpy as np
import pytest

from federity.errors import ManifestMismatch, ModelError
from federity.frameworks import adapter_for

ONES = np.ones(2, np.float32)


@pytest.mark.parametrize("model", [None, 3, object(), [np.zeros(1)], b"model"])
def test_what_is_no_model_is_refused(model):
    with pytest.raises(ModelError, match=type(model).__name__) as caught:
        adapter_for(model)
    assert "safetensors" in caught.value.hint


@pytest.mark.parametrize("value", [3, [1.0], np.zeros(1, complex), np.array(["a"])])
def test_values_that_are_no_arrays_are_refused_by_name(value):
    with pytest.raises(ModelError, match="'odd'"):
        adapter_for({}).tensors({"odd": value})


def test_arrays_are_copied_in_canonical_layout():
    model = {"w": np.arange(6.0, dtype=">f4").reshape(3, 2).T}
    found = adapter_for(model).tensors(model)
    assert found["w"].flags.c_contiguous
    assert found["w"].dtype == np.dtype("<f4")
    found["w"][:] = 9
    assert model["w"].max() == 5
    assert adapter_for(model).buffers(model) == frozenset()


def test_arrays_are_loaded_in_place():
    model = {"w": np.zeros(3, np.float32)}
    held = model["w"]
    adapter_for(model).load(model, {"w": np.ones(3, np.float32)})
    assert held.tolist() == [1, 1, 1]
    empty: dict[str, np.ndarray] = {}
    adapter_for(empty).load(empty, model)
    assert empty["w"].tolist() == [1, 1, 1]
    assert empty["w"] is not model["w"]


def test_read_only_arrays_are_replaced():
    model = {"w": np.zeros(3, np.float32)}
    model["w"].flags.writeable = False
    adapter_for(model).load(model, {"w": np.ones(3, np.float32)})
    assert model["w"].tolist() == [1, 1, 1]


def test_arrays_that_share_memory_hold_one_value_or_are_left_alone():
    shared = np.zeros(2, np.float32)
    model = {"a": shared, "b": shared[::-1], "c": np.zeros(1, ">f4")}
    adapter = adapter_for(model)
    adapter.load(model, {"a": ONES, "b": ONES, "c": ONES[:1]})
    assert shared.tolist() == [1, 1]
    with pytest.raises(ModelError, match="a would not arrive in the model"):
        adapter.load(model, {"a": 2 * ONES, "b": 3 * ONES, "c": 4 * ONES[:1]})
    assert shared.tolist() == [1, 1]
    assert model["c"].tolist() == [1]


def test_other_arrays_are_refused():
    model = {"w": np.zeros(3, np.float32)}
    with pytest.raises(ManifestMismatch, match="w has shape"):
        adapter_for(model).load(model, {"w": np.ones(4, np.float32)})
    frozen = types.MappingProxyType(model)
    with pytest.raises(ModelError, match="cannot be written"):
        adapter_for(frozen).load(frozen, model)


def test_no_framework_is_imported_for_files_and_arrays():
    code = (
        "import sys, numpy, federity.objects, federity.storage, federity.strategies;"
        "import federity.frameworks as f;"
        "f.adapter_for({}).tensors({'w': numpy.zeros(1)}); f.adapter_for('x');"
        "sys.exit(any(name in sys.modules for name in ('torch', 'keras', 'tensorflow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
