"""The instructions that a transaction of the history sent to the program, decoded."""

from dataclasses import dataclass

from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from federity._generated.instructions import Arguments, decode_arguments
from federity._generated.program import program_id
from federity.chain.base import InnerInstruction, TransactionRecord

__all__ = ["DecodedInstruction", "instructions_of"]


@dataclass(frozen=True, slots=True)
class DecodedInstruction:
    """An instruction to the program: its arguments, its accounts by name, then the unnamed ones."""

    arguments: Arguments
    accounts: dict[str, Pubkey]
    remaining: tuple[Pubkey, ...]


def instructions_of(record: TransactionRecord) -> list[DecodedInstruction]:
    """The instructions that went to the program, in order, without kinds not known here.

    Also those that other programs sent for their own addresses: a multisig's, say. Addresses out of a lookup
    table, which the transaction does not spell out, are the default.
    """
    message = VersionedTransaction.from_bytes(record.transaction).message
    keys = dict(enumerate(message.account_keys))
    found: list[DecodedInstruction] = []
    for number, sent in enumerate(message.instructions):
        program, *accounts = (
            keys.get(index, Pubkey.default()) for index in (sent.program_id_index, *sent.accounts)
        )
        calls = [InnerInstruction(number, program, tuple(accounts), bytes(sent.data))]
        calls += [inner for inner in record.inner if inner.index == number]
        found += [known for call in calls if (known := _decoded(call)) is not None]
    return found


def _decoded(call: InnerInstruction) -> DecodedInstruction | None:
    arguments = decode_arguments(call.data) if call.program == program_id() else None
    if arguments is None:
        return None
    named = dict(zip(arguments.ACCOUNTS, call.accounts, strict=False))
    return DecodedInstruction(arguments, named, call.accounts[len(named) :])
