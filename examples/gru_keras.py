"""A GRU that learns to continue the Python language reference, character by character.

`python examples/gru_keras.py` runs as it is.
"""

from typing import Any

import keras
from data import Array, language
from keras import layers
from team import Play, main, one_round


def network() -> keras.Model:
    gru = layers.GRU(96, return_sequences=True)
    model = keras.Sequential([keras.Input((None,)), layers.Embedding(128, 24), gru, layers.Dense(128)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(), loss)
    return model


def train(model: keras.Model, text: Array) -> int:
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 * (1 - epoch / 3))
    model.fit(text[:, :-1], text[:, 1:], batch_size=64, epochs=3, callbacks=[slower], verbose=0)
    return len(text)


def accuracy(model: keras.Model) -> float:
    """How often the next character is guessed."""
    text = language()[1]
    guesses = keras.ops.convert_to_numpy(model(text[:, :-1])).argmax(-1)
    return float((guesses == text[:, 1:]).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("gru", network(), language()[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
