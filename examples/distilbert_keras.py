"""DistilBERT of KerasHub, by configuration, telling which package a piece of documentation is from.

`python examples/distilbert_keras.py` runs as it is.
"""

from typing import Any

import keras
import keras_hub
from data import PACKAGES, Array, Samples, sources
from keras import layers
from team import Play, main, one_round


def backbone(width: int = 64) -> keras_hub.models.Backbone:
    shape = {"hidden_dim": width, "intermediate_dim": 2 * width, "num_layers": 2, "num_heads": 4}
    return keras_hub.models.DistilBertBackbone(
        vocabulary_size=512, max_sequence_length=16, dropout=0.0, **shape
    )


def classifier(trunk: keras_hub.models.Backbone) -> keras.Model:
    first = layers.Dense(trunk.hidden_dim, activation="relu", name="pre_classifier")(trunk.output[:, 0])
    model = keras.Model(trunk.input, layers.Dense(3, name="classifier")(first))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.AdamW(), loss, jit_compile=False)
    return model


def inputs(words: Array) -> dict[str, Array]:
    return {"token_ids": words, "padding_mask": (words > 0).astype("int32")}


def train(model: keras.Model, share: Samples) -> int:
    words, labels = share
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: 1e-3 * (1 - epoch / 4))
    model.fit(inputs(words), labels, batch_size=32, epochs=4, callbacks=[slower], verbose=0)
    return len(words)


def accuracy(model: keras.Model, held_out: Samples | None = None) -> float:
    words, labels = sources(PACKAGES)[1] if held_out is None else held_out
    return float((keras.ops.convert_to_numpy(model(inputs(words))).argmax(1) == labels).mean())


async def run(play: Play = one_round, **where: Any) -> Any:
    return await play("distilbert", classifier(backbone()), sources(PACKAGES)[0], train, accuracy, **where)


if __name__ == "__main__":
    main(run)
