"""Models of full size: they are what their names say, and their adapters are small enough to be proved."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import torch

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = [
    # peft asks transformers for something by its old name.
    pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning"),
]


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module("full_size").MODELS


@pytest.mark.parametrize(
    ("name", "least", "most", "level"),
    [
        ("DistilBERT's adapter", 200_000, 300_000, 1),
        ("GPT-2's adapter", 200_000, 300_000, 1),
        ("DistilBERT", 66_000_000, 67_000_000, 0),
        ("GPT-2", 124_000_000, 125_000_000, 0),
    ],
)
def test_a_model_has_the_size_that_it_is_published_with(
    models: Any, name: str, least: int, most: int, level: int
) -> None:
    full = models[name]
    with torch.device("meta"):
        model = full.make()
    versioned = dict(full.part(model).named_parameters())
    assert least <= sum(weights.numel() for weights in versioned.values()) <= most
    assert full.level == level
    trained = {weights for weights in model.parameters() if weights.requires_grad}
    assert trained == set(versioned.values())


def test_the_benches_measure_all_of_them(models: Any) -> None:
    from bench.full_size import NAMES

    assert tuple(models) == NAMES
