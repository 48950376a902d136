"""A LoRA adapter (peft) on GPT-2: only the adapter is versioned; the base stays as it is, with everybody.

The base first learns the Python language reference here, for want of a download; the adapter then learns
NumPy's documentation. `python examples/gpt2_lora_torch.py` runs as it is.
"""

from typing import Any

from data import Array, language, numpy_text
from gpt2_torch import accuracy, network, train
from peft import LoraConfig, get_peft_model
from team import Play, main, one_round
from torch import nn

SETTINGS = LoraConfig(r=32, lora_alpha=32, target_modules=["c_attn", "c_proj", "c_fc"], fan_in_fan_out=True)


def adapted() -> nn.Module:
    base = network()
    train(base, language(size=1500)[0][0], epochs=8)
    return get_peft_model(base, SETTINGS)


def adapter(model: nn.Module) -> nn.Module:
    """The adapter's layers by themselves: the same parameters, in a module of their own."""
    layers = {name.replace(".", "-"): layer for name, layer in model.named_modules()}
    return nn.ModuleDict(
        {name: layer for name, layer in layers.items() if name.endswith(("lora_A", "lora_B"))}
    )


def learn(model: nn.Module, share: Array) -> int:
    return train(model, share, epochs=4, rate=5e-3)


async def run(play: Play = one_round, **where: Any) -> Any:
    shares, held_out = numpy_text()
    return await play(
        "gpt2-lora", adapted(), shares, learn, lambda m: accuracy(m, held_out), part=adapter, **where
    )


if __name__ == "__main__":
    main(run)
