"""An LSTM that reads handwritten digits row by row.

`python examples/lstm_keras.py` runs as it is.
"""

from typing import Any

import keras
from data import Samples, digits
from keras import layers
from team import Play, main, one_round


def network() -> keras.Model:
    model = keras.Sequential([keras.Input((8, 8)), layers.LSTM(96), layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), loss)
    return model


def train(model: keras.Model, share: Samples) -> int:
    images, classes = share
    model.fit(images, classes, batch_size=64, epochs=12, verbose=0)
    return len(images)


def accuracy(model: keras.Model) -> float:
    images, classes = digits()[1]
    return float((keras.ops.convert_to_numpy(model(images)).argmax(1) == classes).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("lstm", network(), digits()[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
