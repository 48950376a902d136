"""What is passed in place of a model's weights is said to be what it is."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from federity.errors import BadModelFile, ModelError
from federity.frameworks import adapter_for

ARRAY = np.zeros(2, np.float32)


@pytest.mark.parametrize("last", ["exp_avg", "exp_avg_sq", "momentum_buffer", "square_avg"])
def test_an_optimiser_s_state_is_named(tmp_path, last):
    state = {f"state.0.{last}": ARRAY, "state.0.step": ARRAY}
    path = tmp_path / "optimiser.safetensors"
    save_file(state, path)
    for model in (state, path):
        with pytest.raises(ModelError, match=f"optimiser's state .*{last}.*, not weights") as refused:
            adapter_for(model).tensors(model)
        assert "Pass the model" in refused.value.hint


def test_an_optimiser_s_own_dict_is_named():
    state = {"state": {0: {"step": 3}}, "param_groups": [{"lr": 0.1}]}
    with pytest.raises(ModelError, match="optimiser's state"):
        adapter_for(state).tensors(state)


def test_weights_whose_names_only_resemble_an_optimiser_s_are_weights():
    model = {"experts.0.avg.weight": ARRAY, "momentum_buffers.weight": ARRAY}
    assert set(adapter_for(model).tensors(model)) == set(model)


def test_a_checkpoint_of_several_things_is_not_weights():
    checkpoint = {"model": {"w": ARRAY}, "epoch": 3}
    with pytest.raises(ModelError, match="'model' is a dict") as refused:
        adapter_for(checkpoint).tensors(checkpoint)
    assert "model['model']" in refused.value.hint
    with pytest.raises(ModelError, match="'w' is a int") as refused:
        adapter_for({"w": 3}).tensors({"w": 3})
    assert "Pass the model itself" in refused.value.hint


@pytest.mark.parametrize("name", ["weights.h5", "model.keras"])
def test_a_file_of_keras_is_sent_back_to_keras(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(90))
    with pytest.raises(BadModelFile, match="only safetensors") as refused:
        adapter_for(path).tensors(path)
    assert "Keras" in refused.value.hint
