"""The models of `torch_models`, in Keras, with a training loop of their own."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from federity import Named

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)


def cnn() -> Named:
    """Reads 8x8 digits; what PyTorch calls by position has names here."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(epsilon=1e-5, momentum=0.9),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Permute((3, 1, 2)),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    return Named(model, {"conv2d": "0", "batch_normalization": "1", "dense": "5"})


class Zoo(keras.Model):
    """One layer of each kind that maps."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = layers.MultiHeadAttention(2, 3)
        self.both_ways = layers.Bidirectional(layers.GRU(3))
        self.conv = layers.Conv2D(4, (3, 2))
        self.depthwise = layers.DepthwiseConv2D(3, depth_multiplier=2)
        self.embed = layers.Embedding(7, 4)
        self.fc = layers.Dense(3)
        self.lstm = layers.LSTM(3)
        self.norm = layers.LayerNormalization()
        self.seen = layers.BatchNormalization()
        self.up = layers.Conv2DTranspose(4, 3)
        self.attention.build((None, 5, 6), (None, 5, 6))
        self.both_ways.build((None, 5, 4))
        self.conv.build((None, 8, 8, 3))
        self.depthwise.build((None, 8, 8, 3))
        self.embed.build((None, 5))
        self.fc.build((None, 5))
        self.lstm.build((None, 5, 4))
        self.norm.build((None, 6))
        self.seen.build((None, 3))
        self.up.build((None, 8, 8, 3))


def zoo() -> keras.Model:
    return Zoo()


def train(model: Named, images: np.ndarray, digits: np.ndarray, epochs: int) -> None:
    """Plain SGD, in place."""
    keras.utils.set_random_seed(1)
    network = model.model
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(optimizer=keras.optimizers.SGD(0.05, momentum=0.9), loss=loss)
    network.fit(images.transpose(0, 2, 3, 1), digits, batch_size=32, epochs=epochs, verbose=0)


def accuracy(model: Named, images: np.ndarray, digits: np.ndarray) -> float:
    """The share of digits that the model names."""
    named = model.model(images.transpose(0, 2, 3, 1), training=False).numpy().argmax(1)
    return float(np.mean(named == digits))
