"""A small dense network that tells benign tumours from malignant ones by 30 measures: a table, not an image.

`python examples/mlp_keras.py` runs as it is.
"""

from typing import Any

import keras
from data import Samples, tumours
from keras import layers
from team import Play, main, one_round


def network() -> keras.Model:
    hidden = [layers.Dense(128, activation="relu"), layers.Dense(128, activation="relu")]
    model = keras.Sequential([keras.Input((30,)), *hidden, layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), loss)
    return model


def train(model: keras.Model, share: Samples) -> int:
    model.fit(*share, batch_size=16, epochs=5, verbose=0)
    return len(share[0])


def accuracy(model: keras.Model) -> float:
    measures, classes = tumours()[1]
    return float((keras.ops.convert_to_numpy(model(measures)).argmax(1) == classes).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("mlp", network(), tumours()[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
