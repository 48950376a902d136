"""An autoencoder that squeezes handwritten digits of 64 pixels into 8 numbers.

`python examples/autoencoder_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Samples, digits
from team import Play, main, one_round
from torch import nn


def network() -> nn.Module:
    encoder = nn.Sequential(nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 8))
    decoder = nn.Sequential(nn.Linear(8, 256), nn.ReLU(), nn.Linear(256, 64), nn.Sigmoid())
    return nn.Sequential(encoder, decoder)


def train(model: nn.Module, share: Samples) -> int:
    images = torch.tensor(share[0]).flatten(1)
    batches = [batch for _ in range(10) for batch in torch.randperm(len(images)).split(64)]
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, len(batches))
    for batch in batches:
        optimiser.zero_grad()
        nn.functional.mse_loss(model(images[batch]), images[batch]).backward()
        optimiser.step()
        slower.step()
    return len(images)


def explained(model: nn.Module) -> float:
    """The share of the held-out images' variance that survives."""
    images = torch.tensor(digits()[1][0]).flatten(1)
    with torch.no_grad():
        lost = (model(images) - images).square().sum() / (images - images.mean(0)).square().sum()
    return 1 - lost.item()


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("autoencoder", network(), digits()[0], train, explained, **where)


if __name__ == "__main__":
    main(run)
