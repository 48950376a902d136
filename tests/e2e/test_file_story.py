"""A pruned, counting model with texts in its header, as a file: what goes in comes out, by value."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from federity import errors
from support.people import MODEL, Person

pytestmark = pytest.mark.svm

TEXTS = {"format": "pt", "licence": "MIT", "note": "pruned"}


def pruned() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    weight = rng.normal(0, 0.1, (20, 30)).astype(np.float32)
    weight[rng.random((20, 30)) < 0.5] = 0
    return {
        "0.num_batches_tracked": np.array(0),
        "0.running_mean": np.zeros(30, np.float32),
        "0.running_var": np.ones(30, np.float32),
        "1.weight": weight,
    }


@pytest.fixture
def alone(owner: Person, tmp_path: Path) -> Person:
    """Somebody in an empty folder, on a machine with a chain."""
    here = tmp_path / "alone"
    here.mkdir()
    return owner.at(here)


def test_a_file_keeps_its_texts_its_zeros_and_its_count(alone: Person) -> None:
    start = pruned()
    save_file(start, alone.here / "mine.safetensors", metadata=TEXTS)
    alone.do("init", "w", "--name", "w", "--insecure", "--keep-zeros", "--model", "mine.safetensors")
    person = alone.at(alone.here / "w")
    rng = np.random.default_rng(1)
    trained = {
        "0.num_batches_tracked": np.array(12),
        "0.running_mean": rng.uniform(100, 150, 30).astype(np.float32),
        "0.running_var": rng.uniform(4000, 6000, 30).astype(np.float32),
        "1.weight": start["1.weight"] + rng.normal(0, 0.05, (20, 30)).astype(np.float32),
    }
    trained["1.weight"][:2] = 0
    person.write(trained)
    said = person.do("commit", "-m", "dense")
    assert "1 counter (0.num_batches_tracked)" in said
    assert f"{int((start['1.weight'][2:] == 0).sum())} weights that are zero for good" in said
    # Pruning once more, after the genesis: these zeros are not fixed, and it is said.
    assert "weights are zero in your model and only nearly so in the branch" in said
    person.do("push", "--yes", "--level", "0")
    person.do("pull")
    head = load_file(person.here / MODEL)
    assert head["0.num_batches_tracked"] == 12
    assert not head["1.weight"][start["1.weight"] == 0].any()
    for name in ("0.running_mean", "0.running_var"):
        assert np.allclose(head[name], trained[name], rtol=0.01)
    assert json.loads(person.do("status", "--json"))["modified"] is False
    person.do("checkout", "HEAD", "--model", "fresh.safetensors")
    with safe_open(person.here / "fresh.safetensors", "numpy") as file:
        assert file.metadata() == TEXTS
        assert file.get_tensor("0.num_batches_tracked") == 0


def test_what_is_wrong_is_said_of_the_file_that_was_named(alone: Person) -> None:
    for name, content, what in (
        ("model.pt", b"PK\x03\x04", "pickle by its name"),
        ("weights.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    ):
        (alone.here / name).write_bytes(content)
        sentence = alone.refused(errors.BadModelFile, "init", "w", "--insecure", "--model", name)
        assert name in sentence
        assert what in sentence
        assert MODEL not in sentence.replace("weights.safetensors", "")
    assert not (alone.here / "w").exists()


def test_a_model_that_no_delta_can_be_about_is_refused_before_there_is_a_repository(alone: Person) -> None:
    save_file({"w": np.full(4, 1e38, np.float32)}, alone.here / "large.safetensors")
    sentence = alone.refused(errors.ModelError, "init", "w", "--insecure", "--model", "large.safetensors")
    assert "'w' are too large" in sentence
    assert not (alone.here / "w").exists()
