"""Accounts that are foreseen, read beside those that are there."""

from solders.pubkey import Pubkey

from federity.chain.base import Filter
from federity.chain.overlaid import OverlaidChain
from federity.chain.recorded import RecordedChain, Recording

KIND, OTHER = b"kind____", b"other___"
ONE, TWO, THREE = sorted((Pubkey.new_unique() for _ in range(3)), key=bytes)
BELOW = RecordedChain(Recording(bytes(32), 7, {ONE: KIND + b"aa", THREE: KIND + b"ab"}, {5: 50, 6: 60}))
CHAIN = OverlaidChain(BELOW, {TWO: KIND + b"ab", THREE: b"", ONE: KIND + b"ac"}, {6: 66})


async def test_what_is_foreseen_stands_before_what_is_there() -> None:
    found = await CHAIN.accounts([ONE, TWO, THREE])
    assert [account and account.data for account in found] == [KIND + b"ac", KIND + b"ab", None]
    assert (await CHAIN.account(TWO)) == found[1]
    assert await CHAIN.program_accounts(KIND) == [(ONE, KIND + b"ac"), (TWO, KIND + b"ab")]
    assert await CHAIN.program_accounts(KIND, [Filter(9, b"b")]) == [(TWO, KIND + b"ab")]
    assert await CHAIN.program_accounts(OTHER) == []
    assert await CHAIN.block_times([5, 6, 7]) == [50, 66, None]


async def test_of_other_programs_and_all_else_the_chain_is_asked() -> None:
    assert await CHAIN.slot() == 7
    elsewhere = await CHAIN.program_accounts(KIND, program=Pubkey.new_unique())
    assert elsewhere == await BELOW.program_accounts(KIND)
