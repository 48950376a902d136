"""Weights that cannot be versioned, and files that are out to harm their reader."""

import json
import os
import pickle
import struct

import numpy as np
import pytest

from federity import errors
from support.people import Person

pytestmark = pytest.mark.svm


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_not_finite(owner: Person, value: float) -> None:
    tensors = owner.train()
    tensors["layer.weight"][3, 4] = value
    owner.write(tensors)
    before = owner.files()
    assert "layer.weight" in owner.refused(errors.NonFiniteWeights, "commit", "-m", "diverged")
    assert owner.files() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"layer.weight": np.zeros((16, 8), np.float32)},
        {"layer.bias": np.zeros(9, np.float32)},
        {"layer.weight": np.zeros((8, 16), np.float16)},
        {"extra": np.zeros(1, np.float32)},
        {"layer.bias": None},
    ],
    ids=["shape", "size", "dtype", "unexpected", "missing"],
)
def test_tensors_that_are_not_the_manifest_s(owner: Person, changed: dict[str, np.ndarray | None]) -> None:
    tensors = {**owner.train(), **changed}
    owner.write({name: t for name, t in tensors.items() if t is not None})
    before = owner.files()
    sentence = owner.refused(errors.ManifestMismatch, "commit", "-m", "another model")
    assert next(iter(changed)) in sentence
    assert owner.files() == before


def hostile() -> dict[str, bytes]:
    """Files that a careless reader would crash on, or run."""

    def file(header: object, data: bytes = b"", length: int | None = None) -> bytes:
        text = header if isinstance(header, bytes) else json.dumps(header).encode()
        return struct.pack("<Q", len(text) if length is None else length) + text + data

    def tensor(start: int, end: int, shape: list[int], dtype: str = "F32") -> dict[str, object]:
        return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}

    good = file({"a": tensor(0, 16, [4])}, bytes(16))
    return {
        "empty": b"",
        "truncated header": good[:20],
        "truncated data": good[:-1],
        "trailing data": good + b"x",
        "header longer than the file": file({}, length=2**63 - 1),
        "header not JSON": file(b"{" * 100),
        "header not an object": file([1, 2, 3]),
        "header nested deeply": file(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
        "overlapping tensors": file({"a": tensor(0, 16, [4]), "b": tensor(8, 24, [4])}, bytes(24)),
        "hole between tensors": file({"a": tensor(0, 16, [4]), "b": tensor(24, 40, [4])}, bytes(40)),
        "offsets backwards": file({"a": tensor(16, 0, [4])}, bytes(16)),
        "offsets outside": file({"a": tensor(0, 2**40, [2**38])}, bytes(16)),
        "shape that is not its bytes": file({"a": tensor(0, 16, [5])}, bytes(16)),
        "shape that overflows": file({"a": tensor(0, 0, [2**32, 2**32, 0])}),
        "negative shape": file({"a": tensor(0, 16, [-4])}, bytes(16)),
        "unknown dtype": file({"a": tensor(0, 16, [4], "X9")}, bytes(16)),
        "pickle": pickle.dumps(Canary()),
        "zip of a pickle": b"PK\x03\x04" + bytes(60),
    }


class Canary:
    """Writes a file when it is unpickled."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("unpickled",)


@pytest.mark.parametrize("name", hostile())
def test_hostile_model_files(owner: Person, name: str) -> None:
    (owner.here / "model.safetensors").write_bytes(hostile()[name])
    before = owner.files()
    owner.refused(errors.BadModelFile, "commit", "-m", name)
    assert owner.files() == before
    assert not (owner.here / "unpickled").exists()


def test_a_model_file_that_is_not_there(owner: Person) -> None:
    owner.refused(errors.BadModelFile, "commit", "nowhere.safetensors", "-m", "x")
