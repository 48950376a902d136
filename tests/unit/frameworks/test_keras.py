"""Models of Keras as models: names, kinds, in-place loading, and what is refused."""

import sys

import keras
import numpy as np
import pytest
from keras import layers

from federity.errors import ManifestMismatch, ModelError
from federity.frameworks import Named, adapter_for
from federity.objects import Accumulator, decode_base, encode_base, manifest_of


def network(**names: str) -> keras.Model:
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Conv2D(4, 3, **({"name": names["conv"]} if "conv" in names else {})),
            layers.BatchNormalization(),
            layers.Permute((3, 1, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(3),
            layers.Dense(2, **({"name": names["last"]} if "last" in names else {})),
        ]
    )


class Block(layers.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.inner = layers.Dense(3)

    def build(self, shape: tuple[int, ...]) -> None:
        self.inner.build(shape)
        self.scale = self.add_weight(shape=(3,), name="scale")
        self.seen = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", trainable=False, name="seen"
        )
        self.mean = self.add_weight(shape=(3,), trainable=False, name="mean")


class Net(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = layers.Conv2D(2, 3)
        self.blocks = [Block(), Block()]
        self.heads = {"a": layers.Dense(1), "b": layers.Dense(1, name="own")}
        self.rnn = layers.RNN(layers.LSTMCell(2))

    def build(self, shape: object) -> None:
        self.conv1.build((None, 6, 6, 1))
        for layer in (*self.blocks, *self.heads.values()):
            layer.build((None, 3))
        self.rnn.build((None, 5, 3))
        self.built = True


def test_names_do_not_depend_on_what_the_process_has_built_before() -> None:
    first, second = network(), network()
    assert first.layers[0].name != second.layers[0].name
    names = list(adapter_for(first).tensors(first))
    assert names == list(adapter_for(second).tensors(second))
    assert names == [
        "conv2d.weight",
        "conv2d.bias",
        "batch_normalization.weight",
        "batch_normalization.bias",
        "batch_normalization.running_mean",
        "batch_normalization.running_var",
        "batch_normalization.num_batches_tracked",
        "dense.weight",
        "dense.bias",
        "dense_1.weight",
        "dense_1.bias",
    ]


def test_a_given_name_is_the_name() -> None:
    model = network(conv="backbone.conv1", last="fc")
    names = set(adapter_for(model).tensors(model))
    assert {"backbone.conv1.weight", "dense.weight", "fc.bias"} <= names


def test_layers_in_attributes_have_the_attribute_s_name() -> None:
    model = Net()
    model.build(None)
    adapter = adapter_for(model)
    found = adapter.tensors(model)
    block = [
        f"blocks.{i}.{n}" for i in (0, 1) for n in ("scale", "seen", "mean", "inner.weight", "inner.bias")
    ]
    cell = [f"rnn.cell.{n}" for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    heads = [f"{head}.{n}" for head in ("heads.a", "own") for n in ("weight", "bias")]
    assert set(found) == {"conv1.weight", "conv1.bias", *block, *cell, *heads}
    assert adapter.buffers(model) == {f"blocks.{i}.{n}" for i in (0, 1) for n in ("seen", "mean")}
    manifest = manifest_of(found, adapter.buffers(model))
    assert [c.name for c in manifest.constants] == ["blocks.0.seen", "blocks.1.seen"]


def test_a_single_layer_is_a_model() -> None:
    layer = layers.Dense(3)
    layer.build((None, 2))
    assert {n: a.shape for n, a in adapter_for(layer).tensors(layer).items()} == {
        "weight": (3, 2),
        "bias": (3,),
    }


def test_frozen_layers_are_parameters_all_the_same() -> None:
    model = network()
    adapter = adapter_for(model)
    before, buffers = set(adapter.tensors(model)), adapter.buffers(model)
    assert buffers == {
        n for n in before if n.split(".")[-1] in ("running_mean", "running_var", "num_batches_tracked")
    }
    model.trainable = False
    assert set(adapter.tensors(model)) == before
    assert adapter.buffers(model) == buffers


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "float64"])
def test_a_model_survives_a_genesis_bit_for_bit(dtype: str) -> None:
    def build() -> keras.Model:
        recurrent = layers.LSTM(4, dtype=dtype, recurrent_initializer="glorot_uniform")
        return keras.Sequential([keras.Input((5, 3)), recurrent, layers.Dense(2, dtype=dtype)])

    model, other = build(), build()
    adapter = adapter_for(model)
    tensors = adapter.tensors(model)
    manifest = manifest_of(tensors, adapter.buffers(model))
    base = decode_base(encode_base(manifest, tensors))
    adapter.load(other, Accumulator.zero(manifest).weights(manifest, base.tensors))
    for one, two in zip(model.weights, other.weights, strict=True):
        assert one.dtype == two.dtype == dtype
        assert one.numpy().tobytes() == two.numpy().tobytes()


