"""Model files: safetensors or a refusal."""

import errno
import pickle
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save_file

from federity import files
from federity.errors import BadModelFile, ManifestMismatch, StorageFull
from federity.frameworks import adapter_for
from federity.frameworks.safetensors import SafetensorsAdapter

TENSORS = {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "n": np.array([1, 2])}


class Bomb:
    """Unpickling this leaves a mark."""

    def __reduce__(self):
        return open, (MARK, "w")


MARK = ""


@pytest.mark.parametrize("name", ["model.bin", "model.pt", "model.pth", "model.safetensors", "model"])
def test_a_pickle_is_named_and_never_opened(tmp_path, name):
    global MARK
    MARK = str(tmp_path / "executed")
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(BadModelFile, match="pickle") as caught:
        adapter_for(path).tensors(path)
    assert "save_file" in caught.value.hint
    assert not (tmp_path / "executed").exists()


def test_a_zip_is_named(tmp_path):
    path = tmp_path / "model.safetensors"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", b"")
    with pytest.raises(BadModelFile, match="zip archive"):
        adapter_for(path).tensors(path)


@pytest.mark.parametrize(
    ("start", "what"), [(b"\x89HDF\r\n\x1a\n", "HDF5"), (b"GGUF", "GGUF"), (b"\x93NUMPY", "NumPy")]
)
def test_other_formats_are_named(tmp_path, start, what):
    path = tmp_path / "weights"
    path.write_bytes(start + bytes(100))
    with pytest.raises(BadModelFile, match=what):
        adapter_for(path).tensors(path)


@pytest.mark.parametrize("name", ["m.h5", "m.keras", "m.onnx", "m.ckpt", "m.npz", "m.PT"])
def test_other_formats_are_known_by_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(bytes(100))
    with pytest.raises(BadModelFile, match="only safetensors"):
        adapter_for(path).tensors(path)


def test_a_missing_file_and_a_folder_are_said_to_be_so(tmp_path):
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(BadModelFile, match="no model file"):
            adapter_for(path).tensors(path)


@pytest.mark.parametrize("cut", [0, 4, 8, 60, -1])
def test_a_truncated_file_is_refused_by_its_name(tmp_path, cut):
    path = tmp_path / "model.safetensors"
    save_file(TENSORS, path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadModelFile, match=r"model\.safetensors is not a sound"):
        adapter_for(path).tensors(path)


def test_a_file_survives(tmp_path):
    path = tmp_path / "model.safetensors"
    save_file(TENSORS, path)
    found = adapter_for(str(path)).tensors(str(path))
    found = {name: np.array(tensor) for name, tensor in found.items()}
    assert {n: (t.dtype, t.tolist()) for n, t in found.items()} == {
        n: (t.dtype, t.tolist()) for n, t in TENSORS.items()
    }
    found["w"] += 1
    adapter_for(path).load(path, found)
    assert np.asarray(adapter_for(path).tensors(path)["w"])[1, 2] == 6
    assert adapter_for(path).buffers(path) == frozenset()


def test_a_file_of_another_model_is_not_replaced(tmp_path):
    path = tmp_path / "model.safetensors"
    save_file(TENSORS, path)
    before = path.read_bytes()
    with pytest.raises(ManifestMismatch, match="n is missing"):
        adapter_for(path).load(path, {"w": TENSORS["w"]})
    assert path.read_bytes() == before


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "model.safetensors"
    SafetensorsAdapter().load(path, TENSORS)
    before = path.read_bytes()

    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(StorageFull, match="no room"):
        SafetensorsAdapter().load(path, TENSORS)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["model.safetensors"]
