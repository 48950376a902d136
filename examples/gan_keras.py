"""A GAN that draws handwritten digits: two networks in one repository, each with its own optimiser.

`python examples/gan_keras.py` runs as it is.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from data import Samples, digits
from keras import layers
from scipy.spatial.distance import cdist
from team import Play, main, one_round


def network() -> keras.Model:
    draw = [keras.Input((16,)), layers.Dense(256, activation="relu"), layers.Dense(64, activation="sigmoid")]
    judge = [keras.Input((64,)), layers.Dense(256, activation="leaky_relu"), layers.Dense(1)]
    generator = keras.Sequential(draw, name="generator")
    discriminator = keras.Sequential(judge, name="discriminator")
    noise, image = keras.Input((16,)), keras.Input((64,))
    return keras.Model([noise, image], [generator(noise), discriminator(image)])


def train(model: keras.Model, share: Samples) -> int:
    generator, judge = model.get_layer("generator"), model.get_layer("discriminator")
    draws, judges = (keras.optimizers.Adam(2e-3, beta_1=0.5) for _ in range(2))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)

    @tf.function
    def step(images: tf.Tensor) -> None:
        noise = keras.random.normal((60, 16))
        with tf.GradientTape() as drawing, tf.GradientTape() as judging:
            real, fake = judge(images), judge(generator(noise))
            fooled = loss(tf.ones_like(fake), fake)
            seen = loss(tf.ones_like(real), real) + loss(tf.zeros_like(fake), fake)
        moved = drawing.gradient(fooled, generator.trainable_variables)
        judges.apply(judging.gradient(seen, judge.trainable_variables), judge.trainable_variables)
        draws.apply(moved, generator.trainable_variables)

    draws.build(generator.trainable_variables)
    judges.build(judge.trainable_variables)
    images = tf.data.Dataset.from_tensor_slices(share[0].reshape(-1, 64)).shuffle(600).repeat(10)
    for batch in images.batch(60, drop_remainder=True):
        step(batch)
    return len(share[0])


def likeness(model: keras.Model) -> float:
    """Minus the energy distance (Székely 2003) between held-out digits and drawn ones; at most 0."""
    real = digits()[1][0].reshape(-1, 64)
    noise = np.random.default_rng(1).normal(size=(len(real), 16))
    drawn = keras.ops.convert_to_numpy(model.get_layer("generator")(noise))
    apart = 2 * cdist(real, drawn).mean() - cdist(real, real).mean() - cdist(drawn, drawn).mean()
    return -float(apart)


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("gan", network(), digits()[0], train, likeness, **where)


if __name__ == "__main__":
    main(run)
