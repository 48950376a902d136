"""Every family in PyTorch: trained by its own loop, committed, proved, merged, pulled, better than before."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from support.families import PLAYED, play

pytestmark = [
    pytest.mark.svm,
    pytest.mark.prover,
    # What a module says of its deprecated names is read with the rest.
    pytest.mark.filterwarnings(r"ignore:typing\.(io|re) is deprecated:DeprecationWarning"),
    # peft asks transformers for something by its old name.
    pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning"),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Development keys and the reference string, shared by all families."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("name", PLAYED)
async def test_the_merged_model_is_better_than_the_one_before(
    name: str, one_thread: None, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play(name, "torch", cache, tmp_path, monkeypatch)
