import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from federity.chain import base58


@given(st.binary(max_size=80))
def test_it_reads_what_it_writes(data: bytes) -> None:
    assert base58.decode(base58.encode(data)) == data


@given(st.binary(min_size=32, max_size=32))
def test_it_agrees_with_addresses(data: bytes) -> None:
    assert base58.encode(data) == str(Pubkey.from_bytes(data))


def test_a_foreign_letter_is_refused() -> None:
    with pytest.raises(ValueError, match="'0'"):
        base58.decode("10")
