"""Account bytes of every version ever released are decoded, field by field."""

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import pytest

from federity._generated import accounts
from federity._generated.accounts import decode_account
from protocol.vectors import PROTOCOL

FIXTURES = sorted((PROTOCOL / "layouts").glob("*.bin"))


def filling(path: str, size: int) -> bytes:
    """The bytes of a field, as protocol/layouts/make.py says."""
    data, count = hashlib.sha256(path.encode()).digest(), 1
    while len(data) < size:
        data += hashlib.sha256(path.encode() + bytes([count])).digest()
        count += 1
    return data[:size]


def check(value: Any, path: str) -> None:
    """A decoded value holds what its path says."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            check(getattr(value, field.name), f"{path}.{field.name.rstrip('_')}")
    elif isinstance(value, tuple):
        # An array is one field.
        whole = b"".join(item.encode() for item in value)
        assert whole == filling(path, len(whole)), path
    elif isinstance(value, int):
        wide = filling(path, 16)
        readings = {
            int.from_bytes(wide[:size], "little", signed=signed)
            for size in (1, 2, 4, 8, 16)
            for signed in (False, True)
        }
        assert value in readings, path
    else:
        assert bytes(value) == filling(path, len(bytes(value))), path


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_a_released_account_is_read(fixture: Path) -> None:
    data = fixture.read_bytes()
    account = decode_account(data)
    assert account is not None
    assert len(data) == type(account).SIZE
    assert account.version == int(fixture.stem.rpartition(".v")[2])
    assert data == type(account).DISCRIMINATOR + account.encode()
    for field in dataclasses.fields(account):
        if field.name != "version":
            check(getattr(account, field.name), f"{type(account).__name__}.{field.name.rstrip('_')}")


def test_every_account_has_a_fixture() -> None:
    read = {type(decode_account(fixture.read_bytes())) for fixture in FIXTURES}
    known = {
        kind
        for kind in vars(accounts).values()
        if dataclasses.is_dataclass(kind) and hasattr(kind, "DISCRIMINATOR")
    }
    assert read == known
