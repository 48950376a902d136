"""Every family of models: trained by its own loop, committed, proved, merged, pulled, and better than before.

Proofs of all of them take minutes. Without FAMILIES=all (`make families`) a recurrent net and a graph net
stand for the others.
"""

import importlib
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

pytestmark = [
    pytest.mark.svm,
    pytest.mark.prover,
    # peft asks transformers for something by its old name.
    pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning"),
]

EXAMPLES = Path(__file__).parents[2] / "examples"
FAMILIES = sorted(path.stem for path in EXAMPLES.glob("*_torch.py") if "from team" in path.read_text())
CHOSEN = FAMILIES if os.environ.get("FAMILIES") == "all" else ["gcn_torch", "lstm_torch"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Development keys and the reference string, shared by all families."""
    return tmp_path_factory.mktemp("cache")


def example(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(EXAMPLES)
    return importlib.import_module(name)


def code(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line.strip()]


@pytest.mark.parametrize("name", FAMILIES)
def test_an_example_is_short_and_its_loop_is_the_users_own(name: str) -> None:
    text = (EXAMPLES / f"{name}.py").read_text()
    assert len(code(EXAMPLES / f"{name}.py")) < 80
    assert "federity" not in text.split("\ndef ", 1)[-1].split("async def run")[0]


@pytest.mark.parametrize("name", CHOSEN)
async def test_the_merged_model_is_better_than_the_one_before(
    name: str, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").symlink_to(cache)
    torch.manual_seed(0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        outcome: Any = await example(name, monkeypatch).run(home=tmp_path)
    finally:
        torch.set_num_threads(threads)
    assert outcome.after > outcome.before
    assert outcome.level == 1
    assert 0 < outcome.parameters <= 300_000
    assert len(outcome.delta_bytes) == 2
