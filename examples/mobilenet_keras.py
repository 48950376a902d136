"""MobileNet of keras.applications, six blocks of a quarter of the width, on handwritten digits.

`python examples/mobilenet_keras.py` runs as it is.
"""

from typing import Any

import keras
from data import Samples, digits
from team import Play, main, one_round


def network() -> keras.Model:
    whole = keras.applications.MobileNet((32, 32, 1), alpha=0.25, include_top=False, weights=None)
    blocks = keras.Model(whole.input, whole.get_layer("conv_pw_6_relu").output)
    for layer in blocks.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # There are few batches: running statistics must follow sooner.
            layer.momentum = 0.9
    pooled = keras.layers.GlobalAveragePooling2D()(blocks.output)
    model = keras.Model(blocks.input, keras.layers.Dense(10)(pooled))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(momentum=0.9), loss, jit_compile=False)
    return model


def train(model: keras.Model, share: Samples, epochs: int = 8) -> int:
    images, classes = share
    # Shares are of 400 images: no batch is smaller than the others and tilts the running statistics.
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: 0.05 * (1 - epoch / epochs))
    model.fit(images[..., None], classes, batch_size=50, epochs=epochs, callbacks=[slower], verbose=0)
    return len(images)


def accuracy(model: keras.Model) -> float:
    images, classes = digits(32, 3)[1]
    guesses = keras.ops.convert_to_numpy(model(images[..., None], training=False))
    return float((guesses.argmax(1) == classes).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    # Its owner trains it a little first: batch norms that were apart from the start do not average.
    (first, *shares), _ = digits(32, 3)
    model = network()
    train(model, first, epochs=3)
    return await play("mobilenet", model, shares, train, accuracy, **where)


if __name__ == "__main__":
    main(run)
