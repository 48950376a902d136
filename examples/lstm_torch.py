"""An LSTM that reads handwritten digits row by row.

`python examples/lstm_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Samples, digits
from team import Play, main, one_round
from torch import nn


class Reader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(8, 96, batch_first=True)
        self.output = nn.Linear(96, 10)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.output(self.lstm(images)[0][:, -1])


def network() -> nn.Module:
    return Reader()


def train(model: nn.Module, share: Samples) -> int:
    images, classes = torch.tensor(share[0]), torch.tensor(share[1])
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    model.train()
    for _ in range(12):
        for batch in torch.randperm(len(images)).split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(images[batch]), classes[batch]).backward()
            optimiser.step()
    return len(images)


def accuracy(model: nn.Module) -> float:
    images, classes = digits()[1]
    with torch.no_grad():
        return (model(torch.tensor(images)).argmax(1).numpy() == classes).mean().item()


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("lstm", network(), digits()[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
