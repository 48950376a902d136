"""A graph convolutional network (Kipf and Welling 2017) on Zachary's karate club: who follows whom.

All know the friendships of the 34 members; each contributor knows which side some members took; the others'
sides are held out. `python examples/gcn_keras.py` runs as it is.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from data import Array, club
from keras import layers
from team import Play, main, one_round

LINKS, SIDES, SHARES, HELD_OUT = club()
MEMBERS = np.eye(34, dtype=np.float32)


def network() -> keras.Model:
    members = keras.Input((34,))
    near = layers.Dense(16, use_bias=False, name="first")(members)
    near = keras.ops.relu(keras.ops.matmul(LINKS, near))
    near = layers.Dense(2, use_bias=False, name="second")(near)
    return keras.Model(members, keras.ops.matmul(LINKS, near))


def train(model: keras.Model, known: Array) -> int:
    optimiser = keras.optimizers.Adam(0.02)

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            guess = tf.gather(model(MEMBERS), known)
            loss = keras.losses.sparse_categorical_crossentropy(SIDES[known], guess, from_logits=True)
        optimiser.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    optimiser.build(model.trainable_variables)
    for _ in range(60):
        step()
    return len(known)


def accuracy(model: keras.Model) -> float:
    guesses = keras.ops.convert_to_numpy(model(MEMBERS)).argmax(1)
    return float((guesses[HELD_OUT] == SIDES[HELD_OUT]).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("gcn", network(), SHARES, train, accuracy, **where)


if __name__ == "__main__":
    main(run)
