import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.repository.ledger.context import UpdateContext


def address(byte: int) -> Pubkey:
    return Pubkey.from_bytes(bytes([byte]) * 32)


def context(**changes: object) -> UpdateContext:
    fields: dict[str, object] = {
        "cluster": b"\1" * 32,
        "lineage": b"\2" * 32,
        "repository": address(3),
        "branch": address(4),
        "round": address(5),
        "parent": address(6),
        "author": address(7),
        "commit": address(8),
        "blob_hash": b"\x09" * 32,
        "shift": 4,
        "key": address(10),
    }
    return UpdateContext(**{**fields, **changes})  # type: ignore[arg-type]


def test_it_is_the_hash_of_the_fixed_width_fields() -> None:
    encoded = b"federity/update/v1".ljust(32, b"\0") + bytes(PROGRAM_ID)
    encoded += b"".join(bytes([byte]) * 32 for byte in range(1, 10))
    encoded += bytes([4]) + (7).to_bytes(4, "little") + bytes([10]) * 32
    assert len(encoded) == 12 * 32 + 5
    assert context().hash(7) == b"\0" + hashlib.sha256(encoded).digest()[1:]


VECTORS = Path(__file__).parents[4] / "protocol" / "vectors"
ADDRESSES = ("repository", "branch", "round", "parent", "author", "commit", "key")


@pytest.mark.parametrize("case", json.loads((VECTORS / "contexts.json").read_text()))
def test_program_circuits_and_client_agree(case: dict[str, Any]) -> None:
    found = context(
        cluster=bytes.fromhex(case["cluster"]),
        lineage=bytes.fromhex(case["lineage"]),
        blob_hash=bytes.fromhex(case["blob_hash"]),
        shift=case["shift"],
        program=Pubkey.from_bytes(bytes.fromhex(case["program_id"])),
        **{name: Pubkey.from_bytes(bytes.fromhex(case[name])) for name in ADDRESSES},
    )
    assert found.hash(case["unit"]).hex() == case["context"]


@pytest.mark.parametrize("name", ["cluster", "lineage", "blob_hash"])
def test_every_hash_counts(name: str) -> None:
    assert context(**{name: b"\xff" * 32}).hash(0) != context().hash(0)


@pytest.mark.parametrize("name", ["repository", "branch", "round", "parent", "author", "commit", "key"])
def test_every_address_counts(name: str) -> None:
    assert context(**{name: address(99)}).hash(0) != context().hash(0)


def test_shift_and_unit_count() -> None:
    assert len({context().hash(0), context().hash(1), context(shift=0).hash(0)}) == 3
