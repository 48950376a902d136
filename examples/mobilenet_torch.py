"""MobileNetV2 of torchvision, five blocks of a quarter of the width, on handwritten digits.

`python examples/mobilenet_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Samples, digits
from team import Play, main, one_round
from torch import nn
from torchvision.models import MobileNetV2

# Expansion, channels, repetitions, stride of each stage.
STAGES = [[1, 16, 1, 2], [6, 24, 2, 2], [6, 32, 2, 1]]


def network() -> nn.Module:
    model = MobileNetV2(num_classes=10, width_mult=0.25, dropout=0.0, inverted_residual_setting=STAGES)
    model.features[0][0] = nn.Conv2d(1, 8, 3, padding=1, bias=False)
    return model


def train(model: nn.Module, share: Samples, epochs: int = 8) -> int:
    images, classes = torch.tensor(share[0])[:, None], torch.tensor(share[1])
    optimiser = torch.optim.SGD(model.parameters(), lr=0.03, momentum=0.9)
    # Shares are of 400 images: no batch is smaller than the others and tilts the running statistics.
    batches = [batch for _ in range(epochs) for batch in torch.randperm(len(images)).split(50)]
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, len(batches))
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(images[batch]), classes[batch]).backward()
        optimiser.step()
        slower.step()
    return len(images)


def accuracy(model: nn.Module) -> float:
    images, classes = digits(16, 3)[1]
    with torch.no_grad():
        return (model.eval()(torch.tensor(images)[:, None]).argmax(1).numpy() == classes).mean().item()


async def run(play: Play = one_round, **where: Any) -> Any:
    # Its owner trains it a little first: batch norms that were apart from the start do not average.
    (first, *shares), _ = digits(16, 3)
    model = network()
    train(model, first, epochs=4)
    return await play("mobilenet", model, shares, train, accuracy, **where)


if __name__ == "__main__":
    main(run)
