"""Modules of PyTorch that hold what is hard to version, and those that cannot be."""

import numpy as np
import pytest
import torch
from torch import nn

from federity.errors import ManifestMismatch, ModelError
from federity.frameworks import adapter_for
from federity.objects import Accumulator, change_of, manifest_of, quantise


class Hard(nn.Module):
    """Tied and frozen weights, a shared module, counters, scalars, an empty tensor, half precision."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5)
        self.head.weight = self.embed.weight
        self.block = nn.Linear(3, 3)
        self.again = nn.ModuleList([self.block, self.block])
        self.norm = nn.BatchNorm1d(3)
        self.frozen = nn.Linear(3, 3).requires_grad_(False)
        self.scale = nn.Parameter(torch.tensor(0.5))
        self.nothing = nn.Parameter(torch.zeros(0, 3))
        self.half = nn.Linear(3, 3, dtype=torch.float16)
        self.brain = nn.Linear(3, 3, dtype=torch.bfloat16)
        self.register_buffer("ids", torch.arange(4).expand(1, -1))


def test_a_model_of_hard_tensors_is_trained_merged_and_loaded() -> None:
    torch.manual_seed(0)
    model = Hard()
    adapter = adapter_for(model)
    start = adapter.tensors(model)
    assert "head.weight" not in start
    # One module under several names: the first of them by name.
    assert [n for n in start if "block" in n or "again" in n] == ["again.0.bias", "again.0.weight"]
    manifest = manifest_of(start, adapter.buffers(model))
    assert {c.name for c in manifest.constants} == {"ids", "norm.num_batches_tracked"}
    optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    hidden = model.norm(model.block(model.frozen(model.embed(torch.arange(5))))) * model.scale
    model.head(hidden).square().mean().backward()
    optimiser.step()

    trained = adapter.tensors(model)
    assert trained["norm.num_batches_tracked"] == 1
    made = quantise(manifest, change_of(manifest, trained, start), density=1.0, ratio=1.0)
    for spec in manifest.tensors:
        if spec.name.startswith("frozen"):
            assert not np.any(made.delta.values[spec.elements])
    weights = Accumulator.zero(manifest).merged([(made.delta, 1 << 16)]).weights(manifest, start)
    other = Hard()
    adapter.load(other, weights)
    assert other.head.weight is other.embed.weight
    assert other.again[1] is other.block
    assert not other.frozen.weight.requires_grad
    held = adapter.tensors(other)
    assert all(held[name].tobytes() == weights[name].tobytes() for name in weights)
    assert np.abs(held["embed.weight"] - trained["embed.weight"]).max() < 0.05
    assert held["norm.num_batches_tracked"] == 0


def test_layers_added_later_are_refused_with_a_way_out() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    tensors = adapter_for(model).tensors(model)
    model.append(nn.Linear(2, 2))
    with pytest.raises(ManifestMismatch, match=r"1\.bias is missing; 1\.weight is missing") as refused:
        adapter_for(model).load(model, tensors)
    assert "federity branch create NAME --model FILE" in refused.value.hint


def holding(tensor: torch.Tensor, parameter: bool = True) -> nn.Module:
    model = nn.Module()
    if parameter:
        model.odd = nn.Parameter(tensor, requires_grad=False)
    else:
        model.register_buffer("odd", tensor)
    return model


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (lambda: holding(torch.zeros(2, dtype=torch.complex64)), "odd is a tensor of torch.complex64"),
        (lambda: holding(torch.zeros(2).to(torch.float8_e4m3fn)), "odd is a tensor of torch.float8"),
        (lambda: holding(torch.zeros(2, dtype=torch.int8)), "odd is a parameter of torch.int8"),
        (lambda: holding(torch.zeros(2, dtype=torch.bool)), "odd is a parameter of torch.bool"),
        (lambda: holding(torch.eye(3).to_sparse()), "odd is a tensor in layout sparse_coo"),
        (lambda: holding(torch.zeros(2, device="meta")), "odd is a meta tensor"),
        (lambda: holding(torch.zeros(1).expand(4), parameter=False), "odd is a view that repeats"),
        (lambda: nn.LazyLinear(3), "weight has no shape yet"),
    ],
)
def test_what_cannot_be_versioned_is_refused_by_name(build: object, what: str) -> None:
    model = build()
    with pytest.raises(ModelError, match=what):
        adapter_for(model).tensors(model)


# PyTorch says that its quantised tensors will go; until then they are met.
@pytest.mark.filterwarnings("ignore")
def test_quantised_tensors_are_refused_by_name() -> None:
    odd = torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.qint8)
    with pytest.raises(ModelError, match="odd is a quantised tensor"):
        adapter_for(holding(odd, parameter=False)).tensors(holding(odd, parameter=False))


def test_tensors_that_share_a_part_are_refused() -> None:
    model = nn.Module()
    model.table = nn.Parameter(torch.zeros(6, 2))
    model.head = nn.Parameter(model.table.data[3:])
    with pytest.raises(ModelError, match="table and head share memory") as refused:
        adapter_for(model).tensors(model)
    assert "clone" in refused.value.hint
    turned = nn.Module()
    turned.table = nn.Parameter(torch.zeros(6, 2))
    turned.head = nn.Parameter(turned.table.data.T)
    with pytest.raises(ModelError, match="share memory"):
        adapter_for(turned).tensors(turned)


def test_neighbours_in_one_memory_are_apart() -> None:
    flat = torch.zeros(8)
    model = nn.Module()
    model.first, model.second = nn.Parameter(flat[:4]), nn.Parameter(flat[4:])
    assert set(adapter_for(model).tensors(model)) == {"first", "second"}


def test_an_optimiser_or_its_state_is_no_model() -> None:
    model = nn.Linear(2, 2)
    optimiser = torch.optim.Adam(model.parameters())
    with pytest.raises(ModelError, match="Adam is not a model"):
        adapter_for(optimiser)
    state = optimiser.state_dict()
    with pytest.raises(ModelError, match="optimiser's state") as refused:
        adapter_for(state).tensors(state)
    assert "Pass the model" in refused.value.hint
