"""What a transaction of the history sent to the program, itself or through another."""

from __future__ import annotations

from solders.hash import Hash
from solders.instruction import AccountMeta, CompiledInstruction, Instruction
from solders.message import MessageAddressTableLookup, MessageHeader, MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from federity._generated import instructions as program
from federity._generated.program import program_id
from federity.chain.base import InnerInstruction, TransactionRecord
from federity.chain.instructions import instructions_of

ME, OTHER, COMMIT = (Pubkey.new_unique() for _ in range(3))


def accept() -> Instruction:
    return program.points_create(payer=ME, commit=COMMIT, points=OTHER, chunk=3)


def record(message: MessageV0, *inner: InnerInstruction) -> TransactionRecord:
    return TransactionRecord(
        signature=Signature.default(),
        slot=1,
        time=1,
        fee=1,
        compute_units=1,
        failure=None,
        logs=(),
        inner=inner,
        events=(),
        transaction=bytes(VersionedTransaction.populate(message, [Signature.default()])),
    )


def test_calls_through_another_program_count_where_they_were_made() -> None:
    sent = accept()
    call = InnerInstruction(0, program_id(), tuple(meta.pubkey for meta in sent.accounts), bytes(sent.data))
    stranger = InnerInstruction(0, OTHER, call.accounts, call.data)
    wrapper = Instruction(OTHER, b"execute", [AccountMeta(COMMIT, False, True)])
    message = MessageV0.try_compile(ME, [wrapper, sent], [], Hash.default())
    found = instructions_of(record(message, call, stranger))
    assert [item.accounts["commit"] for item in found] == [COMMIT, COMMIT]
    assert found[0] == found[1]


def test_addresses_of_a_lookup_table_are_not_made_up() -> None:
    sent = accept()
    message = MessageV0(
        MessageHeader(1, 0, 1),
        [ME, program_id()],
        Hash.default(),
        [CompiledInstruction(1, bytes(sent.data), bytes([0, 2, 3, 4]))],
        [MessageAddressTableLookup(OTHER, bytes([0, 1, 2]), b"")],
    )
    (found,) = instructions_of(record(message))
    assert found.accounts["commit"] == Pubkey.default()
