"""Every family in Keras: trained by its own loop, committed, proved, merged, pulled, better than before."""

from pathlib import Path

import keras
import pytest

from support.families import PLAYED, play

pytestmark = [
    pytest.mark.svm,
    pytest.mark.prover,
    # What a module says of its deprecated names is read with the rest.
    pytest.mark.filterwarnings(r"ignore:typing\.(io|re) is deprecated:DeprecationWarning"),
    # Keras copies a model through arrays in a way that NumPy 2 warns of.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Development keys and the reference string, shared by all families."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("name", PLAYED)
async def test_the_merged_model_is_better_than_the_one_before(
    name: str, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keras.backend.backend() == "tensorflow"
    await play(name, "keras", cache, tmp_path, monkeypatch)
