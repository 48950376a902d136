"""The generated client: every struct survives its bytes, every offset is the program's."""

import dataclasses
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from federity._generated import accounts, codec, events, instructions, types
from federity._generated.errors import CODES, ERRORS
from federity._generated.program import EVENT_AUTHORITY, PROGRAM_ID

ACCOUNTS = typing.get_args(accounts.AccountData)
EVENTS = typing.get_args(events.Event)
ARGUMENTS = typing.get_args(instructions.Arguments)


def zeroed(kind: type[Any]) -> Any:
    """The struct of all zero bytes."""
    return kind.read(codec.Reader(bytes(20_000)))


@pytest.mark.parametrize("kind", [*ACCOUNTS, *EVENTS, *ARGUMENTS], ids=lambda kind: kind.__name__)
def test_encoding_and_reading_agree(kind: type[Any]) -> None:
    value = zeroed(kind)
    assert kind.read(codec.Reader(value.encode())) == value
    for field in dataclasses.fields(value):
        old = getattr(value, field.name)
        if isinstance(old, bool):
            changed = dataclasses.replace(value, **{field.name: True})
        elif isinstance(old, int):
            changed = dataclasses.replace(value, **{field.name: 7})
        elif isinstance(old, bytes):
            changed = dataclasses.replace(value, **{field.name: b"\x07" * max(1, len(old))})
        elif isinstance(old, Pubkey):
            changed = dataclasses.replace(value, **{field.name: Pubkey.new_unique()})
        else:
            continue
        data = changed.encode()
        assert kind.read(codec.Reader(data)) == changed
        assert data != value.encode()


@pytest.mark.parametrize("kind", ACCOUNTS, ids=lambda kind: kind.__name__)
def test_offsets_point_at_their_fields(kind: type[Any]) -> None:
    assert len(zeroed(kind).encode()) + 8 == kind.SIZE
    for name, offset in kind.OFFSETS.items():
        if isinstance(getattr(zeroed(kind), name), int):
            changed = dataclasses.replace(zeroed(kind), **{name: 9})
            assert (kind.DISCRIMINATOR + changed.encode())[offset] == 9


def test_discriminators_differ() -> None:
    for group in (ACCOUNTS, EVENTS, ARGUMENTS):
        assert len({kind.DISCRIMINATOR for kind in group}) == len(group)


def test_bytes_of_another_kind_are_refused() -> None:
    branch = accounts.Branch.DISCRIMINATOR + zeroed(accounts.Branch).encode()
    assert isinstance(accounts.decode_account(branch), accounts.Branch)
    assert accounts.decode_account(b"unknown!" + branch) is None
    with pytest.raises(ValueError, match="no Commit"):
        accounts.Commit.decode(branch)
    with pytest.raises(ValueError, match="bytes are needed"):
        accounts.Branch.decode(branch[:-1])


@pytest.mark.parametrize(("field", "value"), [("parts", 2**32), ("parts", -1), ("shift", 256)])
def test_values_that_do_not_fit_are_refused(field: str, value: int) -> None:
    with pytest.raises(OverflowError):
        dataclasses.replace(zeroed(instructions.CommitCreate), **{field: value}).encode()


def test_bytes_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes are needed"):
        dataclasses.replace(zeroed(instructions.CommitCreate), blob_hash=b"short").encode()


def test_a_builder_orders_accounts_as_the_program_does() -> None:
    given = ("authority", "repository", "branch", "round", "member", "commit", "current")
    keys = {name: Pubkey.new_unique() for name in given}
    full = instructions.round_lock(**keys)
    names = instructions.RoundLock.ACCOUNTS
    by_name = {**keys, "event_authority": EVENT_AUTHORITY, "program": PROGRAM_ID}
    assert [meta.pubkey for meta in full.accounts] == [by_name[name] for name in names]
    assert full.accounts[names.index("authority")].is_signer
    assert full.accounts[names.index("round")].is_writable

    without = instructions.round_lock(**{**keys, "member": None, "commit": None})
    missing = without.accounts[names.index("member")]
    assert (missing.pubkey, missing.is_signer, missing.is_writable) == (PROGRAM_ID, False, False)
    assert full.data[:8] == instructions.RoundLock.DISCRIMINATOR


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40), st.booleans())
def test_vectors_survive(weights: list[int], restart: bool) -> None:
    arguments = instructions.WeightsWrite(restart=restart, weights=tuple(weights))
    data = instructions.WeightsWrite.DISCRIMINATOR + arguments.encode()
    assert instructions.decode_arguments(data) == arguments


def test_errors_are_named_both_ways() -> None:
    assert all(ERRORS[code][0] == name for name, code in CODES.items())
    assert len(CODES) == len(ERRORS)


def test_shared_structs_are_reachable() -> None:
    rules = zeroed(types.Rules)
    assert types.Rules.read(codec.Reader(rules.encode())) == rules
