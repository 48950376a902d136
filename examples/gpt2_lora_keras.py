"""A LoRA adapter of Keras on GPT-2: only the adapter is versioned; the base stays as it is, with everybody.

The base first learns the Python language reference here, for want of a download; the adapter then learns
NumPy's documentation. `python examples/gpt2_lora_keras.py` runs as it is.
"""

from typing import Any

import keras
from data import Array, language, numpy_text
from distilbert_lora_keras import LAYERS, adapter
from gpt2_keras import accuracy, backbone, compiled, train, writer
from team import Play, main, one_round


def adapted(taught: bool = True) -> keras.Model:
    trunk = backbone()
    model = writer(trunk)
    if taught:
        train(model, language(size=1500)[0][0], epochs=8)
    trunk.enable_lora(32, LAYERS)
    return compiled(model)


def copied(model: keras.Model) -> keras.Model:
    # Keras copies by configuration, and an adapter inside of a layer is not in that.
    other = adapted(taught=False)
    other.set_weights(model.get_weights())
    return other


def learn(model: keras.Model, text: Array) -> int:
    return train(model, text, epochs=4, rate=5e-3)


async def run(play: Play = one_round, **where: Any) -> Any:
    shares, held_out = numpy_text()
    ours = {"part": adapter, "copied": copied}
    return await play("gpt2-lora", adapted(), shares, learn, lambda m: accuracy(m, held_out), **ours, **where)


if __name__ == "__main__":
    main(run)
