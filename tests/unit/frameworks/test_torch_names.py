"""Names of PyTorch's tensors: wrappers are no part of them, and a tied tensor has its library's."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel
from transformers import (
    BertConfig,
    BertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedModel,
    T5Config,
    T5ForConditionalGeneration,
)

from federity.errors import ManifestMismatch, ModelError
from federity.frameworks import Named, adapter_for, match
from federity.frameworks.huggingface import texts_of
from federity.objects import manifest_of
from federity.repository.working_copy.models import tensors_of


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))


def read(model: object, names: Any = ()) -> dict[str, np.ndarray]:
    return dict(adapter_for(model).tensors(model, names))


def compiled(model: nn.Module) -> nn.Module:
    return torch.compile(model, backend="eager")


def compiled_inside(model: nn.Module) -> nn.Module:
    model[0] = compiled(model[0])
    return model


def compiled_in_place(model: nn.Module) -> nn.Module:
    model.compile(backend="eager")
    return model


WRAPPERS: dict[str, Callable[[nn.Module], nn.Module]] = {
    "compile": compiled,
    "compile inside": compiled_inside,
    "compile in place": compiled_in_place,
    "DataParallel": nn.DataParallel,
    "AveragedModel": AveragedModel,
    "several": lambda model: AveragedModel(nn.DataParallel(compiled_inside(model))),
}


@pytest.mark.parametrize("kind", WRAPPERS)
def test_a_wrapper_is_no_part_of_the_names(kind: str) -> None:
    plain = network()
    wanted = {n: a + 1 for n, a in read(plain).items()}
    model = WRAPPERS[kind](network())
    assert set(read(model)) == set(wanted)
    assert adapter_for(model).buffers(model) == adapter_for(plain).buffers(plain)
    adapter_for(model).load(model, wanted)
    adapter_for(plain).load(plain, wanted)
    inputs = torch.ones(2, 6)
    assert torch.equal(model.eval()(inputs), plain.eval()(inputs))


def test_a_pull_leaves_the_count_of_an_average_alone() -> None:
    model = AveragedModel(network())
    model.n_averaged.fill_(100)
    adapter_for(model).load(model, {n: a + 1 for n, a in read(model).items()})
    assert model.n_averaged == 100


def test_names_that_clash_without_a_wrapper_are_refused() -> None:
    class Wrapper(nn.DataParallel):
        def __init__(self, model: nn.Module) -> None:
            super().__init__(model)
            self.bias = nn.Parameter(torch.zeros(2))

    with pytest.raises(ModelError, match="two tensors of the model would be named bias") as refused:
        read(Wrapper(nn.Linear(2, 2)))
    assert "inside the wrapper" in refused.value.hint


class Shell(nn.Module):
    """A wrapper that nobody here knows."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.shell = model


def test_the_hint_says_how_to_take_an_unknown_wrapper_s_prefix_away() -> None:
    plain, model = read(network()), Shell(network())
    with pytest.raises(ManifestMismatch) as refused:
        adapter_for(model).load(model, plain)
    assert 'Named(model, {"shell": ""})' in refused.value.hint
    named = Named(model, {"shell": ""})
    assert set(read(named)) == set(plain)
    adapter_for(named).load(named, plain)


def test_equal_blocks_in_a_wrapper_are_matched() -> None:
    blocks = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    assert match(nn.Sequential(blocks), read(blocks)).names == {"0": ""}
    assert match(blocks, read(nn.Sequential(blocks))).names == {"": "0"}


def gpt2() -> PreTrainedModel:
    return GPT2LMHeadModel(
        GPT2Config(
            n_layer=1, n_head=2, n_embd=8, vocab_size=32, n_positions=16, bos_token_id=0, eos_token_id=0
        )
    )


def t5() -> PreTrainedModel:
    return T5ForConditionalGeneration(
        T5Config(vocab_size=32, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2)
    )


def bert() -> PreTrainedModel:
    return BertForMaskedLM(
        BertConfig(
            vocab_size=32, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
        )
    )


@pytest.mark.parametrize("build", [gpt2, t5, bert])
@pytest.mark.parametrize("wrap", [lambda model: model, compiled], ids=["plain", "compiled"])
def test_a_tied_tensor_has_the_name_that_its_library_writes(
    build: Callable[[], PreTrainedModel], wrap: Callable[[nn.Module], nn.Module], tmp_path: Path
) -> None:
    model = build()
    model.save_pretrained(tmp_path)
    texts = texts_of(model)
    file = read(tmp_path / "model.safetensors")
    model = wrap(model)
    assert set(read(model)) == set(file)
    adapter_for(model).load(model, {name: np.asarray(array) + 1 for name, array in file.items()})
    assert np.array_equal(read(model)[min(file)], np.asarray(file[min(file)]) + 1)
    assert texts_of(model) == texts


