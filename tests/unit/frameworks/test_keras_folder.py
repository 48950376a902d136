"""Folders that Keras loads, and folders that Keras wrote: the same model, to the bit."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from federity import Named
from federity.errors import BadModelFile, ConfigError
from federity.frameworks import adapter_for, keras_folder
from federity.frameworks.huggingface import texts_of, weights_file, write_folder

# Keras saves arrays in a way that numpy 2 finds old.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
IMAGES = np.random.default_rng(0).normal(size=(4, 8, 8, 1)).astype(np.float32)


def functional() -> keras.Model:
    """Shares a layer, nests a model, and has running statistics and gates."""
    image = keras.Input((8, 8, 1))
    convolved = layers.Conv2D(4, 3, padding="same", activation="relu")(image)
    normal = layers.BatchNormalization()(convolved) + 1.0
    rows = layers.Reshape((8, 32))(normal)
    twice = layers.Dense(6, activation="tanh")
    inner = keras.Sequential([keras.Input((8, 6)), layers.GRU(5), layers.Dense(3)], name="inner")
    joined = layers.Concatenate()([inner(twice(rows)), layers.LSTM(4)(twice(rows))])
    return keras.Model(image, layers.Dense(2, name="out")(joined))


def grown(model: keras.Model) -> keras.Model:
    """The model with other weights than any initialiser gives."""
    random = np.random.default_rng(1)
    for variable in model.weights:
        if variable.dtype == "float32":
            variable.assign(
                variable.numpy() + random.normal(size=variable.shape, scale=0.1).astype(np.float32)
            )
    return model


def bits(model: Any) -> dict[str, bytes]:
    return {name: np.asarray(tensor).tobytes() for name, tensor in adapter_for(model).tensors(model).items()}


# In a process of its own, and with nothing of ours: what anybody would do with the folder.
LOAD = """
import sys, keras, numpy as np
model = keras.saving.load_model(sys.argv[1])
np.save(sys.argv[3], model(np.load(sys.argv[2])).numpy())
"""


def predicted_by_keras_alone(folder: Path, scratch: Path) -> np.ndarray:
    np.save(scratch / "in.npy", IMAGES)
    command = [sys.executable, "-c", LOAD, folder, scratch / "in.npy", scratch / "out.npy"]
    subprocess.run(command, check=True, capture_output=True)
    return np.load(scratch / "out.npy")


def test_keras_loads_the_folder_and_it_comes_back_to_the_bit(tmp_path: Path) -> None:
    model, folder = grown(functional()), tmp_path / "folder"
    named = Named(model, {"out": "head", "inner.gru": "memory"})
    texts = texts_of(named)
    write_folder(folder, adapter_for(named).tensors(named), texts, "# card\n")
    files = {
        "README.md",
        "config.json",
        "names.json",
        "metadata.json",
        "model.weights.h5",
        "model.safetensors",
    }
    assert {path.name for path in folder.iterdir()} == files
    assert predicted_by_keras_alone(folder, tmp_path).tobytes() == model(IMAGES).numpy().tobytes()
    assert texts_of(folder) == texts
    assert bits(weights_file(folder)) == bits(named)


def test_a_folder_that_keras_alone_wrote_is_a_model(tmp_path: Path) -> None:
    model = grown(functional())
    model.compile(optimizer="adam", loss="mse")
    keras.saving.save_model(model, tmp_path / "keras", zipped=False)
    path = weights_file(tmp_path / "keras")
    assert path.name == "model.weights.h5"
    assert bits(path) == bits(model)
    assert texts_of(path) == texts_of(model)
    before = path.read_bytes()
    with pytest.raises(BadModelFile, match="not written in place"):
        adapter_for(path).load(path, adapter_for(model).tensors(model))
    assert path.read_bytes() == before


def test_a_model_that_only_its_own_code_builds_has_no_configuration() -> None:
    class Mine(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.fc = layers.Dense(2)
            self.fc.build((None, 3))

    scaled = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Lambda(lambda x: 2 * x)])
    assert texts_of(Mine()) == texts_of(Named(Mine())) == texts_of(scaled) == {}


def test_a_layer_that_is_also_a_part_of_a_model_inside_has_no_configuration() -> None:
    """Keras writes one that it cannot read again, or that has the layer twice. The weights are versioned."""
    twice = layers.Dense(4, name="twice")
    inside = keras.Input((4,))
    inner = keras.Model(inside, twice(inside), name="inner")
    given = keras.Input((4,))
    model = keras.Model(given, layers.Dense(2, name="out")(inner(twice(given))))
    assert texts_of(model) == {}
    weights = adapter_for(model).tensors(model)
    assert sorted(weights) == ["out.bias", "out.weight", "twice.bias", "twice.weight"]
    # A whole model that is used twice has one owner.
    both = keras.Model(given, inner(inner(given)))
    assert "config.json" in texts_of(both)


def small(folder: Path) -> dict[str, Any]:
    """Save a small model by Keras and return its configuration."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    keras.saving.save_model(model, folder, zipped=False)
    found: dict[str, Any] = json.loads((folder / "config.json").read_text())
    return found


