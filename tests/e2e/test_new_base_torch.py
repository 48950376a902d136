"""A network that gets a layer more: continued from its head on a new base, and still there as it was."""

import copy

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from torch import nn

from e2e.team import Team
from federity.errors import ManifestMismatch
from federity.repository.repository import Repository
from support.torch_models import accuracy, train

pytestmark = [pytest.mark.svm, pytest.mark.prover]


class Net(nn.Module):
    """Reads 8x8 digits."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.head = nn.Linear(64, 10)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.norm(self.conv(images)))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.head(nn.functional.max_pool2d(self.features(images), 2).flatten(1))


class Deeper(Net):
    """The same with a layer more, which at first lets everything through."""

    def __init__(self) -> None:
        super().__init__()
        self.further = nn.Conv2d(4, 4, 3, padding=1)
        nn.init.dirac_(self.further.weight)
        nn.init.zeros_(self.further.bias)

    def features(self, images: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.further(super().features(images)))


def state(model: nn.Module) -> dict[str, bytes]:
    """What is versioned; the count of batches is each trainer's own."""
    tensors = model.state_dict().items()
    return {name: value.numpy().tobytes() for name, value in tensors if value.is_floating_point()}


async def test_a_layer_is_added_and_others_train_it(team: Team) -> None:
    data = load_digits()
    images, digits = (data.images[:, None] / 16).astype(np.float32), data.target
    (x, y), held = (images[:1200], digits[:1200]), (images[1200:], digits[1200:])
    torch.manual_seed(0)
    net = Net()
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), net, name="digits", insecure=True
    )
    train(net, x, y, 3)
    await owner.commit(net, "three epochs", samples=1200)
    await owner.push()
    await owner.pull(net)
    before = state(net)

    deeper = Deeper()
    deeper.load_state_dict(net.state_dict(), strict=False)
    with pytest.raises(ManifestMismatch, match="further"):
        await owner.commit(deeper)
    report = (await owner.branch_create("deeper", model=deeper)).to_json()
    # The counter of batches is a constant of the base: the new one has it as its owner counted it.
    assert report["carried"] == sorted(before)
    assert report["changed"] == ["norm.num_batches_tracked"]
    assert report["added"] == ["further.bias", "further.weight"]
    start = accuracy(deeper, *held)
    assert start == accuracy(net, *held)

    await team.session("alice")
    await owner.member_add(team.address("alice"))
    theirs = Deeper()
    alice = await Repository.clone(
        await team.session("alice"), owner.url, team.path("alice"), branch="deeper", model=theirs
    )
    assert state(theirs) == state(deeper)
    trained = copy.deepcopy(theirs)
    train(trained, x, y, 6)
    await alice.commit(trained, "six epochs of the deeper one", samples=1200)
    pushed = await alice.push()
    assert pushed.commits[0].level == 1

    await owner.checkout("deeper", theirs)
    assert accuracy(theirs, *held) > start
    # Six of the eight tensors that float have moved with training, and the chain added what moved.
    assert state(theirs)["further.weight"] != state(deeper)["further.weight"]
    assert [view.message for view in await owner.log()] == [
        "six epochs of the deeper one",
        f"new base, from {report['ancestor'][:12]}",
        "three epochs",
        "genesis",
    ]
    assert (await owner.verify()).complete

    back = Net()
    await owner.checkout("main", back)
    assert state(back) == before
    train(back, x, y, 1)
    await owner.commit(back, "main goes on", samples=1200)
    await owner.push()
    assert (await owner.status()).head_seq == 2
