"""Configurations of strangers: what names code is refused, whatever it is wrapped in."""

import json
from typing import Any

import pytest

from federity.errors import BadModelFile
from federity.frameworks.configurations import MAX_CONFIG, is_keras, sound_config, sound_names

DENSE = {
    "module": "keras.layers",
    "class_name": "Dense",
    "config": {
        "units": 2,
        "activation": "relu",
        "kernel_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": {}},
    },
    "registered_name": None,
}
RELU = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}


def model(*layers: Any, **further: Any) -> dict[str, Any]:
    """A Sequential of layers, as Keras writes it."""
    config = {"name": "sequential", "layers": [DENSE, *layers]}
    return {"module": "keras", "class_name": "Sequential", "config": config, **further}


def layer(name: str, config: Any, module: str | None = "keras.layers", registered: str | None = None) -> Any:
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


def test_a_model_of_keras_own_layers_is_sound_and_kept_without_its_training() -> None:
    inner = model(compile_config={"optimizer": layer("Evil", {}, "os")})
    activated = layer("Lambda", {"function": RELU})
    summed = layer("Add", {"name": "add"}, "keras.src.ops.numpy", "Add")
    tensor = layer("__keras_tensor__", {"shape": [None, 2], "keras_history": ["dense", 0, 0]}, None)
    text = json.dumps(model(inner, activated, summed, tensor, compile_config={"loss": RELU}))
    kept = sound_config(text, "it")
    assert json.loads(kept) == model(model(), activated, summed, tensor)
    assert is_keras(kept)
    assert sound_config(kept, "it") == kept


def test_a_configuration_of_transformers_is_kept_as_it_is() -> None:
    text = '{ "model_type": "gpt2",  "n_embd": 16 }'
    assert sound_config(text, "it") == text
    assert not is_keras(text)


@pytest.mark.parametrize(
    ("evil", "reason"),
    [
        (layer("Lambda", {"function": layer("__lambda__", {"code": "4wAA"}, None)}), "a Python function"),
        (layer("Lambda", {"function": layer("function", "system", "os", "system")}), "custom object system"),
        (
            layer("Lambda", {"function": layer("function", "get_file", "keras.utils")}),
            "custom object get_file",
        ),
        (layer("function", "enable_unsafe_deserialization", "keras.config"), "custom object enable_unsafe"),
        (layer("load_model", {"filepath": "x"}, "keras.saving"), "custom object load_model"),
        (layer("load_model", {"filepath": "x"}, "keras.src.saving.saving_api"), "custom object load_model"),
        (layer("Mine", {}, "mine.layers", "Mine"), "custom object Mine"),
        (layer("Dense", {}, None), "custom object Dense"),
        (layer("Dense", {}, "keras.layers", "evil>Dense"), "custom object evil>Dense"),
        (layer("Dense", {}, "keras.layers\n.os"), "custom object Dense"),
        (layer("TFSMLayer", {"filepath": "/tmp/x"}), "a program of TensorFlow"),
        (layer("TorchModuleWrapper", {"module": "gASV"}), "a pickled module"),
        (layer("JaxLayer", {}), "a function of JAX"),
        (layer("FlaxLayer", {}), "a module of Flax"),
        (layer("__typespec__", [], "tensorflow"), "a type to import"),
        (layer("StringLookup", {"vocabulary": "/etc/passwd"}), "a vocabulary that is a file"),
        (layer("function", {"a": 1}, "builtins"), "custom object"),
        ({"class_name": ["Dense"], "config": {}}, "a class without a name"),
    ],
)
@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: model(e), lambda e: {"config": {"a": [[e]]}}])
def test_code_is_refused_however_deep_it_lies(evil: Any, reason: str, wrap: Any) -> None:
    with pytest.raises(BadModelFile, match="names code to run") as refusal:
        sound_config(json.dumps(model(wrap(evil))), "it")
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value).replace("\\n", "")


def test_a_configuration_above_the_limit_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(BadModelFile, match="larger than a configuration can be"):
        sound_config("{" + " " * MAX_CONFIG + "}", "it")


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"a": {"b": "c"}}'])
def test_names_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadModelFile):
        sound_names(text, "it")
