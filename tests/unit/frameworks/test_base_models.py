"""Which models a base is declared to be made of: ids of the Hub, whoever wrote them down."""

import json

import pytest

from federity.errors import ConfigError
from federity.frameworks.base_models import BASE_MODELS, base_models_of, declared


def test_base_models_are_ids_of_the_hub() -> None:
    names = ("gpt2", "openai-community/gpt2", "a/b.c_d-e")
    assert base_models_of(declared(names)) == names
    assert declared(()) == {} and base_models_of({}) == ()
    for wrong in ("", "a b", "a/b/c", "../x", "a--b", "x" * 97, "-x", "a/b\n", "https://x", "a/b.git"):
        with pytest.raises(ConfigError, match="no id"):
            declared([wrong])
        assert base_models_of({BASE_MODELS: json.dumps([wrong])}) == ()
    with pytest.raises(ConfigError, match="once"):
        declared(["a", "a"])
    for wrong in ("{}", "[1]", "[[", json.dumps(["a"] * 33), '"a"'):
        assert base_models_of({BASE_MODELS: wrong}) == ()
