"""An autoencoder that squeezes handwritten digits of 64 pixels into 8 numbers.

`python examples/autoencoder_keras.py` runs as it is.
"""

from typing import Any

import keras
import numpy as np
from data import Samples, digits
from keras import layers
from team import Play, main, one_round


def network() -> keras.Model:
    encoder = [layers.Dense(256, activation="relu"), layers.Dense(8)]
    decoder = [layers.Dense(256, activation="relu"), layers.Dense(64, activation="sigmoid")]
    model = keras.Sequential([keras.Input((64,)), keras.Sequential(encoder), keras.Sequential(decoder)])
    model.compile(keras.optimizers.Adam(), "mean_squared_error")
    return model


def train(model: keras.Model, share: Samples) -> int:
    images = share[0].reshape(-1, 64)
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: 3e-3 * (1 - epoch / 10))
    model.fit(images, images, batch_size=64, epochs=10, callbacks=[slower], verbose=0)
    return len(images)


def explained(model: keras.Model) -> float:
    """The share of the held-out images' variance that survives."""
    images = digits()[1][0].reshape(-1, 64)
    lost = np.square(keras.ops.convert_to_numpy(model(images)) - images).sum()
    return float(1 - lost / np.square(images - images.mean(0)).sum())


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("autoencoder", network(), digits()[0], train, explained, **where)


if __name__ == "__main__":
    main(run)
