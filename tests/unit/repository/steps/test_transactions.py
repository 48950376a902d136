import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from federity.chain.transaction import compile_message, unsigned
from federity.errors import TransactionRefused
from federity.repository.steps.transactions import MAX_UNITS, Step, pack, signatures

PAYER = Pubkey.from_bytes(b"\1" * 32)
PROGRAM = Pubkey.from_bytes(b"\2" * 32)


def step(data: int, accounts: int = 1, units: int = 10_000, signer: int = 0) -> Step:
    metas = [AccountMeta(Pubkey.from_bytes(bytes([9, n]) * 16), n < signer, True) for n in range(accounts)]
    return Step(Instruction(PROGRAM, bytes(data), metas), (100,), units)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 12), st.integers(0, 400_000)), max_size=30))
def test_steps_keep_their_order_and_every_transaction_fits(shapes: list[tuple[int, int, int]]) -> None:
    steps = [step(*shape) for shape in shapes]
    packed = pack(steps, PAYER)
    assert [one for group in packed for one in group] == steps
    for group in packed:
        message = compile_message([one.instruction for one in group], PAYER, Hash.default())
        assert len(bytes(unsigned(message))) <= 1232 - 42
        assert sum(one.units for one in group) <= MAX_UNITS


def test_neighbours_share_a_transaction_when_they_fit() -> None:
    assert [len(group) for group in pack([step(200)] * 4, PAYER)] == [4]
    assert [len(group) for group in pack([step(600)] * 3, PAYER)] == [1, 1, 1]
    assert [len(group) for group in pack([step(10, units=700_000)] * 2, PAYER)] == [1, 1]


def test_a_step_that_fits_nowhere_is_refused() -> None:
    with pytest.raises(TransactionRefused):
        pack([step(1300)], PAYER)


def test_every_signer_is_counted_once() -> None:
    assert signatures([step(1, accounts=3, signer=2), step(1, accounts=2, signer=1)], PAYER) == 3
