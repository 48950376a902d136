"""GPT-2 of transformers, by configuration, learning to continue the Python language reference.

`python examples/gpt2_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Array, language
from team import Play, main, one_round
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel


def network(width: int = 32) -> nn.Module:
    shape = {"n_embd": width, "n_layer": 2, "n_head": 4, "n_positions": 32}
    return GPT2LMHeadModel(GPT2Config(vocab_size=128, bos_token_id=0, eos_token_id=0, **shape))


def train(model: nn.Module, share: Array) -> int:
    text = torch.tensor(share)
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=5e-3)
    model.train()
    for _ in range(6):
        for batch in torch.randperm(len(text)).split(32):
            optimiser.zero_grad()
            model(input_ids=text[batch], labels=text[batch]).loss.backward()
            optimiser.step()
    return len(text)


def accuracy(model: nn.Module, held_out: Array | None = None) -> float:
    """How often the next character is guessed."""
    text = torch.tensor(language()[1] if held_out is None else held_out)
    with torch.no_grad():
        return (model.eval()(text).logits[:, :-1].argmax(-1) == text[:, 1:]).float().mean().item()


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("gpt2", network(), language()[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
