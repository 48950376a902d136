"""Keys and powers that were damaged and sealed again: found, thrown away and made anew, with one sentence."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from federity import _native
from federity.files import WRITING
from federity.prover.groth16 import Groth16Prover
from federity.prover.keys import DEVELOPMENT_KEYS, DEVELOPMENT_SEED, DevelopmentKeys

SIZE = 1024
POWERS = "srs-*-0000000.bin"
MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583


@pytest.fixture
def folder(cache: Path, tmp_path: Path) -> Path:
    """A cache with a small key and the first powers, for one test to damage."""
    _native.proving_key_development(DEVELOPMENT_SEED, SIZE, cache)
    _native.srs_development(DEVELOPMENT_SEED, 1, cache)
    for path in (*cache.glob("key-update-1024-*.bin"), *cache.glob(POWERS)):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def part(folder: Path, name: str) -> Path:
    (found,) = folder.glob(POWERS if name == "srs" else f"key-update-1024-*-{name}.bin")
    return found


def sealed(path: Path, change: Callable[[bytearray], None]) -> None:
    payload = bytearray(path.read_bytes()[:-32])
    change(payload)
    path.write_bytes(bytes(payload) + hashlib.sha256(payload).digest())


def flip(payload: bytearray) -> None:
    for at in range(0, len(payload), 64):
        payload[at] ^= 1


def same_number_in_other_limbs(payload: bytearray) -> None:
    for at in range(64, len(payload) - 32, 128):
        number = int.from_bytes(payload[at - 64 : at - 32], "little") + MODULUS
        payload[at : at + 32] = number.to_bytes(32, "little")


async def prove(folder: Path) -> _native.UnitProof:
    prover = Groth16Prover(folder)
    values = (np.arange(SIZE) % 7 - 3).astype(np.int8)
    ((_, proof),) = [made async for made in prover.prove(values, SIZE, None, lambda _: bytes(32))]
    key, srs = await prover.key(SIZE), await prover.srs()
    assert hashlib.sha256(key.verifying_key).digest() == DEVELOPMENT_KEYS[SIZE]
    assert _native.verify_update(key.verifying_key, srs.tau_g2, proof, 0, bytes(32))
    assert proof.point == _native.commit(srs, values, 0)
    return proof


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("lc", flip),
        ("head2", flip),
        ("srs", flip),
        ("h", same_number_in_other_limbs),
    ],
)
async def test_what_was_sealed_again_is_found(
    folder: Path, caplog: pytest.LogCaptureFixture, name: str, change: Callable[[bytearray], None]
) -> None:
    sealed(part(folder, name), change)
    await prove(folder)
    (sentence,) = told(caplog)
    assert "was damaged: it is made anew" in sentence
    await prove(folder)
    assert len(told(caplog)) == 1


async def test_a_folder_in_the_place_of_a_file_goes(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a", "srs"):
        path = part(folder, name)
        path.unlink()
        path.mkdir()
        (path / "inside").touch()
    await prove(folder)
    assert len(told(caplog)) == 2
    assert part(folder, "a").is_file()


async def test_what_a_killed_writer_left_is_swept(folder: Path) -> None:
    left = folder / f"{WRITING}key-update-1024-00-head.bin.1.0"
    left.write_bytes(b"half")
    await DevelopmentKeys(folder).srs()
    assert not left.exists()


def test_the_known_keys_are_what_the_public_seed_gives() -> None:
    for elements, known in list(DEVELOPMENT_KEYS.items())[:2]:
        made = _native.verifying_key_development(DEVELOPMENT_SEED, elements)
        assert hashlib.sha256(made).digest() == known


async def test_another_seed_gives_its_own_key(tmp_path: Path) -> None:
    keys = DevelopmentKeys(tmp_path, b"another seed")
    expected = await keys.key_hash(SIZE)
    assert hashlib.sha256((await keys.key(SIZE)).verifying_key).digest() == expected
    assert expected != DEVELOPMENT_KEYS[SIZE]
