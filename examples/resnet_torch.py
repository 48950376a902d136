"""ResNet-18 of torchvision, sixteen times narrower, on handwritten digits.

`python examples/resnet_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Samples, digits
from team import Play, main, one_round
from torch import nn
from torchvision.models.resnet import BasicBlock, ResNet


class Narrow(ResNet):
    """Layers of 4, 8, 16 and 32 channels instead of 64 to 512."""

    def _make_layer(self, block: Any, planes: int, *args: Any, **options: Any) -> nn.Sequential:
        return super()._make_layer(block, planes // 16, *args, **options)


def network() -> nn.Module:
    model = Narrow(BasicBlock, [2, 2, 2, 2])
    model.conv1 = nn.Conv2d(1, 64, 3, padding=1, bias=False)
    model.fc = nn.Linear(32, 10)
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
    return await play("resnet", model, shares, train, accuracy, **where)


if __name__ == "__main__":
    main(run)
