"""The same training as `training`, in Keras on TensorFlow: channels last, and a loop of its own.

Layers have the names that PyTorch gives them by position; the adapter maps the layouts. Deterministic: one
thread, one seed per call. What differs from PyTorch is the order of the batches and of roundings.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from federity.demo.data import CLASSES, Samples
from federity.demo.forward import Tensors
from federity.demo.setting import BATCH, EPOCHS, MOMENTUM, RATE
from federity.frameworks import adapter_for

__all__ = ["EPOCHS", "accuracy", "load", "network", "train"]

# Before any other use of TensorFlow: one thread, and no accelerator, whose sums depend on the machine.
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
tf.config.set_visible_devices([], "GPU")


def network() -> keras.Sequential:
    """Return the CNN for 8x8 images, its layers named as the repository's tensors are."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu", name="0"),
            layers.Conv2D(32, 3, padding="same", activation="relu", name="2"),
            layers.MaxPooling2D(2),
            # Features in PyTorch's order: channels before rows and columns.
            layers.Permute((3, 1, 2)),
            layers.Flatten(),
            layers.Dense(48, activation="relu", name="6"),
            layers.Dense(CLASSES, name="8"),
        ]
    )


def load(model: keras.Sequential, tensors: Tensors) -> None:
    """Copy weights into the model."""
    adapter_for(model).load(model, tensors)


def train(
    model: keras.Sequential, samples: Samples, *, epochs: int, seed: int, only_known: bool = True
) -> None:
    """Train in place by SGD with momentum; with `only_known` by the restricted softmax, as in `training`."""
    random = np.random.default_rng(seed)
    absent = np.zeros(CLASSES, np.float32)
    if only_known:
        absent[[digit for digit in range(CLASSES) if digit not in samples.known]] = -np.inf
    images, digits = _channels_last(samples), tf.constant(samples.digits)
    optimizer = keras.optimizers.SGD(RATE, momentum=MOMENTUM)
    weights = model.trainable_variables
    optimizer.build(weights)

    def step(batch: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            scores = model(tf.gather(images, batch), training=True) + absent
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.gather(digits, batch), scores)
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, weights), weights)

    # Plain TensorFlow already: nothing to translate, and so no translation that is left in a file.
    compiled = tf.function(step, autograph=False, reduce_retracing=True)
    for _ in range(epochs):
        order = random.permutation(len(samples))
        for start in range(0, len(samples), BATCH):
            compiled(tf.constant(order[start : start + BATCH]))


def accuracy(model: keras.Sequential, samples: Samples) -> float:
    """Return the share of samples whose digit the model names."""
    named = model(_channels_last(samples), training=False).numpy().argmax(1)
    return float(np.mean(named == samples.digits))


def _channels_last(samples: Samples) -> tf.Tensor:
    return tf.constant(samples.images.transpose(0, 2, 3, 1))
