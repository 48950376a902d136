"""A small dense network that tells benign tumours from malignant ones by 30 measures: a table, not an image.

`python examples/mlp_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Samples, tumours
from team import Play, main, one_round
from torch import nn


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(30, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 2))


def train(model: nn.Module, share: Samples) -> int:
    measures, classes = torch.tensor(share[0]), torch.tensor(share[1])
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(5):
        for batch in torch.randperm(len(measures)).split(16):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(measures[batch]), classes[batch]).backward()
            optimiser.step()
    return len(measures)


def accuracy(model: nn.Module) -> float:
    measures, classes = tumours()[1]
    with torch.no_grad():
        return (model(torch.tensor(measures)).argmax(1).numpy() == classes).mean().item()


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("mlp", network(), tumours()[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
