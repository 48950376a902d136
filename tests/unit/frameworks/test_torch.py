"""Modules of PyTorch as models."""

import numpy as np
import pytest
import torch
from torch import nn

from federity.errors import ManifestMismatch, ModelError
from federity.frameworks import adapter_for
from federity.objects import Accumulator, decode_base, encode_base, manifest_of


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("ids", torch.arange(4))
        self.register_buffer("scratch", torch.zeros(2), persistent=False)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_a_module_survives_a_genesis_bit_for_bit(dtype):
    model = network().to(dtype)
    adapter = adapter_for(model)
    tensors = adapter.tensors(model)
    manifest = manifest_of(tensors, adapter.buffers(model))
    base = decode_base(encode_base(manifest, tensors))
    other = nn.Sequential(*network().to(dtype))
    with torch.no_grad():
        for p in other.parameters():
            p.fill_(3)
    adapter.load(other, Accumulator.zero(manifest).weights(manifest, base.tensors))
    for name, tensor in model.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor), name


def test_parameters_buffers_and_counters_are_told_apart():
    model = network()
    adapter = adapter_for(model)
    manifest = manifest_of(adapter.tensors(model), adapter.buffers(model))
    kinds = {t.name: t.kind for t in manifest.tensors}
    assert kinds["1.running_var"] == "buffer"
    assert kinds["1.weight"] == "parameter"
    assert [c.name for c in manifest.constants] == ["1.num_batches_tracked"]


def test_tied_weights_are_stored_once_and_loaded_into_both():
    model = Tied()
    adapter = adapter_for(model)
    tensors = adapter.tensors(model)
    assert sorted(tensors) == ["embed.weight", "ids"]
    tensors["embed.weight"] += 1
    adapter.load(model, tensors)
    assert torch.equal(model.head.weight, model.embed.weight)
    assert model.head.weight[0, 0].item() == tensors["embed.weight"][0, 0]


def test_loading_is_in_place_and_leaves_optimisers_and_gradients_alone():
    model = network()
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    before = model[0].weight
    tensors = adapter_for(model).tensors(model)
    tensors["0.weight"] += 1
    adapter_for(model).load(model, tensors)
    assert model[0].weight is before is optimiser.param_groups[0]["params"][0]
    assert before.requires_grad
    assert before.grad_fn is None
    assert np.array_equal(before.detach().numpy(), tensors["0.weight"])


def test_tensors_are_copies():
    model = network()
    tensors = adapter_for(model).tensors(model)
    tensors["0.weight"][:] = 9
    assert model[0].weight.max() < 9


def test_differences_are_named_and_the_module_is_untouched():
    model = network()
    adapter = adapter_for(model)
    tensors = adapter.tensors(model)
    tensors["0.weight"] += 1
    before = {n: t.clone() for n, t in model.state_dict().items()}
    del tensors["3.bias"]
    tensors["extra"] = np.zeros(1, np.float32)
    tensors["3.weight"] = tensors["3.weight"].T.copy()
    tensors["0.bias"] = tensors["0.bias"].astype(np.float16)
    with pytest.raises(ManifestMismatch) as caught:
        adapter.load(model, tensors)
    for part in (
        "3.bias is missing",
        "extra is unexpected",
        "3.weight has shape [4, 2], not [2, 4]",
        "0.bias has dtype F16, not F32",
    ):
        assert part in str(caught.value)
    assert all(torch.equal(before[n], t) for n, t in model.state_dict().items())


def test_strided_weights_are_canonical():
    model = nn.Linear(3, 2)
    plain = adapter_for(model).tensors(model)["weight"]
    model.weight = nn.Parameter(model.weight.detach().T.contiguous().T)
    assert np.array_equal(adapter_for(model).tensors(model)["weight"], plain)
    channels = nn.Conv2d(2, 2, 2).to(memory_format=torch.channels_last)
    found = adapter_for(channels).tensors(channels)["weight"]
    assert np.array_equal(found, channels.weight.detach().contiguous().numpy())


class Extra(nn.Linear):
    def get_extra_state(self):
        return {"secret": 1}


@pytest.mark.parametrize(
    ("model", "what"),
    [
        (Extra(1, 1), "_extra_state is a dict"),
        (nn.Linear(1, 1, dtype=torch.complex64), "complex64"),
        (nn.Linear(1, 1, device="meta"), "meta tensor"),
    ],
)
def test_what_is_no_plain_tensor_is_refused_by_name(model, what):
    with pytest.raises(ModelError, match=what):
        adapter_for(model).tensors(model)
