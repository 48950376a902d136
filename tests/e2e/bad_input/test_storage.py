"""Damaged blobs and a damaged chain."""

from pathlib import Path

import numpy as np
import pytest

from federity import errors
from support.people import Person

pytestmark = pytest.mark.svm


def test_a_blob_with_other_bytes(owner: Person, tmp_path: Path) -> None:
    for path in owner.blobs():
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    owner.at(tmp_path).refused(errors.BlobMismatch, "clone", f"{owner.address()}/digits")
    assert not (tmp_path / "digits" / ".federity" / "config.toml").exists()


def test_a_blob_that_is_gone(owner: Person, tmp_path: Path) -> None:
    for path in owner.blobs():
        path.unlink()
    owner.at(tmp_path).refused(errors.BlobMissing, "clone", f"{owner.address()}/digits")
    assert not (tmp_path / "digits" / ".federity" / "config.toml").exists()


@pytest.mark.parametrize("damage", ["cut", "overwritten", "noise"])
def test_a_damaged_chain_file(owner: Person, damage: str) -> None:
    (file,) = (path for path in (owner.home / "chain").iterdir() if path.read_bytes()[:6] == b"SQLite")
    data = file.read_bytes()
    for beside in (owner.home / "chain").glob(file.name + "-*"):
        beside.unlink()
    file.write_bytes(
        {
            "cut": data[: len(data) // 2],
            "overwritten": data[:100] + bytes(len(data) - 100),
            "noise": np.random.default_rng(0).bytes(len(data)),
        }[damage]
    )
    assert str(owner.home / "chain") in owner.refused(errors.ChainDamaged, "whoami")
