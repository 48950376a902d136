"""A LoRA adapter of Keras on DistilBERT: only adapter and head are versioned; the base stays as it is.

The base first learns one task here, for want of a download: telling three packages apart. The adapter then
learns three other ones, with a new head. `python examples/distilbert_lora_keras.py` runs as it is.
"""

from typing import Any

import keras
from data import OTHERS, PACKAGES, sources
from distilbert_keras import accuracy, backbone, classifier, train
from team import Play, main, one_round

LAYERS = ["query", "value", "feedforward_intermediate_dense", "feedforward_output_dense"]


def adapted(taught: bool = True) -> keras.Model:
    trunk = backbone()
    if taught:
        train(classifier(trunk), sources(PACKAGES)[0][0])
    trunk.enable_lora(32, LAYERS)
    return classifier(trunk)


def copied(model: keras.Model) -> keras.Model:
    # Keras copies by configuration, and an adapter inside of a layer is not in that.
    other = adapted(taught=False)
    other.set_weights(model.get_weights())
    return other


def adapter(model: keras.Model) -> keras.layers.Layer:
    """What is trained, by itself: the same variables, in numbered layers of their own."""
    whole = keras.layers.Layer()
    whole.parts = {str(i): keras.layers.Layer() for i in range(len(model.trainable_variables))}
    for layer, variable in zip(whole.parts.values(), model.trainable_variables, strict=True):
        setattr(layer, variable.name, variable)
    return whole


async def run(play: Play = one_round, **where: Any) -> Any:
    shares, held_out = sources(OTHERS)
    ours = {"part": adapter, "copied": copied}
    return await play(
        "distilbert-lora", adapted(), shares, train, lambda m: accuracy(m, held_out), **ours, **where
    )


if __name__ == "__main__":
    main(run)
