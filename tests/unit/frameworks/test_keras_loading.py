"""Loading into Keras: what a model answers with depends on what it was given, or it is refused by name."""

import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from federity.errors import ManifestMismatch, ModelError
from federity.frameworks import adapter_for

INPUTS = np.ones((2, 3), np.float32)


def read(model: Any) -> dict[str, np.ndarray]:
    return dict(adapter_for(model).tensors(model))


def load(model: Any, tensors: dict[str, np.ndarray]) -> None:
    adapter_for(model).load(model, tensors)


def normalised(scale: float) -> keras.Model:
    keras.utils.set_random_seed(0)
    statistics = layers.Normalization()
    data = np.random.default_rng(1).standard_normal((99, 3)).astype("float32")
    statistics.adapt(data * scale + scale)
    return keras.Sequential([keras.Input((3,)), layers.Dense(3), statistics, layers.Dense(2)])


class Derived(layers.Dense):
    """Keeps something that follows from its weights, and makes it anew in its own loader."""

    def build(self, shape: Any) -> None:
        super().build(shape)
        self.doubled = 2 * self.kernel.numpy()

    def load_own_variables(self, store: Any) -> None:
        super().load_own_variables(store)
        self.doubled = 2 * self.kernel.numpy()

    def call(self, inputs: Any) -> Any:
        return keras.ops.matmul(inputs, self.doubled)


def derived(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input((3,)), Derived(2)])


@pytest.mark.parametrize(
    ("build", "one", "other"), [(normalised, 1, 10), (derived, 0, 1)], ids=["Normalization", "own loader"]
)
def test_a_loaded_model_answers_as_the_one_it_was_read_from(
    build: Callable[[float], keras.Model], one: float, other: float
) -> None:
    mine, theirs = build(one), build(other)
    wanted = mine.predict(INPUTS, verbose=0)
    assert not np.array_equal(theirs.predict(INPUTS, verbose=0), wanted)
    load(theirs, read(mine))
    assert np.array_equal(np.asarray(theirs(INPUTS)), np.asarray(mine(INPUTS)))
    assert np.array_equal(theirs.predict(INPUTS, verbose=0), wanted)


def worded(words: str, given: bool) -> keras.Model:
    if given:
        lookup = layers.StringLookup(vocabulary=words.split())
        inputs = keras.Input((3,), dtype="string")
    else:
        lookup = layers.TextVectorization(output_sequence_length=3)
        lookup.adapt([words])
        inputs = keras.Input((1,), dtype="string")
    keras.utils.set_random_seed(0)
    return keras.Model(inputs, layers.Dense(2)(layers.Embedding(9, 2)(lookup(inputs))))


def binned(sides: list[float], adapted: bool) -> keras.Model:
    bins = layers.Discretization(num_bins=3) if adapted else layers.Discretization(bin_boundaries=sides)
    if adapted:
        bins.adapt(np.array(sides))
    inputs = keras.Input((3,))
    return keras.Model(inputs, layers.Dense(2)(layers.Embedding(9, 2)(bins(inputs))))


def spaced(words: list[str]) -> keras.Model:
    space = keras.utils.FeatureSpace({"word": keras.utils.FeatureSpace.string_categorical()})
    space.adapt(tf.data.Dataset.from_tensor_slices({"word": words}).batch(9))

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.space, self.dense = space, layers.Dense(2)

        def call(self, inputs: Any) -> Any:
            return self.dense(self.space(inputs))

    model = Net()
    model({"word": np.array(words)})
    return model


def weighed(numbers: list[int]) -> keras.Model:
    lookup = layers.IntegerLookup(output_mode="tf_idf")
    lookup.adapt([numbers, [numbers[0], 3]])
    inputs = keras.Input((2,), dtype="int64")
    return keras.Model(inputs, layers.Dense(2)(lookup(inputs)))


LOOKED_UP: dict[str, tuple[Callable[[], Any], Callable[[], Any], str]] = {
    "given words": (
        lambda: worded("a b c", True),
        lambda: worded("c b a", True),
        "string_lookup.vocabulary",
    ),
    "adapted words": (
        lambda: worded("a b c", False),
        lambda: worded("d e f", False),
        "text_vectorization.vocabulary",
    ),
    "given bins": (
        lambda: binned([0, 1], False),
        lambda: binned([0, 2], False),
        "discretization.bin_boundaries",
    ),
    "adapted bins": (
        lambda: binned([0, 1, 2, 3], True),
        lambda: binned([0, 2, 4, 6], True),
        "discretization.bin_boundaries",
    ),
    "weights of words": (
        lambda: weighed([1, 2]),
        lambda: weighed([2, 1]),
        "integer_lookup.vocabulary",
    ),
    "a space of features": (
        lambda: spaced(["x", "y"]),
        lambda: spaced(["x", "z"]),
        "space.preprocessors.word.vocabulary",
    ),
}