def test_a_tied_tensor_is_known_by_all_its_names() -> None:
    model = gpt2()
    own = read(model)
    other = {n.replace("transformer.wte", "lm_head"): a + 1 for n, a in own.items()}
    assert set(other) != set(own)
    assert set(read(model, other)) == set(other)
    adapter_for(model).load(model, other)
    assert np.array_equal(read(model)["transformer.wte.weight"], other["lm_head.weight"])


async def test_a_repository_knows_a_tied_tensor_by_the_name_it_began_with() -> None:
    model = gpt2()
    manifest = manifest_of({n.replace("transformer.wte", "lm_head"): a for n, a in read(model).items()})
    manifest.check(await tensors_of(model, manifest))
    with pytest.raises(ManifestMismatch, match=r"lm_head\.weight is missing") as refused:
        manifest.check(await tensors_of(model))
    assert "transformer.wte.weight look alike" in refused.value.hint


def test_copies_of_a_tied_tensor_are_named() -> None:
    """A state_dict that went through copies shows no tie any more."""
    model = gpt2()
    copied = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(ManifestMismatch, match=r"lm_head\.weight is unexpected") as refused:
        manifest_of(read(model)).check(read(copied))
    assert "lm_head.weight may be" in refused.value.hint
    assert "transformer.wte.weight" in refused.value.hint
    with pytest.raises(ManifestMismatch, match=r"lm_head\.weight is missing") as refused:
        adapter_for(copied).load(copied, read(model))
    assert "lm_head.weight may be" in refused.value.hint
    assert "transformer.wte.weight" in refused.value.hint


def test_who_loads_a_file_s_names_into_a_live_transformer_is_told_of_from_pretrained() -> None:
    """As of ViT, Swin and Mixtral, whose files have other names and numbers of tensors than the model."""
    model = gpt2()
    file = {name.replace("attn.c_attn", "attn.qkv"): array for name, array in read(model).items()}
    file["more"] = file[min(file)]
    for live in (model, nn.DataParallel(model)):
        with pytest.raises(ManifestMismatch) as refused:
            adapter_for(live).load(live, file)
        assert "load that with from_pretrained, and pass the model" in refused.value.hint


def test_a_tied_tensor_is_known_by_all_its_names_when_they_are_mapped() -> None:
    model = Named(gpt2(), {"lm_head": "head", "transformer": "body"})
    assert "body.wte.weight" in read(model)
    wanted = {n.replace("body.wte", "head"): a + 1 for n, a in read(model).items()}
    assert set(read(model, wanted)) == set(wanted)
    adapter_for(model).load(model, wanted)
    assert np.array_equal(read(model)["body.wte.weight"], wanted["head.weight"])


class Statistics(nn.Module):
    """Two layers that share their running statistics."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
        self.b.running_mean = self.a.running_mean


def test_a_tied_buffer_is_a_buffer_under_all_its_names() -> None:
    model = Statistics()
    assert {"a.running_mean", "b.running_mean"} <= adapter_for(model).buffers(model)
    assert "b.running_mean" not in read(model)
    assert "a.running_mean" not in read(model, {"b.running_mean"})


def test_a_file_with_another_name_of_a_tie_is_told_so() -> None:
    with pytest.raises(ManifestMismatch) as refused:
        adapter_for({"a": 0}).load({"head": np.zeros(3)}, {"embed": np.zeros(3)})
    assert "tied" in refused.value.hint


def test_a_state_dict_is_a_model_and_loading_it_loads_the_module() -> None:
    model = gpt2()
    state = model.state_dict()
    wanted = {n: a + 1 for n, a in read(model).items()}
    assert set(read(state, wanted)) == set(wanted)
    adapter_for(state).load(state, wanted)
    assert np.array_equal(read(model)["transformer.wte.weight"], wanted["transformer.wte.weight"])
    assert torch.equal(model.lm_head.weight, model.transformer.wte.weight)


def test_a_state_dict_that_cannot_be_written_is_left_alone() -> None:
    with torch.inference_mode():
        frozen = torch.zeros(2)
    state = {"a": torch.zeros(2), "b": frozen}
    with pytest.raises(ModelError, match=r"b was made in torch\.inference_mode"):
        adapter_for(state).load(state, {"a": np.ones(2, np.float32), "b": np.ones(2, np.float32)})
    assert state["a"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("build", "what", "hint"),
    [
        (lambda m: {"model": m.state_dict(), "epoch": 3}, "'model' is a OrderedDict", r"model\['model'\]"),
        (lambda m: {**m.state_dict(), "epoch": 3}, "epoch is a int", "state_dict"),
        (lambda m: torch.optim.SGD(m.parameters()).state_dict(), "optimiser", "weights alone"),
    ],
)
def test_checkpoints_that_hold_more_than_weights_are_named(build: Any, what: str, hint: str) -> None:
    model = build(network())
    with pytest.raises(ModelError, match=what) as refused:
        read(model)
    assert re.search(hint, refused.value.hint)
