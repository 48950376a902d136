"""GPT-2 of transformers, by configuration, learning to continue the Python language reference.

`python examples/gpt2_torch.py` runs as it is.
"""

from typing import Any

import torch
from data import Array, language
from team import Play, main, one_round
from torch import nn
from transformers import GPT2Config, GPT2LMHeadModel


def network() -> nn.Module:
    shape = {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 32}
    dropout = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), 0.0)
    return GPT2LMHeadModel(GPT2Config(vocab_size=128, bos_token_id=0, eos_token_id=0, **shape, **dropout))


def train(model: nn.Module, share: Array, epochs: int = 2, rate: float = 2e-3) -> int:
    text = torch.tensor(share)
    batches = [batch for _ in range(epochs) for batch in torch.randperm(len(text)).split(32)]
    optimiser = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, len(batches))
    model.train()
    for batch in batches:
        optimiser.zero_grad()
        model(input_ids=text[batch], labels=text[batch]).loss.backward()
        optimiser.step()
        slower.step()
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
