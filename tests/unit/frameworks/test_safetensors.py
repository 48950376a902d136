"""Model files: safetensors or a refusal."""

import errno
import pickle
import zipfile

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from federity import files
from federity.errors import BadModelFile, ManifestMismatch, StorageFull
from federity.frameworks import adapter_for
from federity.frameworks.headers import HEADER, header_of, recorded
from federity.frameworks.huggingface import weights_file
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


@pytest.mark.parametrize(
    ("content", "what", "hint"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            "pointer of Git LFS",
            "git lfs",
        ),
        (b"\n<!DOCTYPE html><html><body>", "page of HTML", "Download the file"),
        (b'{"metadata": {"total_size": 8}, "weight_map": {"a": "b"}}', "index", "save_pretrained"),
        (b'{"some": "configuration"}', "JSON", "name another file"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html><body>", "page of HTML", "Download the file"),
        (b"Entry not found", "text, not weights; it starts with 'Entry not found'", "again"),
    ],
)
def test_text_is_named(tmp_path, content, what, hint):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(BadModelFile, match=what) as caught:
        adapter_for(path).tensors(path)
    assert str(path) in str(caught.value)
    assert hint in caught.value.hint


def test_one_file_of_several_is_refused_and_one_of_one_is_not(tmp_path):
    shard, whole = tmp_path / "model-00001-of-00002.safetensors", tmp_path / "m-00001-of-00001.safetensors"
    for path in (shard, whole):
        save_file(TENSORS, path)
    with pytest.raises(BadModelFile, match="one of the 2 files of a model") as caught:
        adapter_for(shard).tensors(shard)
    assert "max_shard_size" in caught.value.hint
    assert set(adapter_for(whole).tensors(whole)) == set(TENSORS)


@pytest.mark.parametrize(
    ("name", "beside", "said"),
    [
        ("model_00001_of_00002.safetensors", "", "one of the 2 files of a model, part 1"),
        ("model.00002-OF-00003.safetensors", "", "one of the 3 files of a model, part 2"),
        ("pytorch_model-00001-of-00002.bin", "", "one of the 2 files of a model, part 1"),
        ("consolidated.00.pth", "consolidated.01.pth", "one of several files of a model, part 0"),
        ("consolidated.01.safetensors", "", "one of several files of a model, part 1"),
        ("mp_rank_00.safetensors", "mp_rank_01.safetensors", "one of several files of a model, part 0"),
        ("consolidated.00.safetensors", "", None),
        ("epoch-01.safetensors", "epoch-02.safetensors", None),
    ],
)
def test_parts_are_told_by_the_names_that_tools_give_them(tmp_path, name, beside, said):
    for each in filter(None, (name, beside)):
        save_file(TENSORS, tmp_path / each)
    if said is None:
        assert set(adapter_for(tmp_path / name).tensors(tmp_path / name)) == set(TENSORS)
        return
    with pytest.raises(BadModelFile, match=said):
        adapter_for(tmp_path / name).tensors(tmp_path / name)


@pytest.mark.parametrize(
    ("names", "what", "hint"),
    [
        (
            ["model.safetensors.index.json", "model-00001-of-00002.safetensors"],
            "several files",
            "save_pretrained",
        ),
        (["adapter_config.json", "adapter_model.safetensors"], "an adapter", "adapter_model.safetensors"),
        (["adapter_config.json", "adapter_model.bin"], "an adapter", "merge_and_unload"),
        (["model_index.json"], "diffusers", "unet/diffusion_pytorch_model.safetensors"),
        (["config.json", "diffusion_pytorch_model.safetensors"], "diffusers", "diffusion_pytorch_model"),
        (["config.json", "pytorch_model.bin"], "pytorch_model.bin, a pickle", "save_file"),
        (["weights.safetensors"], "weights.safetensors", "Name the file"),
        ([], "there is no model file", "Save the weights there"),
    ],
)
def test_a_folder_without_the_file_is_named_for_what_it_holds(tmp_path, names, what, hint):
    for name in names:
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(BadModelFile, match=what) as caught:
        adapter_for(tmp_path).tensors(weights_file(tmp_path))
    assert hint in caught.value.hint


def test_statistics_are_told_by_their_names(tmp_path):
    path = tmp_path / "model.safetensors"
    tensors = {
        **TENSORS,
        "0.running_mean": np.zeros(2),
        "bn.moving_variance": np.ones(2),
        "running": np.ones(1),
    }
    save_file(tensors, path)
    assert adapter_for(path).buffers(path) == {"0.running_mean", "bn.moving_variance"}
    assert adapter_for(tensors).buffers(tensors) == {"0.running_mean", "bn.moving_variance"}


def test_texts_beside_the_tensors_go_with_the_genesis(tmp_path):
    path, again = tmp_path / "model.safetensors", tmp_path / "again.safetensors"
    save_file(TENSORS, path, metadata={"licence": "MIT", "step": "12"})
    kept = header_of(recorded(path))
    adapter_for(again).load(again, adapter_for(path).tensors(path), kept)
    with safe_open(again, "numpy") as file:
        assert file.metadata() == {"format": "pt", "licence": "MIT", "step": "12"}
    save_file(TENSORS, path, metadata={"format": "pt"})
    assert recorded(path) == {}


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', "[" * 100_000])
def test_what_a_stranger_recorded_is_texts_or_nothing(text):
    assert header_of({HEADER: text}) == {"format": "pt"}
