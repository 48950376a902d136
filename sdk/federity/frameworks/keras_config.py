"""The configuration of a live keras.Model."""

import json

import keras

# What layers share is written once, as in a folder that Keras saves; there is no public way to do so.
from keras.src.saving.serialization_lib import ObjectSharingScope

from ..errors import BadModelFile
from .configurations import sound_config, without_words

__all__ = ["config_of"]


def config_of(model: keras.Model) -> str | None:
    """Return the configuration as Keras saves it, or None for a model that only its own code can build.

    A model that looks up words which it learned is one of these: its configuration builds it without them. So
    is one of which a layer is also a part of a model inside it: Keras writes such a layer once, and cannot
    put it together again.
    """
    if _shares_with_a_part(model):
        return None
    try:
        with ObjectSharingScope():
            text = sound_config(json.dumps(keras.saving.serialize_keras_object(model)), "the model")
    except (BadModelFile, NotImplementedError, TypeError, ValueError):
        return None
    return None if without_words(text) else text


def _shares_with_a_part(model: keras.Model) -> bool:
    """Whether a layer is in two of the models that a model is made of."""
    owner: dict[int, int] = {}
    models, seen = [model], {id(model)}
    for part in models:
        for layer in part.layers:
            if owner.setdefault(id(layer), id(part)) != id(part) and layer.weights:
                return True
            if isinstance(layer, keras.Model) and id(layer) not in seen:
                seen.add(id(layer))
                models.append(layer)
    return False
