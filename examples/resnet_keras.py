"""ResNet-18 of KerasHub, sixteen times narrower, on handwritten digits.

`python examples/resnet_keras.py` runs as it is.
"""

from typing import Any

import keras
import keras_hub
from data import Samples, digits
from team import Play, main, one_round


def narrower(layer: keras.layers.Layer) -> keras.layers.Layer:
    config = layer.get_config()
    if "filters" in config:
        config["filters"] //= 16
    return type(layer).from_config(config)


def network() -> keras.Model:
    wide = keras_hub.models.ResNetBackbone(
        input_conv_filters=[64],
        input_conv_kernel_sizes=[3],
        stackwise_num_filters=[64, 128, 256, 512],
        stackwise_num_blocks=[2, 2, 2, 2],
        stackwise_num_strides=[1, 1, 1, 1],
        block_type="basic_block",
        image_shape=(16, 16, 1),
    )
    model = keras.models.clone_model(keras.Model(wide.input, wide.output), clone_function=narrower)
    pooled = keras.layers.GlobalAveragePooling2D()(model.output)
    model = keras.Model(model.input, keras.layers.Dense(10)(pooled))
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
    images, classes = digits(16, 3)[1]
    guesses = keras.ops.convert_to_numpy(model(images[..., None], training=False))
    return float((guesses.argmax(1) == classes).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    # Its owner trains it a little first: batch norms that were apart from the start do not average.
    (first, *shares), _ = digits(16, 3)
    model = network()
    train(model, first, epochs=4)
    return await play("resnet", model, shares, train, accuracy, **where)


if __name__ == "__main__":
    main(run)
