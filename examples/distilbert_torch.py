"""DistilBERT of transformers, by configuration, telling which package a piece of documentation is from.

`python examples/distilbert_torch.py` runs as it is.
"""

import functools
from typing import Any

import torch
from data import PACKAGES, Samples, sources
from team import Play, main, one_round
from torch import nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification


def network(width: int = 64) -> nn.Module:
    shape = {
        "dim": width,
        "hidden_dim": 2 * width,
        "n_layers": 2,
        "n_heads": 4,
        "max_position_embeddings": 16,
    }
    config = DistilBertConfig(vocab_size=512, num_labels=3, dropout=0.0, **shape)
    return DistilBertForSequenceClassification(config)


@functools.cache
def optimiser(model: nn.Module) -> torch.optim.Optimizer:
    """A contributor's own, kept from one round to the next with what it knows of the gradients."""
    return torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-3)


def train(model: nn.Module, share: Samples) -> int:
    words, labels = torch.tensor(share[0]), torch.tensor(share[1])
    batches = [batch for _ in range(4) for batch in torch.randperm(len(words)).split(32)]
    steps = optimiser(model)
    slower = torch.optim.lr_scheduler.LambdaLR(steps, lambda step: 1 - step / len(batches))
    model.train()
    for batch in batches:
        steps.zero_grad()
        model(input_ids=words[batch], labels=labels[batch]).loss.backward()
        steps.step()
        slower.step()
    return len(words)


def accuracy(model: nn.Module, held_out: Samples | None = None) -> float:
    words, labels = sources(PACKAGES)[1] if held_out is None else held_out
    with torch.no_grad():
        return (model.eval()(torch.tensor(words)).logits.argmax(1).numpy() == labels).mean().item()


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("distilbert", network(), sources(PACKAGES)[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
