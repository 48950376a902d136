"""The contributors' own training: a small PyTorch CNN and a plain SGD loop with nothing of Federity inside.

Deterministic: one thread, one seed per call, so that a run of the demo repeats to the bit on one machine.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from federity.demo.data import CLASSES, Samples
from federity.demo.forward import Tensors
from federity.demo.setting import BATCH, EPOCHS, MOMENTUM, RATE

__all__ = ["EPOCHS", "accuracy", "load", "network", "train"]


def network() -> nn.Sequential:
    """Return the CNN for 8x8 images, 29,914 parameters; where training starts is `forward.initial`."""
    torch.set_num_threads(1)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(512, 48),
        nn.ReLU(),
        nn.Linear(48, CLASSES),
    )


def load(model: nn.Module, tensors: Tensors) -> None:
    """Copy weights into the model."""
    model.load_state_dict({name: torch.from_numpy(np.array(tensor)) for name, tensor in tensors.items()})


def train(model: nn.Module, samples: Samples, *, epochs: int, seed: int, only_known: bool = True) -> None:
    """Train in place by SGD with momentum.

    With `only_known` the loss compares only the digits that occur in `samples`, so that a contributor does
    not unlearn the digits that others know (restricted softmax; Legate, Caccia, Belilovsky 2023).
    """
    torch.manual_seed(seed)
    absent = torch.zeros(CLASSES)
    if only_known:
        absent[[digit for digit in range(CLASSES) if digit not in samples.known]] = -torch.inf
    images, digits = torch.from_numpy(samples.images), torch.from_numpy(samples.digits)
    # By hand: the first step of torch.optim imports a compiler, which takes longer than all this training.
    speeds = [torch.zeros_like(weight) for weight in model.parameters()]
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(samples))
        for start in range(0, len(samples), BATCH):
            batch = order[start : start + BATCH]
            loss = cross_entropy(model(images[batch]) + absent, digits[batch])
            gradients = torch.autograd.grad(loss, list(model.parameters()))
            with torch.no_grad():
                for weight, speed, gradient in zip(model.parameters(), speeds, gradients, strict=True):
                    speed.mul_(MOMENTUM).add_(gradient)
                    weight.sub_(RATE * speed)


def accuracy(model: nn.Module, samples: Samples) -> float:
    """Return the share of samples whose digit the model names."""
    model.eval()
    with torch.no_grad():
        named = model(torch.from_numpy(samples.images)).argmax(1).numpy()
    return float(np.mean(named == samples.digits))
