"""GPT-2 of KerasHub, by configuration, learning to continue the Python language reference.

`python examples/gpt2_keras.py` runs as it is.
"""

from typing import Any

import keras
import keras_hub
import numpy as np
from data import Array, language
from team import Play, main, one_round


def backbone() -> keras_hub.models.Backbone:
    shape = {"hidden_dim": 64, "intermediate_dim": 256, "num_layers": 2, "num_heads": 4, "dropout": 0.0}
    return keras_hub.models.GPT2Backbone(vocabulary_size=128, max_sequence_length=32, **shape)


def writer(trunk: keras_hub.models.Backbone) -> keras.Model:
    # As in GPT-2, the table of tokens is also the output layer: tied.
    return compiled(keras.Model(trunk.input, trunk.token_embedding(trunk.output, reverse=True)))


def compiled(model: keras.Model) -> keras.Model:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(), loss, jit_compile=False)
    return model


def inputs(text: Array) -> dict[str, Array]:
    return {"token_ids": text[:, :-1], "padding_mask": np.ones_like(text[:, :-1])}


def train(model: keras.Model, text: Array, epochs: int = 2, rate: float = 2e-3) -> int:
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: rate * (1 - epoch / epochs))
    model.fit(inputs(text), text[:, 1:], batch_size=32, epochs=epochs, callbacks=[slower], verbose=0)
    return len(text)


def accuracy(model: keras.Model, held_out: Array | None = None) -> float:
    """How often the next character is guessed."""
    text = language()[1] if held_out is None else held_out
    guesses = keras.ops.convert_to_numpy(model(inputs(text))).argmax(-1)
    return float((guesses == text[:, 1:]).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("gpt2", writer(backbone()), language()[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
