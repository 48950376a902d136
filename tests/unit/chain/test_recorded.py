"""A chain as it was: what it answers, and what it refuses by name."""

import pytest
from solders.pubkey import Pubkey
from solders.signature import Signature

from federity._generated.program import program_id
from federity.chain.base import Filter
from federity.chain.recorded import RecordedChain, Recording
from federity.errors import ChainUnavailable

KIND, OTHER = b"kind____", b"other___"
ONE, TWO, THREE = sorted((Pubkey.new_unique() for _ in range(3)), key=bytes)
HELD = {TWO: KIND + b"ab", ONE: KIND + b"aa", THREE: OTHER + b"ab"}
CHAIN = RecordedChain(Recording(bytes(32), 7, HELD, {5: 1_700_000_000}), kinds=[KIND])


async def test_what_was_recorded_is_found_as_on_a_chain() -> None:
    assert (await CHAIN.slot(), await CHAIN.genesis_hash()) == (7, bytes(32))
    assert await CHAIN.block_times([5, 6]) == [1_700_000_000, None]
    found, none = await CHAIN.accounts([ONE, Pubkey.new_unique()])
    assert found is not None
    assert (found.owner, found.data, none) == (program_id(), KIND + b"aa", None)
    assert await CHAIN.program_accounts(KIND) == [(ONE, KIND + b"aa"), (TWO, KIND + b"ab")]
    assert await CHAIN.program_accounts(KIND, [Filter(9, b"b")]) == [(TWO, KIND + b"ab")]
    assert await CHAIN.program_accounts(KIND, [Filter(8, b"a"), Filter(9, b"a")]) == [(ONE, KIND + b"aa")]
    assert await CHAIN.program_accounts(KIND, [Filter(8, b"b")]) == []


async def test_kinds_that_are_not_recorded_are_asked_of_the_chain_beyond() -> None:
    beyond = RecordedChain(Recording(bytes(32), 9, {ONE: OTHER + b"new", TWO: KIND + b"new"}))
    chain = RecordedChain(CHAIN.recording, beyond, [KIND])
    assert await chain.program_accounts(OTHER) == [(ONE, OTHER + b"new")]
    assert await chain.program_accounts(KIND) == await CHAIN.program_accounts(KIND)


async def test_what_only_a_chain_can_say_is_refused_with_the_slot() -> None:
    for ask in (
        lambda: CHAIN.simulate([], ONE),
        lambda: CHAIN.blockhash(),
        lambda: CHAIN.balance(ONE),
        lambda: CHAIN.rent(1),
        lambda: CHAIN.history(ONE),
        lambda: CHAIN.transaction(Signature.default()),
        lambda: CHAIN.airdrop(ONE, 1),
        lambda: CHAIN.priority_fee([], ONE, 1),
    ):
        with pytest.raises(ChainUnavailable, match="as of slot 7"):
            await ask()