def test_loading_is_in_place_and_tensors_are_copies() -> None:
    model = network()
    kernel = model.weights[0]
    tensors = adapter_for(model).tensors(model)
    tensors["conv2d.weight"][:] = 9
    assert kernel.numpy().max() < 9
    adapter_for(model).load(model, tensors)
    assert model.weights[0] is kernel
    assert kernel.numpy().min() == 9


class Tied(layers.Layer):
    """A projection with the table of an embedding."""

    def __init__(self, table: object) -> None:
        super().__init__(name="tied")
        self.table = table
        self.bias = self.add_weight(shape=(5,), name="bias")
        self.built = True

    def call(self, inputs: object) -> object:
        return keras.ops.matmul(inputs, keras.ops.transpose(self.table)) + self.bias


def test_shared_layers_and_tied_variables_are_stored_once() -> None:
    embed, shared = layers.Embedding(5, 3, name="embed"), layers.Dense(3, name="shared")
    embed.build(None)
    inputs = keras.Input((4,), dtype="int32")
    model = keras.Model(inputs, Tied(embed.embeddings)(shared(shared(embed(inputs)))))
    adapter = adapter_for(model)
    tensors = adapter.tensors(model)
    assert set(tensors) == {"embed.weight", "shared.weight", "shared.bias", "tied.bias"}
    adapter.load(model, {name: array + 1 for name, array in tensors.items()})
    assert np.array_equal(model.layers[-1].table.numpy(), tensors["embed.weight"] + 1)


def test_differences_are_named_and_the_model_is_untouched() -> None:
    model = network()
    adapter = adapter_for(model)
    tensors = {name: array + 1 for name, array in adapter.tensors(model).items()}
    before = [w.numpy() for w in model.weights]
    del tensors["dense.bias"]
    tensors["fc.bias"] = np.zeros(3, np.float32)
    tensors["dense.weight"] = tensors["dense.weight"].T.copy()
    tensors["conv2d.bias"] = tensors["conv2d.bias"].astype(np.float16)
    with pytest.raises(ManifestMismatch) as refused:
        adapter.load(model, tensors)
    for part in (
        "dense.bias is missing",
        "fc.bias is unexpected",
        "not [3, 64]",
        "conv2d.bias has dtype F16",
    ):
        assert part in str(refused.value)
    assert all(np.array_equal(w.numpy(), b) for w, b in zip(model.weights, before, strict=True))


def test_other_names_are_mapped() -> None:
    model = network()
    named = Named(model, {"conv2d": "0", "batch_normalization": "1", "dense": "4", "dense_1": "5"})
    found = adapter_for(named).tensors(named)
    assert {name.split(".")[0] for name in found} == {"0", "1", "4", "5"}
    assert adapter_for(named).buffers(named) == {"1.running_mean", "1.running_var", "1.num_batches_tracked"}
    found["4.bias"] += 3
    adapter_for(named).load(named, found)
    assert model.layers[-2].bias.numpy().tolist() == [3, 3, 3]


def test_the_second_bias_of_an_lstm_stays_and_training_moves_the_first() -> None:
    layer = layers.LSTM(2)
    layer.build((None, 5, 3))
    adapter = adapter_for(layer)
    tensors = adapter.tensors(layer)
    rng = np.random.default_rng(0)
    tensors["bias_ih_l0"] = rng.standard_normal(8).astype(np.float32)
    tensors["bias_hh_l0"] = rng.standard_normal(8).astype(np.float32)
    adapter.load(layer, tensors)
    layer.cell.bias.assign_add(np.full(8, 0.5, np.float32))
    found = adapter.tensors(layer)
    assert np.array_equal(found["bias_hh_l0"], tensors["bias_hh_l0"])
    assert np.allclose(found["bias_ih_l0"], tensors["bias_ih_l0"] + 0.5, atol=1e-6)


