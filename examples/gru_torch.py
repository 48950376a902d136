"""A GRU that learns to continue the Python language reference, character by character.

`python examples/gru_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Array, language
from team import Play, main, one_round
from torch import nn


class Writer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(128, 24)
        self.gru = nn.GRU(24, 96, batch_first=True)
        self.output = nn.Linear(96, 128)

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        return self.output(self.gru(self.embedding(text))[0])


def train(model: nn.Module, share: Array) -> int:
    text = torch.tensor(share)
    batches = [batch for _ in range(3) for batch in torch.randperm(len(text)).split(64)]
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, len(batches))
    for batch in batches:
        guess = model(text[batch, :-1]).flatten(0, 1)
        optimiser.zero_grad()
        nn.functional.cross_entropy(guess, text[batch, 1:].flatten()).backward()
        optimiser.step()
        slower.step()
    return len(text)


def accuracy(model: nn.Module) -> float:
    """How often the next character is guessed."""
    text = torch.tensor(language()[1])
    with torch.no_grad():
        return (model(text[:, :-1]).argmax(-1) == text[:, 1:]).float().mean().item()


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("gru", Writer(), language()[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
