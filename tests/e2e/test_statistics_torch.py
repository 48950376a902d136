"""Running variances far smaller than a delta's step arrive as numbers a model can divide by."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from e2e.team import Team
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
