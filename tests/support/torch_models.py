"""Models of the tests in which two frameworks meet, in PyTorch, with a training loop of their own."""

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)


def cnn() -> nn.Module:
    """Reads 8x8 digits; 706 parameters and running statistics."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 10),
    )


def zoo() -> nn.Module:
    """One module of each kind that maps."""
    return nn.ModuleDict(
        {
            "attention": nn.MultiheadAttention(6, 2),
            "both_ways": nn.GRU(4, 3, bidirectional=True),
            "conv": nn.Conv2d(3, 4, (3, 2)),
            "depthwise": nn.Conv2d(3, 6, 3, groups=3),
            "embed": nn.Embedding(7, 4),
            "fc": nn.Linear(5, 3),
            "lstm": nn.LSTM(4, 3),
            "norm": nn.LayerNorm(6),
            "seen": nn.BatchNorm1d(3),
            "up": nn.ConvTranspose2d(3, 4, 3),
        }
    )


def train(model: nn.Module, images: np.ndarray, digits: np.ndarray, epochs: int) -> None:
    """Plain SGD, in place."""
    torch.manual_seed(1)
    x, y = torch.from_numpy(images), torch.from_numpy(digits)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(y)).split(32):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimiser.step()


def accuracy(model: nn.Module, images: np.ndarray, digits: np.ndarray) -> float:
    """The share of digits that the model names."""
    model.eval()
    with torch.no_grad():
        return float(np.mean(model(torch.from_numpy(images)).argmax(1).numpy() == digits))