def test_a_gru_that_pytorch_does_not_have_keeps_its_own_tensors() -> None:
    layer = layers.GRU(2, reset_after=False)
    layer.build((None, 5, 3))
    assert set(adapter_for(layer).tensors(layer)) == {"cell.kernel", "cell.recurrent_kernel", "cell.bias"}


def test_attention_that_pytorch_does_not_have_keeps_its_own_tensors() -> None:
    layer = layers.MultiHeadAttention(2, 5)
    layer.build((None, 4, 6), (None, 4, 6))
    assert adapter_for(layer).tensors(layer)["query.kernel"].shape == (6, 2, 5)


def test_adapters_inside_of_an_attention_or_an_embedding_are_versioned_and_leave_the_other_names() -> None:
    attention, embedding = layers.MultiHeadAttention(2, 3), layers.Embedding(7, 4)
    attention.build((None, 4, 6), (None, 4, 6))
    embedding.build((None,))
    for layer, adapted, names in (
        (attention, attention.query_dense, {"query.lora_kernel_a", "query.lora_kernel_b"}),
        (embedding, embedding, {"lora_embedding_A", "lora_embedding_B"}),
    ):
        before = set(adapter_for(layer).tensors(layer))
        adapted.enable_lora(2)
        tensors = adapter_for(layer).tensors(layer)
        assert set(tensors) == before | names
        assert sum(array.size for array in tensors.values()) == layer.count_params()


class Odd(layers.Layer):
    def __init__(self, **weight: object) -> None:
        super().__init__(name="odd")
        self.first = self.add_weight(shape=(2,), initializer="zeros", **weight)
        self.built = True


class Twice(layers.Layer):
    def __init__(self) -> None:
        super().__init__(name="odd")
        self.one, self.two = (self.add_weight(shape=(2,), name="w") for _ in range(2))
        self.built = True


class Extended(layers.LSTM):
    def build(self, shape: tuple[int, ...]) -> None:
        super().build(shape)
        self.gain = self.add_weight(shape=(2,), name="gain")


def extended() -> layers.Layer:
    layer = Extended(2)
    layer.build((None, 5, 3))
    return layer


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (extended, "gain is in a layer whose other variables map"),
        (lambda: layers.Dense(2), "has no weights yet"),
        (lambda: Odd(name="w", dtype="int32"), "w is a trainable int32"),
        (lambda: Odd(name="w", dtype="bool"), "w is a trainable bool"),
        (lambda: Odd(name="w", dtype="complex64"), "w is a trainable complex64"),
        (Twice, "two variables named w"),
    ],
)
def test_what_cannot_be_versioned_is_refused_by_name(build: object, what: str) -> None:
    model = build()
    with pytest.raises(ModelError, match=what):
        adapter_for(model).tensors(model)


# Keras's own quantiser reads TensorFlow's tensors in a way that NumPy 2 warns of.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_a_quantised_layer_is_refused_by_name() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="small")])
    model.layers[0].quantize("int8")
    with pytest.raises(ModelError, match="layer small is quantised") as refused:
        adapter_for(model).tensors(model)
    assert "before quantisation" in refused.value.hint


def test_two_layers_of_one_name_are_refused() -> None:
    class Clash(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = layers.Dense(1, name="fc"), layers.Dense(1, name="fc")

    model = Clash()
    for layer in (model.one, model.two):
        layer.build((None, 2))
    with pytest.raises(ModelError, match=r"two tensors of the model are named fc\.weight"):
        adapter_for(model).tensors(model)


def test_a_published_architecture_goes_out_and_back() -> None:
    def build() -> keras.Model:
        return keras.applications.MobileNetV2((32, 32, 3), alpha=0.35, weights=None, classes=10)

    model, other = build(), build()
    adapter = adapter_for(model)
    tensors = adapter.tensors(model)
    assert tensors["expanded_conv_depthwise.weight"].shape == (16, 1, 3, 3)
    manifest = manifest_of(tensors, adapter.buffers(model))
    assert sum(spec.size for spec in manifest.tensors) == model.count_params()
    adapter.load(other, tensors)
    assert all(
        np.array_equal(a.numpy(), b.numpy()) for a, b in zip(model.weights, other.weights, strict=True)
    )


def test_the_other_framework_is_not_imported() -> None:
    assert "torch" not in sys.modules


def test_an_optimiser_is_no_model() -> None:
    with pytest.raises(ModelError, match="Adam is not a model"):
        adapter_for(keras.optimizers.Adam())
