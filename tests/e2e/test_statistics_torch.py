"""Running variances far smaller than a delta's step arrive as numbers a model can divide by."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from e2e.team import Team
from federity.errors import ModelError
from federity.repository.repository import Repository

pytestmark = [pytest.mark.svm, pytest.mark.prover]


def net(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    made = nn.Sequential(nn.Linear(40, 200), nn.BatchNorm1d(200), nn.ReLU(), nn.Linear(200, 3))
    made[1].running_var.copy_(10 ** torch.empty(200).uniform_(-3, 0))
    return made.eval()


async def test_a_commit_leaves_no_variance_below_zero(team: Team) -> None:
    model = net(0)
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), model, name="normed", insecure=True
    )
    trained = copy.deepcopy(model)
    rng = np.random.default_rng(1)
    with torch.no_grad():
        for parameter in trained.parameters():
            parameter += torch.tensor(rng.laplace(0, 0.05, parameter.shape), dtype=torch.float32)
        trained[1].running_var *= torch.tensor(rng.uniform(0.02, 1.2, 200), dtype=torch.float32)
    await owner.commit(trained, "other data", samples=1, ratio=0.06)
    await owner.push(level=0)
    await owner.pull(model)
    assert model[1].running_var.min() >= -1e-6
    assert torch.isfinite(model.eval()(torch.randn(5, 40))).all()


def counting() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.BatchNorm1d(4, momentum=None), nn.Linear(4, 8))


async def test_statistics_of_raw_columns_reach_the_head_and_a_pull_leaves_the_trainer_s_count(
    team: Team,
) -> None:
    """Pixels, an income, a thickness, a share: the first commit takes them to where the data are."""
    model = counting()
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), model, name="raw", insecure=True
    )
    model.train()
    generator = torch.Generator().manual_seed(4)
    scale = torch.tensor([255.0, 5e4, 1e-3, 1.0])
    for _ in range(10):
        model(torch.rand(64, 4, generator=generator) * scale)
    with torch.no_grad():
        model[1].weight += 0.05
    trained = copy.deepcopy(model)
    made = await owner.commit(model, "raw data")
    assert made.counters == ("0.num_batches_tracked",)
    assert made.to_json()["counters"] == ["0.num_batches_tracked"]
    await owner.push(level=0)
    await owner.pull(model)
    for name in ("running_mean", "running_var"):
        mine, head = getattr(trained[0], name), getattr(model[0], name)
        assert torch.allclose(head, mine, rtol=0.03, atol=0), name
    # The next batch of a cumulative average is one of eleven, not the first.
    assert int(model[0].num_batches_tracked) == 10
    before = model[0].running_mean.clone()
    batch = torch.rand(64, 4, generator=generator) * scale
    model(batch)
    assert torch.allclose(model[0].running_mean, before + (batch.mean(0) - before) / 11, rtol=1e-4)
    # A checkout gives what is recorded: the count of the genesis.
    fresh = counting()
    await owner.checkout("HEAD", fresh)
    assert int(fresh[0].num_batches_tracked) == 0


async def test_a_mask_that_training_changed_is_refused(team: Team) -> None:
    model = nn.Linear(4, 3)
    model.register_buffer("mask", torch.ones(3, dtype=torch.bool))
    owner = await Repository.create(
        await team.session("owner"), team.path("owner"), model, name="masked", insecure=True
    )
    with torch.no_grad():
        model.weight += 1
        model.mask[0] = False
    with pytest.raises(ModelError, match=r"^mask changed"):
        await owner.commit(model, "pruned")
    # What a delta can hold in many rounds only is said.
    with torch.no_grad():
        model.mask[0] = True
        model.weight *= 1e4
    made = await owner.commit(model, "another scale")
    assert [sentence.split(",")[0][:18] for sentence in made.unfit] == ["'weight' moved by "]
    assert made.to_json()["unfit"] == list(made.unfit)
