"""DistilBERT and GPT-2 as large as they are published, a LoRA adapter on each, for `python -m bench full`.

Weights are random, as nothing is downloaded, and training is a few steps: what is shown here is size. Words
are hashed and characters taken for tokens, for want of the tokenizers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from data import Array, Samples, language, sources
from distilbert_torch import PACKAGES, accuracy
from gpt2_lora_torch import adapter
from gpt2_torch import accuracy as guessed
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification, GPT2Config, GPT2LMHeadModel

TEXT = 64
"""Characters of a window of text."""

STEPS = 8

ENCODER_ADAPTER = LoraConfig(
    r=4, lora_alpha=16, target_modules=["q_lin", "v_lin", "lin1", "lin2", "pre_classifier", "classifier"]
)
"""The head is adapted too: rank 4 leaves none of its three rows out."""

DECODER_ADAPTER = LoraConfig(
    r=2, lora_alpha=16, target_modules=["c_attn", "c_proj", "c_fc"], fan_in_fan_out=True
)


@dataclass(frozen=True)
class FullSize:
    """A model, what of it is versioned and at what level, and its owner's loop and data."""

    make: Callable[[], nn.Module]
    part: Callable[[nn.Module], nn.Module]
    level: int
    train: Callable[[nn.Module, Any], int]
    measure: Callable[[nn.Module], float]
    shares: Callable[[], Sequence[Any]]


def distilbert() -> nn.Module:
    torch.manual_seed(0)
    return DistilBertForSequenceClassification(DistilBertConfig(num_labels=3))


def gpt2() -> nn.Module:
    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config())


def _steps(model: nn.Module, batches: Any, rate: float, loss: Callable[[Any], Any]) -> int:
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate)
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        loss(batch).backward()
        optimiser.step()
    return sum(map(len, batches))


def classify(model: nn.Module, share: Samples, rate: float = 1e-4) -> int:
    words, labels = torch.tensor(share[0]), torch.tensor(share[1])
    batches = torch.randperm(len(words)).split(32)[:STEPS]
    return _steps(model, batches, rate, lambda b: model(input_ids=words[b], labels=labels[b]).loss)


def write(model: nn.Module, share: Array, rate: float = 1e-4) -> int:
    text = torch.tensor(share)
    batches = torch.randperm(len(text)).split(8)[:STEPS]
    return _steps(model, batches, rate, lambda b: model(input_ids=text[b], labels=text[b]).loss)


def _documentation() -> tuple[Sequence[Samples], Samples]:
    shares, (words, labels) = sources(PACKAGES)
    return shares, (words[:200], labels[:200])


def _reference() -> tuple[Sequence[Array], Array]:
    shares, held_out = language(TEXT)
    return shares, held_out[:40]


def _told_apart(model: nn.Module) -> float:
    return accuracy(model, _documentation()[1])


def _guessed(model: nn.Module) -> float:
    return guessed(model, _reference()[1])


MODELS = {
    "DistilBERT's adapter": FullSize(
        lambda: get_peft_model(distilbert(), ENCODER_ADAPTER),
        adapter,
        1,
        lambda model, share: classify(model, share, rate=2e-3),
        _told_apart,
        lambda: _documentation()[0],
    ),
    "GPT-2's adapter": FullSize(
        lambda: get_peft_model(gpt2(), DECODER_ADAPTER),
        adapter,
        1,
        lambda model, share: write(model, share, rate=1e-2),
        _guessed,
        lambda: _reference()[0],
    ),
    "DistilBERT": FullSize(
        distilbert, lambda model: model, 0, classify, _told_apart, lambda: _documentation()[0]
    ),
    "GPT-2": FullSize(gpt2, lambda model: model, 0, write, _guessed, lambda: _reference()[0]),
}
