"""Development keys: the same everywhere, made once, never from a damaged file."""

import hashlib
import os
from pathlib import Path

import pytest

from federity import _native
from federity.errors import FileUnavailable, ProofError
from federity.prover.keys import DEVELOPMENT_SEED, DevelopmentKeys


def damage(folder: Path) -> None:
    for path in folder.iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)


async def test_a_key_is_loaded_once_and_the_same_on_every_machine(cache: Path, tmp_path: Path) -> None:
    keys = DevelopmentKeys(cache)
    first = await keys.key(1024)
    assert await keys.key(1024) is first
    assert first.n == 1024
    elsewhere = await DevelopmentKeys(tmp_path).key(1024)
    assert elsewhere.verifying_key == first.verifying_key
    other = _native.proving_key_development(b"another seed", 1024, tmp_path)
    assert other.verifying_key != first.verifying_key
    assert len(first.verifying_key) == 576


async def test_the_reference_string_is_known_by_its_tau(cache: Path) -> None:
    keys = DevelopmentKeys(cache)
    srs = await keys.srs()
    assert await keys.srs() is srs
    assert srs.id == hashlib.sha256(b"federity/srs/v1" + srs.tau_g2).digest()
    assert _native.srs_development(b"another seed", 1, cache).id != srs.id
    assert _native.srs_development(DEVELOPMENT_SEED, 1, cache).id == srs.id


async def test_progress_is_told_while_a_key_is_made(tmp_path: Path) -> None:
    shares: list[float] = []
    await DevelopmentKeys(tmp_path).key(1024, shares.append)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0


async def test_a_size_without_keys_is_refused(cache: Path) -> None:
    with pytest.raises(ProofError, match="no key for units of 2048"):
        await DevelopmentKeys(cache).key(2048)


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(FileUnavailable, match="cannot be written"):
        await DevelopmentKeys(blocked / "cache").srs()


async def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    key = await DevelopmentKeys(tmp_path).key(1024)
    damage(tmp_path)
    again = await DevelopmentKeys(tmp_path).key(1024)
    assert again.verifying_key == key.verifying_key


def spoil(folder: Path, kind: str) -> Path:
    """Put something that is no plain file in the place of a key's."""
    path = sorted(folder.glob("key-update-1024-*.bin"))[0]
    if kind == "link":
        path.rename(folder / "elsewhere")
        path.symlink_to(folder / "elsewhere")
        return path
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
        (path / "inside").touch()
    return path


def is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
async def test_what_is_no_plain_file_is_made_again_with_a_word(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    key = await DevelopmentKeys(tmp_path).key(1024)
    path = spoil(tmp_path, kind)
    again = await DevelopmentKeys(tmp_path).key(1024)
    assert again.verifying_key == key.verifying_key
    assert [record for record in caplog.records if "made anew" in record.getMessage()]
    assert is_plain(path)