@pytest.mark.parametrize("kind", LOOKED_UP)
def test_weights_are_not_loaded_beside_other_words_or_bins(kind: str) -> None:
    build, another, name = LOOKED_UP[kind]
    mine, same, other = build(), build(), another()
    tensors = {n: a + 1 if a.dtype.kind == "f" else a for n, a in read(mine).items()}
    assert [n for n, a in tensors.items() if a.dtype == np.uint8] == [name]
    load(same, tensors)
    assert all(np.array_equal(array, tensors[n]) for n, array in read(same).items())
    before = read(other)
    with pytest.raises(ManifestMismatch, match=name) as refused:
        load(other, tensors)
    assert "digest" in refused.value.hint
    assert all(np.array_equal(array, before[n]) for n, array in read(other).items())


class Holder:
    def __init__(self, held: object) -> None:
        self.held = held


class Hiding(keras.Model):
    def __init__(self, hidden: object) -> None:
        super().__init__()
        self.dense, self.hidden = layers.Dense(2), hidden

    def call(self, inputs: Any) -> Any:
        found = self.dense(inputs)
        return self.hidden(found) if isinstance(self.hidden, layers.Layer) else found


def program() -> tf.Module:
    module = tf.Module()
    module.scale = tf.Variable(2.0)
    return module


def closed() -> layers.Layer:
    scale = tf.Variable(2.0)
    return layers.Lambda(lambda x: x * scale)


HIDDEN: dict[str, Callable[[], object]] = {
    "hidden": lambda: tf.Variable(2.0),
    "hidden.0": lambda: [tf.Variable(2.0)],
    "hidden.scale": program,
    "hidden.held.a": lambda: Holder({"a": keras.Variable(2.0)}),
    "function.scale": closed,
}


@pytest.mark.parametrize("path", HIDDEN)
def test_a_variable_that_keras_does_not_track_is_named(path: str) -> None:
    model = Hiding(HIDDEN[path]())
    model(INPUTS)
    with pytest.raises(ModelError, match=f"{path} of layer .* Keras does not track") as refused:
        read(model)
    assert "add_weight" in refused.value.hint


def test_what_keras_tracks_by_itself_is_taken() -> None:
    model = Hiding([layers.Dropout(0.5), layers.GaussianNoise(0.1), keras.random.SeedGenerator(1)])
    model(INPUTS)
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(INPUTS, np.ones((2, 2)), verbose=0)
    assert set(read(model)) == {"dense.weight", "dense.bias"}
    state = keras.Sequential([keras.Input(batch_shape=(1, 3, 2)), layers.LSTM(2, stateful=True)])
    state(np.ones((1, 3, 2)))
    load(state, read(state))


class Saving(layers.Dense):
    """Saves more than its weights."""

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        store["seen"] = np.full(2, 7.5)


class Assets(layers.Dense):
    def save_assets(self, folder: str) -> None: ...


@pytest.mark.parametrize(
    ("kind", "what"), [(Saving, "saves 'seen' beside its weights"), (Assets, "keeps assets beside")]
)
def test_a_layer_that_saves_more_than_weights_is_named(kind: type[layers.Layer], what: str) -> None:
    model = keras.Sequential([keras.Input((3,)), kind(2)])
    with pytest.raises(ModelError, match=what):
        read(model)


class Stubborn(layers.Dense):
    """Puts its offset back whenever it loads; once its window is 13 wide it refuses."""

    def load_own_variables(self, store: Any) -> None:
        if self.units == 13:
            raise ValueError("not today")
        self.bias.assign(np.zeros(self.units))


@pytest.mark.parametrize(
    ("units", "what"), [(2, r"stubborn\.bias would not arrive"), (13, "Keras cannot load .*not today")]
)
def test_what_does_not_arrive_is_named_and_all_is_as_before(units: int, what: str) -> None:
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2), Stubborn(units)])
    before = read(model)
    with pytest.raises(ModelError, match=what):
        load(model, {name: array + 1 for name, array in before.items()})
    assert all(np.array_equal(array, before[name]) for name, array in read(model).items())


def test_the_count_of_batches_is_the_one_that_was_loaded() -> None:
    layer = layers.BatchNormalization()
    layer.build((None, 3))
    tensors = read(layer)
    load(layer, {**tensors, "num_batches_tracked": np.array(7)})
    assert read(layer)["num_batches_tracked"] == 7


def test_no_layer_of_this_keras_keeps_state_that_is_not_looked_after() -> None:
    """A layer that saves or loads in a way of its own: its rule here, or what is done about it."""
    known = {
        **dict.fromkeys(("Normalization",), "finalised"),
        **dict.fromkeys(("StringLookup", "IntegerLookup", "TextVectorization", "Discretization"), "a digest"),
        **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D", "Dense", "EinsumDense"), "quantisation, refused"),
        **dict.fromkeys(("Embedding", "ReversibleEmbedding"), "quantisation, refused"),
        "TorchModuleWrapper": "a module of PyTorch, which needs Keras on PyTorch",
    }
    methods = ("load_own_variables", "save_own_variables", "finalize_state", "save_assets", "adapt")
    kinds = [
        kind for _, kind in inspect.getmembers(layers, inspect.isclass) if issubclass(kind, layers.Layer)
    ]
    found = {
        kind.__name__
        for kind in kinds
        if any(getattr(kind, name, None) is not getattr(layers.Layer, name, None) for name in methods)
    }
    assert found == set(known)
