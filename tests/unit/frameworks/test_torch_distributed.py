"""Modules that PyTorch spreads over processes: the real ones, over gloo, in a group of one."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard
from torch.distributed.tensor import DTensor
from torch.nn.parallel import DistributedDataParallel

from federity.frameworks import adapter_for

# In a group of one FSDP says at every call that there is nothing to shard.
pytestmark = pytest.mark.filterwarnings("ignore:.*NO_SHARD:UserWarning")


class Tied(nn.Module):
    """A head that is tied, shared statistics, integers, and blocks as they are wrapped one by one."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embed = nn.Embedding(5, 4)
        self.block = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        self.head = nn.Linear(4, 5, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("ids", torch.arange(4))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.block(self.embed(ids)))


@pytest.fixture(scope="module", autouse=True)
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    rendezvous = tmp_path_factory.mktemp("gloo") / "rendezvous"
    dist.init_process_group("gloo", init_method=f"file://{rendezvous}", rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def fsdp(**options: object) -> nn.Module:
    return FullyShardedDataParallel(Tied(), device_id=torch.device("cpu"), **options)


def fsdp_inside() -> nn.Module:
    model = Tied()
    model.block = FullyShardedDataParallel(model.block, device_id=torch.device("cpu"))
    return FullyShardedDataParallel(model, device_id=torch.device("cpu"))


def fsdp2() -> nn.Module:
    model = Tied()
    fully_shard(model.block, mesh=init_device_mesh("cpu", (1,)))
    fully_shard(model, mesh=init_device_mesh("cpu", (1,)))
    return model


MODELS: dict[str, Callable[[], nn.Module]] = {
    "FSDP": fsdp,
    "FSDP with the original parameters": lambda: fsdp(use_orig_params=True),
    "FSDP of FSDP": fsdp_inside,
    "FSDP2": fsdp2,
    "DDP": lambda: DistributedDataParallel(Tied()),
    "DDP of a compiled one": lambda: DistributedDataParallel(torch.compile(Tied(), backend="eager")),
}


@pytest.mark.parametrize("kind", MODELS)
def test_what_is_loaded_arrives_under_the_names_of_the_plain_module(kind: str) -> None:
    plain, model = Tied(), MODELS[kind]()
    adapter = adapter_for(model)
    wanted = {n: a + a.dtype.type(n != "ids") for n, a in adapter_for(plain).tensors(plain).items()}
    assert set(adapter.tensors(model)) == set(wanted)
    assert adapter.buffers(model) == adapter_for(plain).buffers(plain)
    before = list(model.parameters())
    adapter.load(model, wanted)
    adapter_for(plain).load(plain, wanted)
    found = adapter.tensors(model)
    assert all(found[name].tobytes() == wanted[name].tobytes() for name in wanted)
    assert all(one is other for one, other in zip(before, model.parameters(), strict=True))
    ids = torch.arange(5)
    assert torch.equal(model.eval()(ids), plain.eval()(ids))


def test_tensors_in_parts_are_read_whole_and_loaded_in_a_state_dict_too() -> None:
    state = fsdp2().state_dict()
    assert isinstance(state["embed.weight"], DTensor)
    adapter = adapter_for(state)
    wanted = {name: array + 1 for name, array in adapter.tensors(state).items()}
    adapter.load(state, wanted)
    found = adapter.tensors(state)
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)
