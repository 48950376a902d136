"""EfficientNet of KerasHub with three stages of its blocks, on handwritten digits.

`python examples/efficientnet_keras.py` runs as it is.
"""

from typing import Any

import keras
import keras_hub
from data import Samples, digits
from team import Play, main, one_round


def network() -> keras.Model:
    backbone = keras_hub.models.EfficientNetBackbone(
        stackwise_kernel_sizes=[3, 3, 5],
        stackwise_num_repeats=[1, 2, 2],
        stackwise_input_filters=[8, 8, 16],
        stackwise_output_filters=[8, 16, 24],
        stackwise_expansion_ratios=[1, 4, 4],
        stackwise_strides=[1, 2, 2],
        stackwise_squeeze_and_excite_ratios=[0.25, 0.25, 0.25],
        stackwise_block_types=["v1", "v1", "v1"],
        width_coefficient=1.0,
        depth_coefficient=1.0,
        dropout=0.0,
        num_features=96,
        input_shape=(16, 16, 1),
    )
    pooled = keras.layers.GlobalAveragePooling2D()(backbone.output)
    model = keras.Model(backbone.input, keras.layers.Dense(10)(pooled))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(momentum=0.9), loss, jit_compile=False)
    return model


def train(model: keras.Model, share: Samples) -> int:
    images, classes = share
    # Shares are of 400 images: no batch is smaller than the others and tilts the running statistics.
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 * (1 - epoch / 8))
    model.fit(images[..., None], classes, batch_size=50, epochs=8, callbacks=[slower], verbose=0)
    return len(images)


def accuracy(model: keras.Model) -> float:
    images, classes = digits(16, 3)[1]
    guesses = keras.ops.convert_to_numpy(model(images[..., None], training=False))
    return float((guesses.argmax(1) == classes).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    # Its owner trains it a little first: batch norms that were apart from the start do not average.
    (first, *shares), _ = digits(16, 3)
    model = network()
    train(model, first)
    return await play("efficientnet", model, shares, train, accuracy, **where)


if __name__ == "__main__":
    main(run)
