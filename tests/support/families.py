"""What the tests of the examples share: which there are, and one round of one of them, with proofs."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"

GAINS = {
    "autoencoder": 0.9,
    "distilbert": 0.1,
    "distilbert_lora": 0.015,
    "efficientnet": 0.1,
    "gan": 0.3,
    "gcn": 0.1,
    "gpt2": 0.04,
    "gpt2_lora": 0.015,
    "gru": 0.07,
    "lstm": 0.3,
    "mlp": 0.05,
    "mobilenet": 0.2,
    "resnet": 0.045,
}
"""How much better a merged model is at least, on test data: at most half of the least gain of three seeds."""

PLAYED = [
    pytest.param(name, marks=pytest.mark.soak) if name == "distilbert" else name for name in sorted(GAINS)
]
"""The longest one is for `make soak`: its adapter, on the same network, is played always."""


def example(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a file of `examples/`, as its directory's programs see it."""
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module(name)


async def play(name: str, framework: str, cache: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Train, commit, prove, merge and pull a family from seed 0, and hold the outcome to what is claimed.

    `cache` is the folder of keys and reference string that families share, `home` an empty one.
    """
    (home / "cache").symlink_to(cache)
    module = example(f"{name}_{framework}", monkeypatch)
    example("team", monkeypatch).seed(0)
    outcome: Any = await module.run(home=home)
    assert outcome.after >= outcome.before + GAINS[name]
    assert outcome.level == 1
    assert 0 < outcome.parameters <= 300_000
    assert len(outcome.delta_bytes) == 2
