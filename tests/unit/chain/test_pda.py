"""Addresses and names."""

import pytest
from solders.pubkey import Pubkey

from federity._generated.program import PROGRAM_ID
from federity.chain import pda
from federity.errors import ConfigError

ONE, OTHER = Pubkey.from_bytes(b"\x01" * 32), Pubkey.from_bytes(b"\x02" * 32)


def test_addresses_follow_the_written_seeds() -> None:
    def found(*seeds: bytes) -> Pubkey:
        return Pubkey.find_program_address(list(seeds), PROGRAM_ID)[0]

    name = b"digits" + bytes(26)
    assert pda.repository(ONE, "digits") == found(b"repository", bytes(ONE), name)
    assert pda.branch(ONE, "digits") == found(b"branch", bytes(ONE), name)
    assert pda.round_(ONE, 258) == found(b"round", bytes(ONE), b"\x02\x01" + bytes(6))
    assert pda.points(ONE, 258) == found(b"points", bytes(ONE), b"\x02\x01" + bytes(2))
    assert pda.genesis(ONE) == pda.merge(ONE) == found(b"commit", bytes(ONE), bytes(ONE))


def test_no_two_kinds_share_an_address() -> None:
    pairs = (pda.member, pda.key_pin, pda.commit, pda.review, pda.approval, pda.location)
    addresses = [derive(ONE, OTHER) for derive in pairs] + [derive(OTHER, ONE) for derive in pairs]
    assert len(set(addresses)) == len(addresses)


def test_names_are_padded_and_read_back() -> None:
    assert pda.padded_name("a-b_c.9") == b"a-b_c.9" + bytes(25)
    assert pda.plain_name(pda.padded_name("x" * 32)) == "x" * 32


@pytest.mark.parametrize(
    "name",
    ["", "x" * 33, "Upper", "with space", "sl/ash", "na\u00efve", "nul\0", ".", "..", ".git", "-f"],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="is no name"):
        pda.padded_name(name)
