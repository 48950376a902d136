"""The instructions that a transaction of the history sent to the program, decoded."""

from dataclasses import dataclass

from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from federity._generated.instructions import Arguments, decode_arguments
from federity._generated.program import program_id
from federity.chain.base import TransactionRecord

__all__ = ["DecodedInstruction", "instructions_of"]


@dataclass(frozen=True, slots=True)
class DecodedInstruction:
    """An instruction to the program: its arguments, its accounts by name, then the unnamed ones."""

    arguments: Arguments
    accounts: dict[str, Pubkey]
    remaining: tuple[Pubkey, ...]


def instructions_of(record: TransactionRecord) -> list[DecodedInstruction]:
    """The instructions of a transaction that went to the program, in order, without kinds not known here."""
    message = VersionedTransaction.from_bytes(record.transaction).message
    found: list[DecodedInstruction] = []
    for instruction in message.instructions:
        if message.account_keys[instruction.program_id_index] != program_id():
            continue
        arguments = decode_arguments(bytes(instruction.data))
        if arguments is None:
            continue
        keys = [message.account_keys[index] for index in instruction.accounts]
        named = dict(zip(arguments.ACCOUNTS, keys, strict=False))
        found.append(DecodedInstruction(arguments, named, tuple(keys[len(named) :])))
    return found
