"""A graph convolutional network (Kipf and Welling 2017) on Zachary's karate club: who follows whom.

The graph of 34 members ships with networkx. All know the friendships; each contributor knows which side some
members took; the others' sides are held out. `python examples/gcn.py` runs as it is.
"""

from typing import Any

import networkx
import torch
from team import Outcome, main, one_round
from torch import nn

CLUB = networkx.karate_club_graph()
SIDES = torch.tensor([int(CLUB.nodes[member]["club"] == "Officer") for member in CLUB])
# D^-1/2 (A + I) D^-1/2
LINKS = torch.tensor(networkx.to_numpy_array(CLUB, weight=None), dtype=torch.float32) + torch.eye(34)
NEAR = LINKS / LINKS.sum(0).sqrt() / LINKS.sum(0).sqrt()[:, None]
SHARES = [torch.tensor([0, 33, 5, 8]), torch.tensor([0, 33, 2, 23])]
HELD_OUT = torch.tensor([i for i in range(34) if all(i not in share for share in SHARES)])


class GCN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(34, 16, bias=False), nn.Linear(16, 2, bias=False)

    def forward(self) -> torch.Tensor:
        return self.second(NEAR @ torch.relu(self.first(NEAR)))


def train(model: nn.Module, known: torch.Tensor) -> int:
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        optimiser.zero_grad()
        nn.functional.cross_entropy(model()[known], SIDES[known]).backward()
        optimiser.step()
    return len(known)


def accuracy(model: nn.Module) -> float:
    with torch.no_grad():
        return (model()[HELD_OUT].argmax(1) == SIDES[HELD_OUT]).float().mean().item()


async def run(**where: Any) -> Outcome:
    return await one_round("gcn", GCN(), SHARES, train, accuracy, **where)


if __name__ == "__main__":
    main(run)