def test_a_folder_with_code_is_refused_before_keras_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = small(tmp_path / "keras")
    config["config"]["layers"].append({"module": "os", "class_name": "system", "config": {}})
    (tmp_path / "keras" / "config.json").write_text(json.dumps(config))
    monkeypatch.setattr(subprocess, "run", None)
    path = weights_file(tmp_path / "keras")
    for read in (lambda: adapter_for(path).tensors(path), lambda: texts_of(path)):
        with pytest.raises(BadModelFile, match="names code to run"):
            read()


def looking_up(lookup: layers.Layer) -> keras.Model:
    words = keras.Input((1,), dtype="string")
    found = layers.Embedding(8, 2)(lookup(words))
    return keras.Model(words, layers.Dense(1)(layers.Flatten()(found)))


def test_words_that_the_folder_lacks_are_not_taken_for_none(tmp_path: Path) -> None:
    """Keras saves what a layer learned beside the configuration, or not at all, and builds it empty."""
    for kind, layer in enumerate((layers.StringLookup(), layers.TextVectorization(output_sequence_length=2))):
        learned = looking_up(layer)
        layer.adapt(np.array(["a", "b", "c"]))
        keras.saving.save_model(learned, tmp_path / str(kind), zipped=False)
        path = weights_file(tmp_path / str(kind))
        with pytest.raises(BadModelFile, match=f"words that layer {layer.name} looks up") as refusal:
            adapter_for(path).tensors(path)
        assert "vocabulary=" in refusal.value.hint
        assert texts_of(learned) == {}
        # As the hint says: the same words, given to the layer.
        words = layer.get_vocabulary()[1 if kind == 0 else 2 :]
        options = {} if kind == 0 else {"output_sequence_length": 2}
        given = looking_up(type(layer)(vocabulary=words, name=layer.name, **options))
        given.set_weights(learned.get_weights())
        keras.saving.save_model(given, tmp_path / f"{kind} given", zipped=False)
        path = weights_file(tmp_path / f"{kind} given")
        assert bits(path) == bits(given)
        assert texts_of(path) == texts_of(given) != {}


def test_a_layer_that_has_no_words_is_built_without_any(tmp_path: Path) -> None:
    empty = looking_up(layers.StringLookup(num_oov_indices=4, mask_token=""))
    keras.saving.save_model(empty, tmp_path / "keras", zipped=False)
    path = weights_file(tmp_path / "keras")
    assert bits(path) == bits(empty)


def test_a_model_that_is_larger_than_its_weights_ends_only_its_own_process(tmp_path: Path) -> None:
    config = small(tmp_path / "keras")
    dense = config["config"]["layers"][1]["config"]
    dense["units"] = 1 << 33
    (tmp_path / "keras" / "config.json").write_text(json.dumps(config))
    path = weights_file(tmp_path / "keras")
    with pytest.raises(BadModelFile, match="Keras cannot read the model"):
        adapter_for(path).tensors(path)


def test_weights_that_are_none_are_refused(tmp_path: Path) -> None:
    small(tmp_path / "keras")
    path = weights_file(tmp_path / "keras")
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(1000))
    with pytest.raises(BadModelFile, match="Keras cannot read the model"):
        adapter_for(path).tensors(path)


def test_weights_of_another_model_are_not_written(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    with pytest.raises(BadModelFile, match="Keras cannot write the model"):
        write_folder(tmp_path / "folder", {"other.weight": np.zeros((2, 3), np.float32)}, texts_of(model), "")
    assert list(tmp_path.iterdir()) == []


def test_without_keras_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small(tmp_path / "keras")
    monkeypatch.setattr(keras_folder, "find_spec", lambda name: None)
    path = weights_file(tmp_path / "keras")
    with pytest.raises(ConfigError, match="needs Keras") as refusal:
        adapter_for(path).tensors(path)
    assert refusal.value.hint == "pip install 'federity[tensorflow]'"
