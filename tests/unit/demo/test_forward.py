"""The keeper's numpy network is the contributors' torch network."""

from __future__ import annotations

import numpy as np
import torch

from federity.demo import forward, training
from federity.demo.data import CLASSES, MISSING, shares


def test_both_networks_say_the_same() -> None:
    model = training.network()
    training.load(model, forward.initial(5))
    samples = shares(5).test
    training.train(model, shares(5).contributors[0], epochs=1, seed=1)
    tensors = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    with torch.no_grad():
        expected = model(torch.from_numpy(samples.images)).numpy()
    assert np.abs(forward.logits(tensors, samples.images) - expected).max() < 1e-4
    assert forward.accuracy(tensors, samples) == training.accuracy(model, samples)


def test_training_repeats_to_the_bit() -> None:
    ends = []
    for _ in range(2):
        model = training.network()
        training.load(model, forward.initial(1))
        training.train(model, shares(1).contributors[1], epochs=1, seed=7)
        ends.append({name: tensor.numpy().tobytes() for name, tensor in model.state_dict().items()})
    assert ends[0] == ends[1]


def test_nobody_has_all_digits_and_nobody_shares_a_sample() -> None:
    dealt = shares(4)
    parts = [*dealt.contributors, dealt.hold_out, dealt.test]
    assert sum(map(len, parts)) == 1797
    for samples, missing in zip(dealt.contributors, MISSING, strict=True):
        assert set(samples.known) == set(range(CLASSES)) - missing
        assert len(missing) >= 3
    assert dealt.test.known == list(range(CLASSES))
    again = shares(4)
    assert np.array_equal(again.test.images, dealt.test.images)
    assert not np.array_equal(shares(5).test.images, dealt.test.images)
