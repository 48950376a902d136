"""Folders of weights, configuration and card: whole or not at all, and no code in them."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest

from federity.errors import BadModelFile, StorageFull, WorktreeError
from federity.frameworks import adapter_for
from federity.frameworks.huggingface import texts_of, weights_file, write_folder

WEIGHTS = {"layer.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "steps": np.int64(3).reshape(())}


def test_a_folder_holds_the_same_bits(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "digits"
    write_folder(folder, WEIGHTS, {"config.json": '{"model_type": "gpt2"}'}, "# card\n")
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "config.json", "model.safetensors"]
    found = adapter_for(weights_file(folder)).tensors(weights_file(folder))
    assert found.keys() == WEIGHTS.keys()
    assert all(np.asarray(found[name]).tobytes() == WEIGHTS[name].tobytes() for name in WEIGHTS)
    said = {"config.json": '{"model_type": "gpt2"}'}
    assert texts_of(folder) == texts_of(folder / "model.safetensors") == said
    assert list(tmp_path.iterdir()) == [tmp_path / "deep"]
    assert list(folder.parent.iterdir()) == [folder]


def test_without_a_configuration_there_is_none(tmp_path: Path) -> None:
    write_folder(tmp_path / "digits", WEIGHTS, {}, "")
    assert not (tmp_path / "digits" / "config.json").exists()
    assert texts_of(tmp_path / "digits") == texts_of(WEIGHTS) == {}


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_folder(tmp_path / "empty", WEIGHTS, {}, "")
    (tmp_path / "file").write_text("mine")
    for taken in (tmp_path / "empty", tmp_path / "file"):
        with pytest.raises(WorktreeError, match="there already"):
            write_folder(taken, WEIGHTS, {}, "")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageFull, match="no room"):
        write_folder(tmp_path / "digits", WEIGHTS, {}, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1]", "not a JSON object"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (json.dumps({"auto_map": {"AutoModel": "someone/code--model.Model"}}), "names code"),
        (json.dumps({"a": "x" * (1 << 22)}), "larger"),
    ],
)
def test_configurations_that_are_none_or_name_code_are_refused(
    tmp_path: Path, text: str, reason: str
) -> None:
    write_folder(tmp_path / "digits", WEIGHTS, {}, "")
    (tmp_path / "digits" / "config.json").write_text(text)
    with pytest.raises(BadModelFile, match=reason):
        texts_of(tmp_path / "digits")
