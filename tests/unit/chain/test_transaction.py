"""Building transactions: compute limits, sizes, signatures."""

import pytest
from solders.compute_budget import ID as COMPUTE_BUDGET
from solders.compute_budget import set_compute_unit_limit
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from federity.chain.transaction import budgeted, compile_message, sign, with_units
from federity.errors import TransactionRefused
from federity.wallet import Wallet

ONE = Instruction(Pubkey.new_unique(), b"data", [])


def limits(instructions: list[Instruction]) -> list[bytes]:
    return [bytes(item.data) for item in instructions if item.program_id == COMPUTE_BUDGET]


@pytest.mark.parametrize("used", [0, 150_000, 181_000])
def test_what_the_default_covers_is_left_alone(used: int) -> None:
    assert budgeted([ONE], used) == [ONE]
    assert budgeted([ONE, ONE], 2 * used) == [ONE, ONE]


def test_a_need_beyond_the_default_is_asked_for_with_room() -> None:
    assert limits(budgeted([ONE], 200_000)) == [bytes(set_compute_unit_limit(220_000).data)]
    assert limits(budgeted([ONE], 1_399_000)) == [bytes(set_compute_unit_limit(1_400_000).data)]


def test_a_limit_of_the_caller_is_kept() -> None:
    mine = [set_compute_unit_limit(5), ONE]
    assert with_units(mine, 900_000) == mine


def test_signatures_stand_in_the_messages_order() -> None:
    payer, other = Wallet.generate(), Wallet.generate()
    instruction = Instruction(ONE.program_id, b"", [AccountMeta(other.pubkey, True, False)])
    prepared = sign(compile_message([instruction], payer.pubkey, Hash.default()), payer, [other])
    transaction = VersionedTransaction.from_bytes(prepared.transaction)
    assert transaction.verify_with_results() == [True, True]
    assert transaction.signatures[0] == prepared.signature


def test_the_largest_transaction_passes_and_one_byte_more_does_not() -> None:
    payer = Wallet.generate()

    def size(data: int) -> int:
        message = compile_message(
            [Instruction(ONE.program_id, b"a" * data, [])], payer.pubkey, Hash.default()
        )
        return len(sign(message, payer, []).transaction)

    most = 1232 - size(1000) + 1000
    assert size(most) == 1232
    with pytest.raises(TransactionRefused, match="1233 bytes"):
        size(most + 1)


def test_more_accounts_than_a_message_holds_are_refused() -> None:
    crowd = Instruction(
        ONE.program_id, b"", [AccountMeta(Pubkey.new_unique(), False, False) for _ in range(300)]
    )
    with pytest.raises(TransactionRefused, match="cannot be built"):
        compile_message([crowd], Pubkey.new_unique(), Hash.default())
