"""Every layer of Keras that has a counterpart in PyTorch: same tensors, same function, same bits back."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from safetensors.numpy import load_file

from federity.frameworks import adapter_for

PEER = Path(__file__).parents[2] / "support" / "torch_layers.py"

CASES: dict[str, Callable[[], layers.Layer]] = {
    "linear": lambda: layers.Dense(3),
    "linear_without_bias": lambda: layers.Dense(5, use_bias=False),
    "linear_with_adapter": lambda: layers.Dense(3, lora_rank=2),
    "conv1d": lambda: layers.Conv1D(4, 3, strides=2),
    "conv2d": lambda: layers.Conv2D(4, (3, 2)),
    "conv2d_in_groups": lambda: layers.Conv2D(6, 3, groups=2),
    "conv3d": lambda: layers.Conv3D(3, (2, 3, 2)),
    "conv_transpose1d": lambda: layers.Conv1DTranspose(4, 3),
    "conv_transpose2d": lambda: layers.Conv2DTranspose(4, (3, 2), strides=2),
    "depthwise": lambda: layers.DepthwiseConv2D(3),
    "depthwise_multiplied": lambda: layers.DepthwiseConv2D((3, 2), depth_multiplier=2),
    "depthwise1d": lambda: layers.DepthwiseConv1D(3, depth_multiplier=2),
    "separable": lambda: layers.SeparableConv2D(4, 3, depth_multiplier=2),
    "batch_norm": lambda: layers.BatchNormalization(epsilon=1e-5),
    "layer_norm": lambda: layers.LayerNormalization(epsilon=1e-5),
    "group_norm": lambda: layers.GroupNormalization(2, epsilon=1e-5),
    "rms_norm": lambda: layers.RMSNormalization(epsilon=1e-6),
    "embedding": lambda: layers.Embedding(7, 4),
    "lstm": lambda: layers.LSTM(3, return_sequences=True),
    "lstm_without_bias": lambda: layers.LSTM(3, use_bias=False, return_sequences=True),
    "lstm_both_ways": lambda: layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
    "gru": lambda: layers.GRU(3, return_sequences=True),
    "gru_without_bias": lambda: layers.GRU(3, use_bias=False, return_sequences=True),
    "gru_both_ways": lambda: layers.Bidirectional(layers.GRU(3, return_sequences=True)),
    "rnn": lambda: layers.SimpleRNN(3, return_sequences=True),
    "attention": lambda: layers.MultiHeadAttention(2, 3),
}


@pytest.fixture(scope="module")
def torch_made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """What PyTorch's modules hold and compute, from a process of their own."""
    path = tmp_path_factory.mktemp("torch") / "layers.safetensors"
    subprocess.run([sys.executable, PEER, path], check=True)
    return load_file(path)


def moved(array: np.ndarray, case: str, back: bool = False) -> np.ndarray:
    """Images and signals with their channels last, where Keras has them."""
    spatial = ("conv", "depthwise", "separable", "batch", "group")
    if not case.startswith(spatial):
        return array
    return np.moveaxis(array, -1, 1) if back else np.moveaxis(array, 1, -1)


def called(layer: layers.Layer, inputs: np.ndarray) -> np.ndarray:
    arguments = [inputs, inputs] if isinstance(layer, layers.MultiHeadAttention) else [inputs]
    return keras.ops.convert_to_numpy(layer(*arguments))


@pytest.mark.parametrize("case", CASES)
def test_a_layer_computes_with_the_other_framework_s_weights_what_it_computes(
    case: str, torch_made: dict[str, np.ndarray]
) -> None:
    weights = {
        name.removeprefix(f"{case}/weights/"): array
        for name, array in torch_made.items()
        if name.startswith(f"{case}/weights/")
    }
    layer, inputs = CASES[case](), moved(torch_made[f"{case}/input"], case)
    called(layer, inputs)
    adapter = adapter_for(layer)
    adapter.load(layer, weights)
    output = moved(called(layer, inputs), case, back=True)
    assert np.allclose(output, torch_made[f"{case}/output"], atol=2e-5, rtol=1e-5)

    found = adapter.tensors(layer)
    assert {n: (a.dtype, a.shape) for n, a in found.items()} == {
        n: (a.dtype, a.shape) for n, a in weights.items()
    }
    assert all(found[name].tobytes() == weights[name].tobytes() for name in weights)


@pytest.mark.parametrize("case", CASES)
def test_a_fresh_layer_survives_its_own_tensors(case: str, torch_made: dict[str, np.ndarray]) -> None:
    inputs = moved(torch_made[f"{case}/input"], case)
    one, other = CASES[case](), CASES[case]()
    expected = called(one, inputs)
    called(other, inputs)
    adapter = adapter_for(one)
    adapter.load(other, adapter.tensors(one))
    assert np.array_equal(called(other, inputs), expected)
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(one.weights, other.weights, strict=True))


def test_every_case_has_its_counterpart(torch_made: dict[str, np.ndarray]) -> None:
    assert {name.split("/")[0] for name in torch_made} == set(CASES)
