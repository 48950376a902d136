"""The contributors' Keras network is the PyTorch one: the keeper's numpy network speaks for both."""

from __future__ import annotations

import keras
import numpy as np

from federity.demo import forward, training_keras
from federity.demo.data import CLASSES, shares
from federity.frameworks import adapter_for


def trained(seed: int, **options: bool) -> keras.Sequential:
    model = training_keras.network()
    training_keras.load(model, forward.initial(5))
    training_keras.train(model, shares(5).contributors[0], epochs=2, seed=seed, **options)
    return model


def test_both_networks_say_the_same() -> None:
    model = trained(1)
    samples = shares(5).test
    tensors = adapter_for(model).tensors(model)
    assert {name: tensor.shape for name, tensor in tensors.items()} == forward.SHAPES
    expected = model(samples.images.transpose(0, 2, 3, 1)).numpy()
    assert np.abs(forward.logits(tensors, samples.images) - expected).max() < 1e-4
    assert forward.accuracy(tensors, samples) == training_keras.accuracy(model, samples)


def test_training_repeats_to_the_bit_and_depends_on_the_seed() -> None:
    ends = [
        {name: tensor.tobytes() for name, tensor in adapter_for(model).tensors(model).items()}
        for model in (trained(7), trained(7), trained(8))
    ]
    assert ends[0] == ends[1] != ends[2]


def test_what_a_contributor_never_saw_is_not_unlearned() -> None:
    missing = sorted(set(range(CLASSES)) - set(shares(5).contributors[0].known))
    start = forward.initial(5)["8.bias"]
    kept, lost = (
        adapter_for(model).tensors(model)["8.bias"] - start
        for model in (trained(7), trained(7, only_known=False))
    )
    assert not kept[missing].any()
    assert (lost[missing] < 0).all()
