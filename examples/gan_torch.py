"""A GAN that draws handwritten digits: two networks in one repository, each with its own optimiser.

`python examples/gan_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Samples, digits
from team import Play, main, one_round
from torch import nn


def network() -> nn.Module:
    generator = nn.Sequential(nn.Linear(16, 256), nn.ReLU(), nn.Linear(256, 64), nn.Sigmoid())
    discriminator = nn.Sequential(nn.Linear(64, 256), nn.LeakyReLU(0.2), nn.Linear(256, 1))
    return nn.ModuleDict({"generator": generator, "discriminator": discriminator})


def train(model: nn.Module, share: Samples) -> int:
    images = torch.tensor(share[0]).flatten(1)
    draws = torch.optim.Adam(model["generator"].parameters(), lr=2e-3, betas=(0.5, 0.999))
    judges = torch.optim.Adam(model["discriminator"].parameters(), lr=2e-3, betas=(0.5, 0.999))
    judge, loss = model["discriminator"], nn.functional.binary_cross_entropy_with_logits
    for _ in range(10):
        for batch in torch.randperm(len(images)).split(64):
            real, fake = judge(images[batch]), model["generator"](torch.randn(len(batch), 16))
            judged = judge(fake.detach())
            judges.zero_grad()
            (loss(real, torch.ones_like(real)) + loss(judged, torch.zeros_like(judged))).backward()
            judges.step()
            draws.zero_grad()
            loss(judge(fake), torch.ones_like(judged)).backward()
            draws.step()
    return len(images)


def likeness(model: nn.Module) -> float:
    """Minus the energy distance (Székely 2003) between held-out digits and drawn ones; at most 0."""
    real = torch.tensor(digits()[1][0]).flatten(1)
    with torch.no_grad():
        drawn = model["generator"](torch.randn(len(real), 16, generator=torch.Generator().manual_seed(1)))
    apart = (
        2 * torch.cdist(real, drawn).mean()
        - torch.cdist(real, real).mean()
        - torch.cdist(drawn, drawn).mean()
    )
    return -apart.item()


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("gan", network(), digits()[0], train, likeness, **where)


if __name__ == "__main__":
    main(run)
