"""A graph convolutional network (Kipf and Welling 2017) on Zachary's karate club: who follows whom.

The graph of 34 members ships with networkx. All know the friendships; each contributor knows which side some
members took; the others' sides are held out. `python examples/gcn_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Array, club
from team import Play, main, one_round
from torch import nn

LINKS, SIDES, SHARES, HELD_OUT = club()
NEAR = torch.tensor(LINKS)


class GCN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(34, 16, bias=False), nn.Linear(16, 2, bias=False)

    def forward(self) -> torch.Tensor:
        return self.second(NEAR @ torch.relu(self.first(NEAR)))


def train(model: nn.Module, known: Array) -> int:
    sides = torch.tensor(SIDES[known])
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        optimiser.zero_grad()
        nn.functional.cross_entropy(model()[known], sides).backward()
        optimiser.step()
    return len(known)


def accuracy(model: nn.Module) -> float:
    with torch.no_grad():
        return (model()[HELD_OUT].argmax(1).numpy() == SIDES[HELD_OUT]).mean().item()


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("gcn", GCN(), SHARES, train, accuracy, **where)


if __name__ == "__main__":
    main(run)
