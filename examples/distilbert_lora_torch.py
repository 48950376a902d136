"""A LoRA adapter (peft) on DistilBERT: only adapter and head are versioned; the base stays as it is.

The base first learns one task here, for want of a download: telling three packages apart. The adapter then
learns three other ones, with a new head. `python examples/distilbert_lora_torch.py` runs as it is.
"""

from typing import Any

from data import OTHERS, PACKAGES, sources
from distilbert_torch import accuracy, network, train
from peft import LoraConfig, get_peft_model
from team import Play, main, one_round
from torch import nn

SETTINGS = LoraConfig(
    r=32,
    lora_alpha=32,
    target_modules=["q_lin", "v_lin", "lin1", "lin2"],
    modules_to_save=["pre_classifier", "classifier"],
)


def adapted() -> nn.Module:
    base = network()
    train(base, sources(PACKAGES)[0][0])
    base.classifier.reset_parameters()
    return get_peft_model(base, SETTINGS)


def adapter(model: nn.Module) -> nn.Module:
    """What is trained, by itself: the same parameters, in a module of their own."""
    layers = {name.replace(".", "-"): layer for name, layer in model.named_modules()}
    ours = ("lora_A", "lora_B", "modules_to_save")
    return nn.ModuleDict({name: layer for name, layer in layers.items() if name.endswith(ours)})


async def run(play: Play = one_round, **where: Any) -> Any:
    shares, held_out = sources(OTHERS)
    return await play(
        "distilbert-lora", adapted(), shares, train, lambda m: accuracy(m, held_out), part=adapter, **where
    )


if __name__ == "__main__":
    main(run)
